"""What runs all this."""

import os
import platform


def _field(path, key):
    try:
        with open(path) as file:
            for line in file:
                if line.split(":")[0].strip() == key:
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return ""


def cpu():
    return _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()


def describe():
    flags = _field("/proc/cpuinfo", "flags").split()
    vectors = [f for f in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if f in flags]
    memory = int(_field("/proc/meminfo", "MemTotal").split()[0] or 0) / 1048576
    return (f"{cpu()}, {len(os.sched_getaffinity(0))} cores, {' '.join(vectors) or 'no AVX2'}, {memory:.0f} GiB, "
            f"Linux {platform.release().split('-')[0]}")
