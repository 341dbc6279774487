"""Who runs: this program and the variants of its peers, each giving a `Sample` of one run."""

import csv
import dataclasses
import json
import os
import time
from datetime import datetime
import shutil
import statistics
import tempfile

from . import process

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# glibc hands large blocks back at once and PyTorch asks for them again each step: millions of page faults. Peers get their best.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "8000000000", "MALLOC_TRIM_THRESHOLD_": "8000000000",
               "MALLOC_TOP_PAD_": "67108864"}


@dataclasses.dataclass
class Sample:
    contender: str
    family: str
    work: str
    epoch_seconds: list = dataclasses.field(default_factory=list)  # without the warm-up epoch
    warm_up_seconds: float = None
    startup_seconds: float = None
    wall_seconds: float = None
    peak_bytes: int = None
    loss: float = None
    version: str = ""
    load: float = 0.0
    error: str = ""
    round: int = 0

    @property
    def epoch(self):
        return statistics.median(self.epoch_seconds) if self.epoch_seconds else None

    def describe(self):
        if self.error:
            return f"{self.work} {self.contender}: {self.error}"
        loss = "" if self.loss is None else f", loss {self.loss:.4f}"
        return (f"{self.work} {self.contender}: {self.epoch:.2f} s per epoch, first step after {self.startup_seconds:.2f} s, "
                f"{self.peak_bytes / 1e6:.0f} MB{loss}")


class Contender:
    """Subclasses say how to start the program and how to read what it left."""

    works = ("full", "frozen")
    extra = False  # runs only when asked for by name

    def __init__(self, name, family):
        self.name, self.family = name, family

    def run(self, options, work):
        sample = Sample(self.name, self.family, work, load=os.getloadavg()[0])
        with tempfile.TemporaryDirectory(prefix="finetune-benchmark-") as folder:
            command, environment = self.command(options, work, folder)
            outcome = process.run(command, {"OMP_NUM_THREADS": str(options.threads)} | environment)
            sample.wall_seconds, sample.peak_bytes = outcome.wall_seconds, outcome.peak_bytes
            try:
                if outcome.status != 0:
                    raise ValueError(f"exit status {outcome.status}")
                self.read(sample, outcome, folder)
                if len(sample.epoch_seconds) != options.epochs:
                    raise ValueError(f"{len(sample.epoch_seconds)} measured epochs instead of {options.epochs}")
            except (ValueError, TypeError, KeyError, IndexError, OSError) as problem:
                said = outcome.errors.strip().splitlines()
                sample.error = f"{type(problem).__name__}: {problem}" + (f"; it said: {said[-1]}" if said else "")
        return sample


class Ours(Contender):
    def command(self, options, work, folder):
        # Nothing that an earlier run has kept.
        kept = {"FINETUNE_CACHE": os.path.join(folder, "cache")}
        return [options.binary, os.path.join(HERE, work + ".json"), "-o", os.path.join(folder, "run"), "--quiet",
                "--threads", str(options.threads), "--set", f"phases.0.epochs={options.epochs + 1}"], kept

    def read(self, sample, outcome, folder):
        folder = os.path.join(folder, "run")
        with open(os.path.join(folder, "timing.csv"), newline="") as file:
            seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
        with open(os.path.join(folder, "events.jsonl")) as file:
            first = next(event for event in map(json.loads, file) if event["event"] == "first-step")
        began = time.time() - (time.monotonic() - outcome.started_at)
        sample.startup_seconds = datetime.fromisoformat(first["time"].replace("Z", "+00:00")).timestamp() - began
        with open(os.path.join(folder, "metrics.csv"), newline="") as file:
            sample.loss = float(list(csv.DictReader(file))[-1]["train_loss"])
        sample.warm_up_seconds, sample.epoch_seconds = seconds[0], seconds[1:]
        sample.version = "finetune"


class Peer(Contender):
    def __init__(self, name, family, script, variant, environment, works=("full", "frozen"), extra=False):
        super().__init__(name, family)
        self.works, self.extra = works, extra
        self.script, self.variant, self.environment = script, variant, environment

    def command(self, options, work, folder):
        python = options.torch_python if self.family == "PyTorch" else options.tf_python
        return [python, os.path.join(HERE, "peers", self.script), "--work", work, "--variant", self.variant,
                "--epochs", str(options.epochs + 1), "--threads", str(options.threads), "--data", options.data
                ], self.environment | {"PYTHONDONTWRITEBYTECODE": "1"}

    def read(self, sample, outcome, folder):
        result = json.loads(outcome.output.strip().splitlines()[-1])
        sample.startup_seconds = result["first_step_at"] - outcome.started_at
        sample.warm_up_seconds, sample.epoch_seconds = result["epoch_seconds"][0], result["epoch_seconds"][1:]
        sample.loss, sample.version = result["losses"][-1], result["version"]


OURS = Ours("ours", "ours")
PEERS = [
    Peer("PyTorch eager", "PyTorch", "torch_job.py", "eager", {}),
    Peer("PyTorch eager, keeping memory", "PyTorch", "torch_job.py", "eager", KEEP_MEMORY),
    Peer("PyTorch compile, keeping memory", "PyTorch", "torch_job.py", "compile", KEEP_MEMORY),
    Peer("Keras", "Keras", "keras_job.py", "graph", {}),
    Peer("Keras, 47 steps per execution", "Keras", "keras_job.py", "graph-spe", {}),
    Peer("Keras jit", "Keras", "keras_job.py", "jit", {}, extra=True),
    Peer("PyTorch, features kept by hand", "PyTorch", "torch_job.py", "cached", KEEP_MEMORY, ("frozen",), extra=True),
]


def available(options):
    """The contenders to run, and a sentence for each that cannot."""
    wanted = [word.strip().lower() for word in options.only.split(",") if word.strip()]
    extra = [word.strip().lower() for word in options.extra.split(";") if word.strip()]
    chosen, absent = [], []
    programs = {"ours": options.binary, "PyTorch": options.torch_python, "Keras": options.tf_python}
    for contender in [OURS] + PEERS:
        name = contender.name.lower()
        if wanted and not any(word in name for word in wanted):
            continue
        if contender.extra and not any(word in name for word in extra):
            continue
        if "compile" in name and not (shutil.which("g++") or shutil.which("clang++")):
            absent.append(f"{contender.name} is left out: no C++ compiler found")
            continue
        if not os.access(programs[contender.family], os.X_OK):
            absent.append(f"{contender.name} is left out: {os.path.relpath(programs[contender.family])} is missing")
            continue
        chosen.append(contender)
    return chosen, absent
