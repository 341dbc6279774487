#!/usr/bin/env python3
"""Works out again what a comparison by accuracy says, from the predictions that its runs kept, and compares.

    scripts/check_comparison.py FOLDER

Nothing but Python is needed. Prints the verdicts in a line; ends with status 1 where a number of comparison.json is not what
the predictions say, or a verdict not what its numbers say.
"""
import array
import json
import math
import os
import struct
import sys


def tensors(path):
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    found = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = entry["data_offsets"]
        found[name] = (entry["shape"], array.array({"F32": "f", "I32": "i"}[entry["dtype"]], data[start:end]))
    return found


def right(path):
    """Whether each example is right."""
    file = tensors(path)
    # A row of scores for each example, whatever the shape that they come in.
    (count, *shape), scores = file["output.prediction"]
    width = math.prod(shape)
    targets = file["output.target"][1]
    answers = []
    for row in range(count):
        values = scores[row * width:(row + 1) * width]
        answers.append(values.index(max(values)) == targets[row])
    return answers


def binomial(first, second):
    total = first + second
    if total == 0:
        return 1.0
    terms = [math.exp(math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1) - total * math.log(2))
             for k in range(min(first, second) + 1)]
    return min(1.0, 2 * sum(terms))


def check(comparison, folder):
    problems = []
    answers = {}

    def equal(what, found, expected, tolerance=1e-9):
        if found is None or abs(found - expected) > tolerance:
            problems.append(f"{what}: {found}, expected {expected}")

    for run in comparison["runs"]:
        if run["status"] != "done":
            continue
        path = os.path.join(folder, run["folder"], "predictions", comparison["metric"]["data"] + ".safetensors")
        answers[run["arm"], run["fraction"], run["seed"]] = right(path)
        own = answers[run["arm"], run["fraction"], run["seed"]]
        equal(run["folder"], run["score"], sum(own) / len(own))
    for pair in comparison["comparisons"]:
        name = f"{pair['first']} and {pair['second']} at {pair['fraction']}"
        one = [answers[pair["first"], pair["fraction"], seed] for seed in pair["seeds"]]
        other = [answers[pair["second"], pair["fraction"], seed] for seed in pair["seeds"]]
        means = [sum(map(sum, arm)) / sum(map(len, arm)) for arm in (one, other)]
        equal(name + ", first mean", pair["first_mean"], means[0])
        equal(name + ", difference", pair["difference"], means[0] - means[1])
        equal(name + ", wins", pair["wins"], sum(sum(a) > sum(b) for a, b in zip(one, other)))
        equal(name + ", losses", pair["losses"], sum(sum(a) < sum(b) for a, b in zip(one, other)))
        counts = [[sum(arm[example] for arm in arms) for example in range(len(one[0]))] for arms in (one, other)]
        only = [sum(a > b for a, b in zip(*counts)), sum(a < b for a, b in zip(*counts))]
        equal(name + ", first only", pair["mcnemar"]["first_only"], only[0])
        equal(name + ", second only", pair["mcnemar"]["second_only"], only[1])
        equal(name + ", p", pair["mcnemar"]["p"], binomial(*only))
        low, high = pair["interval"] or (-1, 1)
        enough = len(pair["seeds"]) >= 3
        said = pair["verdict"]
        expected = "better" if enough and low > 0 else "worse" if enough and high < 0 else None
        if said != expected and (expected or said in ("better", "worse")):
            problems.append(f"{name}: {said}, but the interval is {low} to {high}")
        if not low <= pair["difference"] <= high:
            problems.append(f"{name}: the difference {pair['difference']} is outside of {low} to {high}")
    return problems


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "comparison.json")) as file:
        comparison = json.load(file)
    problems = check(comparison, folder)
    if comparison["status"] != "done":
        problems.append("it is not done")
    for problem in problems:
        print(problem, file=sys.stderr)
    several = len(comparison["fractions"]) > 1
    print("; ".join(
        (f"{100 * pair['fraction']:g} % " if several else "") + f"{pair['verdict']} {100 * pair['difference']:+.2f}"
        for pair in comparison["comparisons"]) + (f"; {problems[0]}" if problems else ""))
    sys.exit(1 if problems else 0)


main()
