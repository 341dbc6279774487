#!/usr/bin/env python3
"""Writes `trajectories/`: start models, data, and ten full-batch steps by Keras 3 in float64 (see README.md).

    .venv-tf/bin/python make_trajectories.py && .venv-torch/bin/python make_trajectories_torch.py
"""

import os
import sys
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

from goldens import save_h5, save_npz
from trajectory_list import STEPS, TRAJECTORIES, write_list

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "trajectories")
L = keras.layers
R = keras.regularizers


def mlp():
    return keras.Sequential([
        keras.Input((6,), name="x"),
        L.Dense(8, activation="tanh", name="first"),
        L.Dense(5, activation="relu", name="second"),
        L.Dense(3, activation="softmax", name="scores"),
    ], name="mlp")


def mlp_regularized():
    return keras.Sequential([
        keras.Input((6,), name="x"),
        L.Dense(8, activation="tanh", kernel_regularizer=R.L1(0.003), name="first"),
        L.Dense(5, activation="relu", kernel_regularizer=R.L2(0.02), name="second"),
        L.Dense(3, activation="softmax", kernel_regularizer=R.L1L2(0.002, 0.01), bias_regularizer=R.L2(0.05),
                name="scores"),
    ], name="mlp_regularized")


def cnn():
    # No bias before the batch norm: its gradient is rounding error, and Adam would make whole steps of it.
    return keras.Sequential([
        keras.Input((8, 8, 2), name="x"),
        L.Conv2D(4, 3, padding="same", use_bias=False, name="conv"),
        L.BatchNormalization(momentum=0.9, epsilon=1e-3, name="norm"),
        L.ReLU(name="relu"),
        L.MaxPooling2D(2, name="pool"),
        L.Flatten(name="flatten"),
        L.Dense(3, activation="softmax", name="scores"),
    ], name="cnn")


def fill(model):
    rng = np.random.default_rng(zlib.crc32(model.name.removesuffix("_regularized").encode()))
    for layer in model.layers:
        values = []
        for weight in layer.weights:
            kind, shape = weight.path.split("/")[-1], tuple(weight.shape)
            if kind == "kernel":
                value = rng.standard_normal(shape) * (2 / np.prod(shape[:-1])) ** 0.5
            elif kind == "moving_variance":
                value = rng.uniform(0.5, 1.5, shape)
            else:
                value = (kind == "gamma") + 0.2 * rng.standard_normal(shape)
            values.append(value.astype(np.float32))
        layer.set_weights(values)


def data(model):
    rng = np.random.default_rng(20)
    x = rng.standard_normal((24 if model.name != "cnn" else 12, *model.input_shape[1:])).astype(np.float32)
    labels = (np.arange(len(x)) * 7 % 3).astype(np.int32)
    # Classes can be told apart, a little: there is something to learn in ten steps.
    x += 0.5 * (labels - 1).reshape(-1, *[1] * (x.ndim - 1)).astype(np.float32)
    return x, labels


def named(model):
    return {f"{layer.name}.{w.path.split('/')[-1]}": w for layer in model.layers for w in layer.weights}


def precision(name):
    keras.config.set_floatx(name)
    keras.config.set_dtype_policy(name)


def optimizer(settings):
    settings = dict(settings)
    kind, decay = settings.pop("name"), settings.pop("weight_decay", None)
    classes = {"sgd": keras.optimizers.SGD, "rmsprop": keras.optimizers.RMSprop, "adagrad": keras.optimizers.Adagrad,
               "adadelta": keras.optimizers.Adadelta, "adam": keras.optimizers.Adam}
    if "clip_norm" in settings:
        settings["global_clipnorm"] = settings.pop("clip_norm")
    if "initial_accumulator" in settings:
        settings["initial_accumulator_value"] = settings.pop("initial_accumulator")
    assert decay is None
    return classes[kind](**settings)


def train(build, start, trajectory, x, labels):
    precision("float64")
    model = build()
    model.set_weights([w.astype(np.float64) for w in start.get_weights()])
    for name in trajectory["frozen"]:
        model.get_layer(name).trainable = False
    if trajectory["batch_norm"] == "inference":
        # Statistics fixed, gamma and beta train.
        model.get_layer("norm").call = (lambda call: lambda inputs, **_: call(inputs, training=False))(
            model.get_layer("norm").call)
    rule = optimizer(trajectory["optimizer"])
    loss = keras.losses.SparseCategoricalCrossentropy(dtype="float64")
    x = tf.constant(x, tf.float64)
    losses, penalties = [], []
    for step in range(STEPS + 1):
        with tf.GradientTape() as tape:
            value = loss(labels, model(x, training=step < STEPS))
            penalty = tf.add_n(model.losses) if model.losses else tf.constant(0.0, tf.float64)
            total = value + penalty
        if step == STEPS:
            break
        losses.append(float(value))
        penalties.append(float(penalty))
        gradients = tape.gradient(total, [v.value for v in model.trainable_variables])
        rule.apply_gradients(zip(gradients, model.trainable_variables))
    values = {"losses": np.array(losses)}
    if any(penalties):
        values["penalties"] = np.array(penalties)
    values["after.loss"] = np.array(float(value))
    precision("float32")
    return values | {f"final.{p}": w.numpy().astype(np.float32) for p, w in named(model).items()}


def main(wanted):
    os.makedirs(HERE, exist_ok=True)
    for build in [mlp, mlp_regularized, cnn]:
        start = build()
        fill(start)
        x, labels = data(start)
        save_h5(start, os.path.join(HERE, f"{start.name}.h5"))
        initial = {f"initial.{p}": w.numpy() for p, w in named(start).items()}
        save_npz(os.path.join(HERE, f"{start.name}.npz"), {"x0": x, "labels": labels} | initial)
        for trajectory in TRAJECTORIES:
            if trajectory["model"] != start.name or trajectory["framework"] != "keras3":
                continue
            values = train(build, start, trajectory, x, labels)
            save_npz(os.path.join(HERE, trajectory["name"] + ".npz"), values)
            print(trajectory["name"], values["losses"].round(4), float(values["after.loss"]))
    write_list(os.path.join(HERE, "trajectories.json"))


main(sys.argv[1:])
