#!/usr/bin/env python3
"""Writes nested/: models inside models, partly frozen, called twice, shared; saved by both Kerases, with their predictions.

Needs keras, tf_keras and tensorflow (see README.md).
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

from pathlib import Path

import keras
import numpy as np
import tf_keras
from goldens import save_h5, save_npz

HERE = Path(__file__).parent / "nested"


def base(K, functional):
    """Two convolutions and a norm; the first is frozen, which moves its weights to the end of the list."""
    L = K.layers
    parts = [L.Conv2D(3, 3, name="a"), L.BatchNormalization(name="bn"), L.Conv2D(3, 1, name="b")]
    if functional:
        x = y = K.Input((6, 6, 2), name="image")
        for part in parts:
            y = part(y)
        model = K.Model(x, y, name="base")
    else:
        model = K.Sequential([K.Input((6, 6, 2)) if K is keras else L.InputLayer((6, 6, 2))] + parts, name="base")
    parts[0].trainable = False
    return model


def frozen_base(K):
    """What a user has who fine-tuned a head: a base, partly frozen, called once, with one more input beside it."""
    L = K.layers
    image, extra = K.Input((6, 6, 2), name="picture"), K.Input((3,), name="extra")
    features = L.GlobalAveragePooling2D(name="pool")(base(K, False)(image))
    shared = L.Dense(3, name="shared")
    one, two = shared(features), shared(extra)
    total = L.Add(name="add")([one, two])
    joined = L.Concatenate(name="join")([one, total])
    return K.Model([image, extra], [L.Activation("tanh", name="first")(total), L.ReLU(0.5, name="second")(joined)],
                   name="frozen_base")


def twins(K):
    """One functional base called on two inputs; its output is an output of the model too."""
    L = K.layers
    left, right = K.Input((6, 6, 2), name="left"), K.Input((6, 6, 2), name="right")
    tower = base(K, True)
    a, b = tower(left), tower(right)
    return K.Model([left, right], [L.Dense(2, name="top")(L.Flatten(name="flat")(L.Multiply(name="both")([a, b]))), b],
                   name="twins")


def inside_sequential(K):
    """A sequential model that begins with a model; nothing in it says the shape of its input but that one."""
    L = K.layers
    return K.Sequential([base(K, True), L.Flatten(name="flat"), L.Dense(2, activation="softmax", name="top")],
                        name="inside_sequential")


def randomize(model, random):
    for weight in model.weights:
        value = random.normal(0, 0.5, weight.shape)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.name else value)


def main():
    HERE.mkdir(exist_ok=True)
    for make in [frozen_base, twins, inside_sequential]:
        for K, dialect in [(keras, "keras3"), (tf_keras, "tfk2")]:
            K.backend.clear_session()
            random = np.random.default_rng(7)
            model = make(K)
            randomize(model, random)
            inputs = [random.normal(0, 1, (2, *tensor.shape[1:])).astype("f4") for tensor in model.inputs]
            outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
            outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
            save_h5(model, HERE / f"{make.__name__}.{dialect}.h5")
            arrays = {f"x{i}": x for i, x in enumerate(inputs)}
            arrays |= {f"y{i}": np.asarray(y) for i, y in enumerate(outputs)}
            save_npz(HERE / f"{make.__name__}.{dialect}.npz", arrays)


if __name__ == "__main__":
    main()
