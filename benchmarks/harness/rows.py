"""The rows of the table: a measure of a job, how much better than the best peer it is to be."""

import dataclasses
import statistics

from .jobs import JOBS


@dataclasses.dataclass(frozen=True)
class Row:
    key: str
    job: str
    precision: str
    title: str
    measure: str
    target: float  # peer ÷ us, at least

    @property
    def scale(self):
        return {"memory": 1e-6, "step": 1e3}.get(self.measure, 1)

    @property
    def unit(self):
        return {"memory": "MB", "step": "ms"}.get(self.measure, "s")

    @property
    def is_of_intervals(self):
        return self.measure in ("epoch", "step")

    def value(self, sample):
        if self.is_of_intervals:
            return statistics.median(self.intervals(sample))
        return {"wall": sample.wall_seconds, "start": sample.startup_seconds, "memory": sample.peak_bytes}[self.measure]

    def quickest(self, sample):
        """The shortest interval; of other measures the value."""
        return min(self.intervals(sample)) if self.is_of_intervals else self.value(sample)

    def intervals(self, sample):
        """Seconds of each epoch or step after the warm-up."""
        job = JOBS[self.job]
        steps = job.steps if self.measure == "step" else 1
        return [seconds / steps for seconds in sample.intervals[job.warm:] or sample.intervals]


def _both(key, job, title, measure, targets):
    return [Row(f"{key}-{name}", job, precision, f"{title}, {name}", measure, target)
            for (name, precision), target in zip([("fp32", "float32"), ("bf16", "bfloat16")], targets)]


ROWS = [
    *_both("full", "main-full", "main job, full fine-tuning, an epoch", "epoch", (1.6, 1.6)),
    *_both("frozen", "main-frozen", "main job, frozen base, an epoch after the first", "epoch", (10, 8)),
    Row("frozen-run", "main-frozen", "float32", "main job, frozen base, whole run of 5 epochs", "wall", 5),
    Row("flowers-run", "flowers-frozen", "float32", "MobileNetV1-0.25, flowers, frozen base + head, whole run of 10 epochs", "wall", 6),
    Row("flowers-step", "flowers-full", "float32", "the same, full fine-tuning, a step", "step", 1.4),
    *_both("resnet18", "resnet18", "ResNet-18-like, 224, batch 16, a full step", "step", (1.2, 1.3)),
    *_both("resnet50", "resnet50", "ResNet-50-like, 224, batch 16, a full step", "step", (1.2, 1.3)),
    Row("tiny", "tiny", "float32", "2-3-1 network, 1000 epochs, whole process", "wall", 30),
    Row("start", "main-full", "float32", "start-up to the first step, reading the data", "start", 8),
    Row("start-inline", "tiny", "float32", "start-up to the first step, inline data", "start", 25),
    Row("memory-tiny", "tiny", "float32", "anonymous memory, 2-3-1 network", "memory", 3),
    Row("memory-frozen", "main-frozen", "float32", "anonymous memory, main job, frozen base", "memory", 3),
    Row("memory-flowers", "flowers-frozen", "float32", "anonymous memory, flowers, frozen base", "memory", 3),
    Row("memory-resnet18", "resnet18", "float32", "anonymous memory, ResNet-18-like, full step", "memory", 1 / 0.7),
    Row("memory-resnet50", "resnet50", "float32", "anonymous memory, ResNet-50-like, full step", "memory", 1 / 0.7),
]


def chosen(words):
    """Rows whose key is one of the words or begins with it; all where there are none."""
    return [row for row in ROWS if not words or any(row.key == w or row.key.startswith(w + "-") for w in words)]
