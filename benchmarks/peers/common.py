"""Data and numbers of the jobs, shared by the peers."""

import argparse
import gzip
import json
import os
import time

import numpy as np

FIRST_CLASS = 5
FLOWERS = ["daisy", "dandelion", "roses", "sunflowers", "tulips"]


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--job", required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--precision", choices=["float32", "bfloat16"], required=True)
    parser.add_argument("--length", type=int, required=True, help="epochs, or steps where the job counts those")
    parser.add_argument("--interval", type=int, required=True, help="steps that are measured together, where steps count")
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--data", required=True)
    return parser.parse_args()


def counts_steps(options):
    return options.job in ("flowers-full", "resnet18", "resnet50")


def _idx(path):
    with gzip.open(path) as file:
        raw = file.read()
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def fashion(folder):
    """The 30 000 training images of classes 5 to 9: (n, 28, 28, 1) in 0…1, and labels 0…4."""
    images = _idx(os.path.join(folder, "train-images-idx3-ubyte.gz"))
    labels = _idx(os.path.join(folder, "train-labels-idx1-ubyte.gz"))
    chosen = labels >= FIRST_CLASS
    return images[chosen].astype(np.float32)[..., None] / 255, labels[chosen].astype(np.int64) - FIRST_CLASS


def made(folder):
    """Pictures of noise: (64, 224, 224, 3) in −1…1, and labels 0…9."""
    images = np.load(os.path.join(folder, "images.npy")).astype(np.float32) / 127.5 - 1
    return images, np.load(os.path.join(folder, "labels.npy"))


def flower_files(folder):
    files = [(os.path.join(folder, name, file), index) for index, name in enumerate(FLOWERS)
             for file in sorted(os.listdir(os.path.join(folder, name)))]
    return [path for path, _ in files], np.array([label for _, label in files])


# The 2-3-1 network's.
POINTS = np.array([[1, 2], [2, 3], [3, 4]], np.float32), np.array([[3], [4], [5]], np.float32)


def now():
    """Comparable between processes on Linux."""
    return time.monotonic()


class Clock:
    """Notes the first step and the seconds of every interval: an epoch, or so many steps."""

    def __init__(self, options):
        self.every = options.interval if counts_steps(options) else None
        self.first, self.intervals, self.steps, self.began = None, [], 0, now()

    def step(self):
        self.steps += 1
        if self.first is None:
            self.first = now()
        if self.every and self.steps % self.every == 0:
            self.lap()

    def epoch(self):
        if not self.every:
            self.lap()

    def lap(self):
        self.intervals.append(now() - self.began)
        self.began = now()

    def tell(self, loss, version):
        print(json.dumps({"intervals": self.intervals, "loss": float(loss), "first_step_at": self.first, "version": version}))
