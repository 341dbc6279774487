#!/usr/bin/env python3
"""Writes `losses.npz`: every loss on fixed arrays, by Keras 3 in float64 (see README.md).

    .venv-tf/bin/python make_losses.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf

from goldens import save_npz

HERE = os.path.dirname(os.path.abspath(__file__))
keras.config.set_floatx("float64")
keras.config.set_dtype_policy("float64")
LOSSES = keras.losses

rng = np.random.default_rng(31)
single = lambda *shape: rng.standard_normal(shape).astype(np.float32)
values, wanted = 1.5 * single(5, 3), 1.5 * single(5, 3)
logits, binary = 3 * single(5, 3), (rng.random((5, 3)) < 0.5).astype(np.float32)
labels = np.array([2, 0, 1, 1, 2], np.float32)
one_hot = np.eye(3, dtype=np.float32)[labels.astype(int)]
soft = rng.dirichlet([1, 1, 1], 5).astype(np.float32)
sigmoid = (1 / (1 + np.exp(-logits))).astype(np.float32)
softmax = (np.exp(logits) / np.exp(logits).sum(1, keepdims=True)).astype(np.float32)

CASES = {
    "mse": (LOSSES.MeanSquaredError, {}, wanted, values),
    "mae": (LOSSES.MeanAbsoluteError, {}, wanted, values),
    "huber": (LOSSES.Huber, {}, wanted, values),
    "huber_delta": (LOSSES.Huber, {"delta": 0.4}, wanted, values),
    "binary": (LOSSES.BinaryCrossentropy, {}, binary, sigmoid),
    "binary_logits": (LOSSES.BinaryCrossentropy, {"from_logits": True}, binary, logits),
    "binary_smoothing": (LOSSES.BinaryCrossentropy, {"label_smoothing": 0.2}, binary, sigmoid),
    "binary_logits_smoothing": (LOSSES.BinaryCrossentropy, {"from_logits": True, "label_smoothing": 0.2}, binary, logits),
    "categorical": (LOSSES.CategoricalCrossentropy, {}, one_hot, softmax),
    "categorical_logits": (LOSSES.CategoricalCrossentropy, {"from_logits": True}, one_hot, logits),
    "categorical_soft_logits": (LOSSES.CategoricalCrossentropy, {"from_logits": True}, soft, logits),
    "categorical_smoothing": (LOSSES.CategoricalCrossentropy, {"label_smoothing": 0.1}, one_hot, softmax),
    "categorical_logits_smoothing": (
        LOSSES.CategoricalCrossentropy, {"from_logits": True, "label_smoothing": 0.1}, one_hot, logits),
    "sparse": (LOSSES.SparseCategoricalCrossentropy, {}, labels, softmax),
    "sparse_logits": (LOSSES.SparseCategoricalCrossentropy, {"from_logits": True}, labels, logits),
}

result = {}
for name, (kind, settings, target, prediction) in CASES.items():
    p = tf.constant(prediction, tf.float64)
    t = tf.constant(target, tf.int64 if "sparse" in name else tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(p)
        loss = kind(**settings)(t, p)
    result |= {f"{name}.target": target, f"{name}.prediction": prediction, f"{name}.value": loss.numpy(),
               f"{name}.values": kind(**settings, reduction="none")(t, p).numpy(),
               f"{name}.grad": tf.convert_to_tensor(tape.gradient(loss, p)).numpy()}
    print(f"{name}: {float(loss):.9f}")
print(save_npz(os.path.join(HERE, "losses.npz"), result), "bytes")
