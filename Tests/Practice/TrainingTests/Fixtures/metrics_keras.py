"""Writes metrics-keras.json: Keras' values, in float32. Run with a Python that has keras and tensorflow."""

import json
import pathlib

import keras

from metrics_problems import problems

k = keras.metrics
wanted = {
    "classes": {"accuracy": k.SparseCategoricalAccuracy(), "top_2_accuracy": k.SparseTopKCategoricalAccuracy(k=2)},
    "one-hot": {"accuracy": k.CategoricalAccuracy(), "top_k_accuracy": k.TopKCategoricalAccuracy(k=5)},
    "binary": {"accuracy": k.BinaryAccuracy()},
    "labels": {"accuracy": k.BinaryAccuracy(), "f1": k.F1Score(average="macro", threshold=0.5)},
    "values": {"mae": k.MeanAbsoluteError(), "mse": k.MeanSquaredError(), "rmse": k.RootMeanSquaredError(),
               "r2": k.R2Score()},
}
cases = {}
for name, metrics in wanted.items():
    p = problems()[name]
    shape = (-1, p["width"])
    truth = p["truth"] if p["targets"] == "classIndex" else p["truth"].reshape(shape)
    cases[name] = {}
    for key, metric in metrics.items():
        metric.update_state(truth, p["predictions"].reshape(shape))
        cases[name][key] = float(metric.result())
path = pathlib.Path(__file__).parent / "metrics-keras.json"
path.write_text(json.dumps({"framework": f"Keras {keras.__version__}", "cases": cases}, indent=1) + "\n")
