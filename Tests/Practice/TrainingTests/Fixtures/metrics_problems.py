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


def random_problems():
    """Small random cases, and those at the edges: classes that never occur or are never predicted, one class alone, ties
    everywhere, probabilities of 0 and 1, logits that saturate, targets that never vary."""
    g = np.random.default_rng(2026)
    as32 = lambda a: np.asarray(a, dtype=np.float32)
    found = {}

    def add(name, width, targets, scores, predictions, truth):
        found[name] = {"width": width, "targets": targets, "scores": scores, "predictions": as32(predictions),
                       "truth": as32(truth)}

    for number in range(8):
        width, rows = int(g.integers(2, 9)), int(g.integers(10, 40))
        truth = g.integers(0, width, rows)
        logits = g.normal(size=(rows, width)) + g.uniform(0, 3) * np.eye(width)[truth]
        as_index = number % 2 == 0
        add(f"random {number}", width, "classIndex" if as_index else "oneHot", "logits" if number % 3 == 0 else "probabilities",
            logits if number % 3 == 0 else softmax(logits), truth if as_index else np.eye(width)[truth])
    for number in range(4):
        rows = int(g.integers(10, 40))
        truth = g.integers(0, 2, (rows, 1 + 2 * (number % 2)))
        answers = 2 * g.normal(size=truth.shape) + 2 * truth - 1
        add(f"random questions {number}", truth.shape[1], "binary", "logits" if number < 2 else "probabilities",
            answers if number < 2 else 1 / (1 + np.exp(-answers)), truth)
    for number in range(4):
        width = 1 + number % 2 * 2
        values = g.normal(size=(int(g.integers(5, 30)), width)) * 10 ** g.uniform(-3, 3, width)
        add(f"random values {number}", width, "values", "probabilities", values + g.normal(size=values.shape) * g.uniform(0, 2), values)

    add("one class alone", 3, "classIndex", "probabilities", softmax(g.normal(size=(12, 3))), np.full(12, 2))
    add("never predicted", 4, "classIndex", "probabilities", softmax(g.normal(size=(20, 4)) + [9, 0, 9, 0]), g.integers(0, 4, 20))
    add("certain", 3, "classIndex", "probabilities", np.eye(3)[g.integers(0, 3, 15)], g.integers(0, 3, 15))
    add("certain questions", 1, "binary", "probabilities", g.integers(0, 2, (15, 1)), g.integers(0, 2, (15, 1)))
    add("saturated", 3, "classIndex", "logits", g.choice([-500, 0, 500], (15, 3)), g.integers(0, 3, 15))
    add("saturated questions", 1, "binary", "logits", g.choice([-40, -1, 1, 40], (15, 1)), g.integers(0, 2, (15, 1)))
    add("all alike", 1, "binary", "probabilities", np.full((9, 1), 0.25), g.integers(0, 2, (9, 1)))
    add("one kind of answer", 1, "binary", "probabilities", g.uniform(size=(9, 1)), np.ones((9, 1)))
    # On the borders of bins of confidence: what lies on one belongs to the bin below.
    borders = np.arange(8, 16)[:, None] / 15
    add("bin borders", 1, "binary", "probabilities", np.concatenate([borders, 1 - borders]), g.integers(0, 2, (16, 1)))
    add("constant targets", 1, "values", "probabilities", g.normal(size=(8, 1)), np.full((8, 1), 3))
    add("exact", 2, "values", "probabilities", [[1, 5], [2, 5]], [[1, 5], [2, 5]])
    add("far off", 1, "values", "probabilities", g.normal(size=(8, 1)) + 1e4, g.normal(size=(8, 1)))
    return found
