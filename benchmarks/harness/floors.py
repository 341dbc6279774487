"""What the machine needs at least, by what `finetune profile` measures of it."""

import json
import os

from . import process
from .jobs import JOBS

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


RATES = {"product": "product_flops_per_second", "convolution": "convolution_flops_per_second"}


def measure(options, keys):
    """Of each job: what a step has to do, the operations of matrix products and of convolutions, all multiplications of their
    sums counted, and the bytes of the optimizer and of features that are kept, read once; and steps in an epoch. What moves
    through memory besides is left out: it could be fused. Layers that nothing is sent back through are frozen, and computed in
    the first epoch only: they are no part of an epoch after it."""
    works = {}
    for key in keys:
        job = JOBS[key]
        words = [word for setting in job.settings(options, options.generated) for word in ("--set", setting)]
        profile = _profile(options, os.path.join(HERE, job.recipe), 2, words)
        if not profile:
            continue
        training = {node["layer"] for node in profile["nodes"] if node["pass"] == "backward"}
        work = {bound: sum(node["flops"] for node in profile["nodes"] if node["bound"] == bound and node["layer"] in training)
                for bound in RATES}
        update = sum(part["bytes"] for part in profile["passes"] if part["name"] == "update")
        work["bytes"] = update + feature_bytes(options, job, words) * job.batch
        works[key] = work | {"steps": profile["steps_per_epoch"]}
    return works


def rates(options):
    """What the machine shows now, a second's work."""
    profile = _profile(options, os.path.join(HERE, "../recipes/sigmoid-mlp.json"), 1, [])
    if not profile:
        return {}
    peak = profile["peak"]
    return {bound: peak[name] for bound, name in RATES.items()} | {"bytes": peak["bytes_per_second"]}


def _profile(options, recipe, steps, words):
    outcome = process.run([options.binary, "profile", recipe, "--steps", str(steps), "--threads", str(options.threads),
                           "--json"] + words, samples=False)
    return json.loads(outcome.output) if outcome.status == 0 else None


def best(all_rates):
    """The highest of each: a machine that others slow down shows what it can in some minutes only."""
    known = [rates for rates in all_rates if rates]
    return {name: max(rates[name] for rates in known) for name in known[0]} if known else {}


def feature_bytes(options, job, words):
    """That are read of each example in the place of what frozen layers would compute."""
    outcome = process.run([options.binary, "plan", os.path.join(HERE, job.recipe), "--json"] + words, samples=False)
    features = json.loads(outcome.output)["phases"][0]["features"] if outcome.status == 0 else {}
    return features.get("bytes_per_row", 0)


def of(row, works, rates):
    """In the row's seconds; nothing where there is no floor: bfloat16 has other rates, and memory and start-up have none."""
    work = works.get(row.job)
    if row.precision != "float32" or not row.is_of_intervals or not work or not rates:
        return None
    return sum(work[name] / rates[name] for name in rates) * (work["steps"] if row.measure == "epoch" else 1)


def describe(rates):
    if not rates:
        return "The floor was not measured."
    return (f"Floor: the products and convolutions of a step, all multiplications of their sums counted, at the best rates that "
            f"this machine showed between the runs ({rates['product'] / 1e9:.0f} and {rates['convolution'] / 1e9:.0f} GFLOP/s in "
            f"float32), the bytes of the optimizer and of kept features at {rates['bytes'] / 1e9:.0f} GB/s, and nothing else.")
