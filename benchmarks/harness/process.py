"""Runs one child and learns its wall time, when it was started, and the most anonymous memory that it held."""

import dataclasses
import os
import subprocess
import tempfile
import threading
import time


@dataclasses.dataclass
class Outcome:
    status: int
    output: str
    errors: str
    started_at: float  # time.monotonic(), comparable between processes on Linux
    wall_seconds: float
    peak_bytes: int  # of RssAnon, summed over the child and its own children


def _anonymous(pid):
    """Pages of files, mapped weights and libraries among them, are the system's to take back: they do not count."""
    total = 0
    try:
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                if line.startswith("RssAnon:"):
                    total = int(line.split()[1]) << 10
                    break
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            for child in file.read().split():
                total += _anonymous(child)
    except OSError:
        pass
    return total


class Sampler(threading.Thread):
    """Looks every few milliseconds, less often as the run grows long."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.stopped = pid, 0, threading.Event()
        self.start()

    def run(self):
        pause = 0.002
        while not self.stopped.wait(pause):
            self.peak = max(self.peak, _anonymous(self.pid))
            pause = min(0.02, pause * 1.02)

    def end(self):
        self.stopped.set()
        self.join()
        return self.peak


def run(command, environment=None, samples=True):
    # Files instead of pipes: nobody has to read while we wait.
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.monotonic()
        child = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                                 env=os.environ | (environment or {}))
        sampler = Sampler(child.pid) if samples else None
        try:
            child.wait()
        except BaseException:
            child.kill()
            child.wait()
            raise
        wall = time.monotonic() - started
        peak = sampler.end() if sampler else 0
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read())
        return Outcome(child.returncode, texts[0], texts[1], started, wall, peak)
