"""What the fixture scripts share: fixed weights and gradients, and float32 written with the digits that name it."""

import json
import pathlib

import numpy as np

STEPS = 10


def problem():
    """Two tensors and ten gradients each, with magnitudes from 1e-4 to 10 and some exact zeros."""
    generator = np.random.default_rng(7)
    shapes = {"dense.kernel": (3, 4), "dense.bias": (4,)}
    weights = {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    gradients = []
    for _ in range(STEPS):
        step = {}
        for name, shape in shapes.items():
            scale = 10.0 ** generator.uniform(-4, 1, size=shape)
            values = generator.normal(size=shape) * scale
            values[generator.uniform(size=shape) < 0.05] = 0
            step[name] = values.astype(np.float32)
        gradients.append(step)
    return weights, gradients


def rates(peak, varying):
    return [float(np.float32(peak * (1 - 0.08 * step))) if varying else peak for step in range(STEPS)]


def plain(array):
    return [float("%.9g" % value) for value in np.asarray(array, dtype=np.float32).reshape(-1)]


def write(name, framework, cases):
    weights, gradients = problem()
    document = {
        "framework": framework,
        "weights": {key: plain(value) for key, value in weights.items()},
        "gradients": [{key: plain(value) for key, value in step.items()} for step in gradients],
        "cases": cases,
    }
    path = pathlib.Path(__file__).parent / name
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
