"""Runs one child and learns its wall time, peak memory and when it was started."""

import dataclasses
import os
import subprocess
import tempfile
import time


@dataclasses.dataclass
class Outcome:
    status: int
    output: str
    errors: str
    started_at: float  # time.monotonic(), comparable between processes on Linux
    wall_seconds: float
    peak_bytes: int  # the child, or its largest own child


def run(command, environment=None):
    # Files instead of pipes: nobody has to read while we sit in wait4.
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.monotonic()
        child = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                                 env=os.environ | (environment or {}))
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.kill()
            child.wait()
            raise
        wall = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
        return Outcome(child.returncode, texts[0], texts[1], started, wall, usage.ru_maxrss * 1024)
