"""Who runs: this program and the variants of its peers, each giving a `Sample` of one run."""

import csv
import dataclasses
import json
import os
import shutil
import tempfile
import time
from datetime import datetime

from . import process

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# glibc hands large blocks back at once and PyTorch asks for them again each step: millions of page faults. Peers get their best.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "8000000000", "MALLOC_TRIM_THRESHOLD_": "8000000000",
               "MALLOC_TOP_PAD_": "67108864"}
EVERY = frozenset(["main-full", "main-frozen", "flowers-frozen", "flowers-full", "resnet18", "resnet50", "tiny"])


@dataclasses.dataclass
class Sample:
    contender: str
    family: str
    job: str
    precision: str
    intervals: list = dataclasses.field(default_factory=list)  # seconds, the first of warm-up
    startup_seconds: float = None
    wall_seconds: float = None
    peak_bytes: int = None
    loss: float = None
    version: str = ""
    load: float = 0.0
    rates: dict = dataclasses.field(default_factory=dict)  # of the machine, when the run began
    error: str = ""
    round: int = 0

    def describe(self):
        head = f"{self.job} {self.precision} {self.contender}: "
        if self.error:
            return head + self.error
        loss = "" if self.loss is None else f", loss {self.loss:.4f}"
        return (f"{head}first step after {self.startup_seconds:.2f} s, {self.wall_seconds:.2f} s in all, "
                f"{self.peak_bytes / 1e6:.0f} MB{loss}")


class Contender:
    """Subclasses say how to start the program and how to read what it left."""

    def __init__(self, name, family, jobs=EVERY, extra=False):
        self.name, self.family, self.jobs = name, family, jobs
        self.extra = extra  # runs only when asked for by name

    def run(self, options, job, precision):
        sample = Sample(self.name, self.family, job.key, precision, load=os.getloadavg()[0])
        with tempfile.TemporaryDirectory(prefix="finetune-benchmark-") as folder:
            command, environment = self.command(options, job, precision, folder)
            outcome = process.run(command, {"OMP_NUM_THREADS": str(options.threads)} | environment)
            sample.wall_seconds, sample.peak_bytes = outcome.wall_seconds, outcome.peak_bytes
            said = outcome.errors.strip().splitlines()
            try:
                if outcome.status != 0:
                    raise ValueError(self.reason(outcome.status, said, precision))
                self.read(sample, outcome, folder, job)
                if not sample.intervals:
                    raise ValueError("nothing was measured")
            except (ValueError, TypeError, KeyError, IndexError, OSError, StopIteration) as problem:
                sample.error = str(problem) if isinstance(problem, ValueError) else f"{type(problem).__name__}: {problem}"
        return sample

    def reason(self, status, said, precision):
        return f"exit status {status}" + (f"; it said: {said[-1]}" if said else "")


class Ours(Contender):
    def command(self, options, job, precision, folder):
        words = job.settings(options, options.generated) + ([] if precision == "float32" else [f"precision={precision}"])
        # Nothing that an earlier run has kept.
        kept = {"FINETUNE_CACHE": os.path.join(folder, "cache")}
        return [options.binary, os.path.join(HERE, job.recipe), "-o", os.path.join(folder, "run"), "--quiet"
                ] + ([] if job.key == "tiny" else ["--threads", str(options.threads)]) \
            + [word for setting in words for word in ("--set", setting)], kept

    def reason(self, status, said, precision):
        # The program has it; a machine that has not is told in one sentence, and that is no failure.
        if precision == "bfloat16" and status == 2 and any("needs a processor with AVX-512 BF16" in line for line in said):
            return "no bfloat16 here: the processor has neither AVX-512 BF16 nor AMX-BF16"
        return super().reason(status, said, precision)

    def read(self, sample, outcome, folder, job):
        folder = os.path.join(folder, "run")
        with open(os.path.join(folder, "timing.csv"), newline="") as file:
            sample.intervals = [float(row["seconds"]) for row in csv.DictReader(file)]
        with open(os.path.join(folder, "events.jsonl")) as file:
            first = next(event for event in map(json.loads, file) if event["event"] == "first-step")
        began = time.time() - (time.monotonic() - outcome.started_at)
        sample.startup_seconds = datetime.fromisoformat(first["time"].replace("Z", "+00:00")).timestamp() - began
        with open(os.path.join(folder, "metrics.csv"), newline="") as file:
            sample.loss = float(list(csv.DictReader(file))[-1]["train_loss"])
        sample.version = "finetune"


class Peer(Contender):
    def __init__(self, name, family, variant, environment, jobs=EVERY, extra=False):
        super().__init__(name, family, jobs, extra)
        self.variant, self.environment = variant, environment

    def command(self, options, job, precision, folder):
        python, script = ((options.torch_python, "torch_job.py") if self.family == "PyTorch"
                          else (options.tf_python, "keras_job.py"))
        return [python, os.path.join(HERE, "peers", script), "--job", job.key, "--variant", self.variant,
                "--precision", precision, "--length", str(job.length(options)), "--interval", str(job.steps),
                "--batch", str(job.batch), "--threads", str(options.threads), "--data", self.data(options, job)
                ], self.environment | {"PYTHONDONTWRITEBYTECODE": "1"}

    def data(self, options, job):
        if job.made:
            return options.generated
        return os.path.join(HERE, "../../shared/data/flowers128/train") if job.shared else options.data

    def read(self, sample, outcome, folder, job):
        result = json.loads(outcome.output.strip().splitlines()[-1])
        sample.startup_seconds = result["first_step_at"] - outcome.started_at
        sample.intervals, sample.loss, sample.version = result["intervals"], result["loss"], result["version"]


LARGE = EVERY - {"tiny"}
PEERS = [
    Peer("PyTorch eager", "PyTorch", "eager", {}),
    Peer("PyTorch eager, keeping memory", "PyTorch", "eager", KEEP_MEMORY, LARGE),
    Peer("PyTorch compile, keeping memory", "PyTorch", "compile", KEEP_MEMORY, LARGE),
    Peer("Keras", "Keras", "graph", {}),
    Peer("Keras, many steps per execution", "Keras", "graph-spe", {}, frozenset(["main-full", "main-frozen"])),
    Peer("Keras jit", "Keras", "jit", {}, LARGE, extra=True),
    Peer("PyTorch, features kept by hand", "PyTorch", "cached", KEEP_MEMORY, frozenset(["main-frozen", "flowers-frozen"]), extra=True),
]


def available(options):
    """The contenders to run, and a sentence for each that cannot."""
    wanted = [word.strip().lower() for word in options.only.split(",") if word.strip()]
    extra = [word.strip().lower() for word in options.extra.split(";") if word.strip()]
    chosen, absent = [], []
    programs = {"ours": options.binary, "PyTorch": options.torch_python, "Keras": options.tf_python}
    for contender in [Ours("ours", "ours")] + PEERS:
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
