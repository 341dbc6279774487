"""Writes comparison.json: a comparison as `finetune compare` leaves it, with scores of a made-up kind.

Run in this folder: python3 make_comparison.py
"""
import json
import math

seeds = [1, 2, 3, 4, 5]
fractions = [0.01, 0.03, 0.1, 0.3, 1]
labels = {0.01: 270, 0.03: 810, 0.1: 2700, 0.3: 8100, 1: 27000}
level = {"fine-tuned": {0.01: 0.905, 0.03: 0.928, 0.1: 0.945, 0.3: 0.962, 1: 0.976},
         "from-scratch": {0.01: 0.78, 0.03: 0.862, 0.1: 0.915, 0.3: 0.949, 1: 0.972}}


def wobble(*parts):
    """A repeatable number between -1 and 1."""
    value = math.sin(sum((k + 1) * 12.9898 * p for k, p in enumerate(parts))) * 43758.5453
    return 2 * (value - math.floor(value)) - 1


def run(arm, seed, fraction):
    a = list(level).index(arm)
    score = round(level[arm][fraction] + 0.004 * wobble(a, seed, fraction), 4)
    curve = [[step, round(score - (0.35 - 0.25 * (a == 0)) * math.exp(-step / (150 + 250 * a))
                          + 0.003 * wobble(a, seed, fraction, step), 4)] for step in range(210, 2101, 210)]
    failed = arm == "from-scratch" and seed == 4 and fraction == 0.01
    return {"arm": arm, "seed": seed, "fraction": fraction, "labels": labels[fraction], "steps": 37 if failed else 2100,
            "status": "failed" if failed else "done", "score": None if failed else score,
            "best_step": None if failed else curve[-2][0], "folder": f"{arm}/{fraction}-s{seed}",
            "model_hash": None if failed else format(abs(hash((a, seed, round(fraction * 100)))) % 16 ** 16, "064x"),
            "curve": [] if failed else curve}


def pair(fraction, runs):
    chosen = {(r["arm"], r["seed"]): r for r in runs if r["fraction"] == fraction and r["status"] == "done"}
    both = [s for s in seeds if ("fine-tuned", s) in chosen and ("from-scratch", s) in chosen]
    first = [chosen["fine-tuned", s]["score"] for s in both]
    second = [chosen["from-scratch", s]["score"] for s in both]
    differences = [a - b for a, b in zip(first, second)]
    mean = sum(differences) / len(both)
    half = 0.0045
    verdict = "better" if mean - half > 0 else "no evidence"
    wins = sum(d > 0 for d in differences)
    only = round(5000 * (mean + 0.02))
    score = round(sum(second) / len(both), 6)
    words = (f"fine-tuned is better than from-scratch: test accuracy {mean * 100:+.2f} points "
             f"(95 % interval {100 * (mean - half):+.2f} to {100 * (mean + half):+.2f}) over {len(both)} seeds"
             if verdict == "better" else
             f"no evidence of a difference between fine-tuned and from-scratch: test accuracy {mean * 100:+.2f} points")
    return {"first": "fine-tuned", "second": "from-scratch", "fraction": fraction, "seeds": both,
            "first_mean": round(sum(first) / len(both), 6), "second_mean": score, "difference": round(mean, 6),
            "interval": [round(mean - half, 6), round(mean + half, 6)], "examples": 5000,
            "mcnemar": {"first_only": only, "second_only": 100, "p": 0.0000012 if only > 140 else 0.21,
                        "seeds": [{"seed": s, "first_only": only + 3 * s, "second_only": 110 - s, "p": 0.001}
                                  for s in both]},
            "wins": wins, "losses": sum(d < 0 for d in differences), "ties": 0,
            "steps_to_reach": {"score": score, "first": 210 if fraction < 1 else 1050, "second": 1890,
                               "first_examples": 210 * 128, "second_examples": 1890 * 128},
            "verdict": verdict, "more_runs": None, "sentence": words}


def recipe(arm):
    return {"name": "fashion-compare", "seed": 42,
            "model": {"checkpoint": "/models/fashion-tops.h5", "cut_at": "flatten",
                      "reinitialize": ["**"] if arm == "from-scratch" else None,
                      "head": [{"layer": "Dense", "units": "classes", "activation": "softmax"}]},
            "loss": {"name": "sparse_categorical_crossentropy"}, "metrics": [{"name": "accuracy"}],
            "phases": [{"name": "all", "steps": 2100}]}


# Shares of labels are written as the program does: all of them as 1.
runs = [run(arm, seed, fraction) for fraction in fractions for seed in seeds for arm in level]
checkpoint = {"path": "/models/fashion-tops.h5", "hash": "ab" * 32}
comparison = {
    "version": 1, "name": "fashion-compare", "status": "done",
    "metric": {"name": "accuracy", "goal": "max", "data": "test"},
    "seeds": seeds, "fractions": fractions, "split": "same",
    "budget": {"kind": "steps", "steps": 2100, "minutes": None}, "confidence": 0.95, "draws": 10000,
    "classes": ["Sandal", "Shirt", "Sneaker", "Bag <b>&</b>", "Ankle boot"],
    "request": {"recipe": "cd" * 32},
    "old_task": {"format": "npz", "file": "/data/tops.npz", "inputs": ["x"], "targets": ["y"]},
    "arms": [{"name": "fine-tuned", "recipe": recipe("fine-tuned"), "checkpoint": checkpoint, "learning_rate": 0.0003,
              "rate_from": "recipe"},
             {"name": "from-scratch", "recipe": recipe("from-scratch"), "checkpoint": None, "learning_rate": 0.002,
              "rate_from": "lr-find"}],
    "runs": runs, "comparisons": [pair(fraction, runs) for fraction in fractions],
    "efficiency": [
        {"first": "fine-tuned", "second": "from-scratch", "labels": 270, "equals": 2150, "relation": "about",
         "sentence": "with 270 labels fine-tuned equals from-scratch with about 2,150"},
        {"first": "fine-tuned", "second": "from-scratch", "labels": 2700, "equals": 7300, "relation": "about",
         "sentence": "with 2,700 labels fine-tuned equals from-scratch with about 7,300"},
        {"first": "fine-tuned", "second": "from-scratch", "labels": 27000, "equals": 27000, "relation": "more than",
         "sentence": "with 27,000 labels fine-tuned equals from-scratch with more than 27,000"}],
    "forgetting": [{"arm": "fine-tuned", "fraction": fraction, "seed": seed, "metric": "accuracy", "before": 0.9312,
                    "after": round(0.6 - 0.2 * fraction + 0.02 * wobble(seed, fraction), 4)}
                   for fraction in fractions for seed in seeds],
}
with open("comparison.json", "w") as file:
    json.dump(comparison, file, indent=2)
    file.write("\n")
