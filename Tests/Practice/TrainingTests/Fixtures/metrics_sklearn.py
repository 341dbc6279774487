"""Writes metrics.json: scikit-learn's values. Run with a Python that has scikit-learn.

Averages are over the classes that occur among the targets. The calibration error has no function there: its few lines
follow Guo et al. 2017. Top-k accuracy under ties and the root mean squared error over several columns are ours alone
(scikit-learn breaks ties the other way and averages roots); metrics_keras.py covers the latter.
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics as m

from metrics_problems import problems, random_problems, softmax


def calibration(confidence, right, bins=15):
    edges = np.linspace(0, 1, bins + 1)
    error = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            error += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return error


def single(p):
    scores = p["predictions"].astype(np.float64)
    if p["scores"] == "logits":
        scores = softmax(scores)
    truth = p["truth"].astype(int) if p["truth"].ndim == 1 else p["truth"].argmax(axis=1)
    predicted = scores.argmax(axis=1)
    present = np.unique(truth)
    values = {"accuracy": m.accuracy_score(truth, predicted)}
    options = {"labels": present, "average": "macro", "zero_division": 0}
    values["precision"] = m.precision_score(truth, predicted, **options)
    values["recall"] = m.recall_score(truth, predicted, **options)
    values["f1"] = m.f1_score(truth, predicted, **options)
    areas = [m.roc_auc_score(truth == c, scores[:, c]) for c in present] if len(present) > 1 else [np.nan]
    values["auc"] = float(np.mean(areas))
    values["calibration_error"] = calibration(scores.max(axis=1), predicted == truth)
    return values, predicted, truth


def binary(p):
    scores, truth = p["predictions"].astype(np.float64), p["truth"].astype(int)
    if p["scores"] == "logits":
        scores = 1 / (1 + np.exp(-scores))
    predicted = (scores > 0.5).astype(int)
    values = {"accuracy": float((predicted == truth).mean())}
    many = truth.shape[1] > 1
    a, b = (truth, predicted) if many else (truth[:, 0], predicted[:, 0])
    options = {"average": "macro", "zero_division": 0, "labels": np.unique(np.nonzero(a)[1] if many else a)}
    values["precision"] = m.precision_score(a, b, **options)
    values["recall"] = m.recall_score(a, b, **options)
    values["f1"] = m.f1_score(a, b, **options)
    both = 0 < truth.mean() < 1
    values["auc"] = m.roc_auc_score(truth, scores, average="macro") if both else np.nan
    values["calibration_error"] = calibration(
        np.maximum(scores, 1 - scores).reshape(-1), (predicted == truth).reshape(-1))
    return values


cases = []
for name, p in (problems() | random_problems()).items():
    case = {key: p[key] for key in ("width", "targets", "scores")}
    case["name"] = name
    for key in ("predictions", "truth"):
        case[key] = [float("%.9g" % v) for v in p[key].reshape(-1)]
    if p["targets"] in ("classIndex", "oneHot"):
        case["values"], predicted, truth = single(p)
        # Ties at the k-th place are broken the other way there.
        if name not in ("ties", "certain", "saturated") and p["width"] > 2:
            for k in (2, 5) if p["width"] > 5 else (2,):
                case["values"][f"top_{k}_accuracy"] = m.top_k_accuracy_score(
                    truth, p["predictions"], k=k, labels=np.arange(p["width"]))
            if "top_5_accuracy" in case["values"]:
                case["values"]["top_k_accuracy"] = case["values"].pop("top_5_accuracy")
        case["confusion"] = m.confusion_matrix(truth, predicted, labels=np.arange(p["width"])).reshape(-1).tolist()
        report = m.precision_recall_fscore_support(truth, predicted, labels=np.arange(p["width"]), zero_division=0)
        case["perClass"] = [[float(v) for v in row] for row in np.array(report).T]
    elif p["targets"] == "binary":
        case["values"] = binary(p)
    else:
        a, b = p["truth"].astype(np.float64), p["predictions"].astype(np.float64)
        case["values"] = {"mae": m.mean_absolute_error(a, b), "mse": m.mean_squared_error(a, b), "r2": m.r2_score(a, b)}
        if p["width"] == 1:
            case["values"]["rmse"] = m.root_mean_squared_error(a, b)
    case["undefined"] = sorted(name for name, value in case["values"].items() if np.isnan(value))
    for key in case["undefined"]:
        del case["values"][key]
    cases.append(case)

document = {"framework": f"scikit-learn {sklearn.__version__}", "cases": cases}
path = pathlib.Path(__file__).parent / "metrics.json"
path.write_text(json.dumps(document, separators=(",", ":"), default=float, allow_nan=False) + "\n")
