"""The predictions and targets that the metric fixtures are computed from, all float32."""

import numpy as np


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def problems():
    g = np.random.default_rng(11)
    # Six classes, of which the fifth never occurs as a target but is predicted; scores in steps of 1/8 make ties.
    rows = 60
    target = g.choice([0, 1, 2, 3, 5], size=rows, p=[0.4, 0.3, 0.15, 0.1, 0.05])
    logits = np.round(g.normal(size=(rows, 6)) + 1.5 * np.eye(6)[target], 3).astype(np.float32)
    coarse = np.round(softmax(logits) * 8) / 8
    binary = g.integers(0, 2, size=(50, 1))
    answers = np.clip(np.round(g.uniform(size=(50, 1)) * 0.7 + binary * 0.3, 1), 0, 1)
    labels = g.integers(0, 2, size=(40, 3))
    label_scores = np.round(np.clip(g.uniform(size=(40, 3)) * 0.8 + labels * 0.2, 0, 1), 2)
    values = g.normal(size=(30, 2)) * [1, 100] + [5, -1000]
    estimates = values + g.normal(size=(30, 2)) * [0.3, 60]
    as32 = lambda a: np.asarray(a, dtype=np.float32)
    return {
        "classes": {"width": 6, "targets": "classIndex", "scores": "probabilities",
                    "predictions": as32(softmax(logits)), "truth": as32(target)},
        "ties": {"width": 6, "targets": "classIndex", "scores": "probabilities",
                 "predictions": as32(coarse), "truth": as32(target)},
        "logits": {"width": 6, "targets": "classIndex", "scores": "logits",
                   "predictions": as32(logits), "truth": as32(target)},
        "one-hot": {"width": 6, "targets": "oneHot", "scores": "probabilities",
                    "predictions": as32(softmax(logits)), "truth": as32(np.eye(6)[target])},
        "binary": {"width": 1, "targets": "binary", "scores": "probabilities",
                   "predictions": as32(answers), "truth": as32(binary)},
        "labels": {"width": 3, "targets": "binary", "scores": "probabilities",
                   "predictions": as32(label_scores), "truth": as32(labels)},
        "values": {"width": 2, "targets": "values", "scores": "probabilities",
                   "predictions": as32(estimates), "truth": as32(values)},
    }
