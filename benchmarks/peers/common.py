"""The main job's data and numbers, shared by the peers."""

import argparse
import gzip
import os
import time

import numpy as np

BATCH, RATE, DECAY = 128, 1e-3, 0.01
FIRST_CLASS = 5


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", choices=["full", "frozen"], required=True)
    parser.add_argument("--variant", required=True)
    parser.add_argument("--epochs", type=int, required=True, help="the first one is warm-up")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--data", required=True)
    return parser.parse_args()


def idx(path):
    with gzip.open(path) as file:
        raw = file.read()
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def load(folder):
    """The 30 000 training images of classes 5 to 9: (n, 28, 28) in 0…1, and labels 0…4."""
    images = idx(os.path.join(folder, "train-images-idx3-ubyte.gz"))
    labels = idx(os.path.join(folder, "train-labels-idx1-ubyte.gz"))
    chosen = labels >= FIRST_CLASS
    return images[chosen].astype(np.float32) / 255, labels[chosen].astype(np.int64) - FIRST_CLASS


def now():
    """Comparable between processes on Linux."""
    return time.monotonic()
