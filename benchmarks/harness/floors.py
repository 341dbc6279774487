"""What the machine needs at least, by what `finetune profile` measures of it."""

import json
import os

from . import process
from .jobs import JOBS

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def measure(options, keys):
    """Of each job: seconds of a step's matrix products and convolutions at the machine's rates and of the optimizer's bytes at
    its bandwidth, and steps in an epoch. Features that are kept are read once; what moves through memory besides is left out:
    it could be fused. Layers that nothing is sent back through are frozen, and computed in the first epoch only: they are no
    part of an epoch after it."""
    floors = {}
    for key in keys:
        job = JOBS[key]
        words = [word for setting in job.settings(options, options.generated) for word in ("--set", setting)]
        outcome = process.run([options.binary, "profile", os.path.join(HERE, job.recipe), "--steps", "2", "--threads",
                               str(options.threads), "--json"] + words, samples=False)
        if outcome.status != 0:
            continue
        profile = json.loads(outcome.output)
        training = {node["layer"] for node in profile["nodes"] if node["pass"] == "backward"}
        step = sum(node["floor_seconds"] for node in profile["nodes"]
                   if node["bound"] != "memory" and node["layer"] in training)
        step += sum(part["floor_seconds"] for part in profile["passes"] if part["name"] == "update")
        step += feature_bytes(options, job, words) * job.batch / profile["peak"]["bytes_per_second"]
        floors[key] = {"step": step, "epoch": step * profile["steps_per_epoch"], "peak": profile["peak"]}
    return floors


def feature_bytes(options, job, words):
    """That are read of each example in the place of what frozen layers would compute."""
    outcome = process.run([options.binary, "plan", os.path.join(HERE, job.recipe), "--json"] + words, samples=False)
    features = json.loads(outcome.output)["phases"][0]["features"] if outcome.status == 0 else {}
    return features.get("bytes_per_row", 0)


def of(row, floors):
    """In the row's seconds; nothing where there is no floor: bfloat16 has other rates, and memory and start-up have none."""
    if row.precision != "float32" or row.measure not in ("step", "epoch"):
        return None
    return floors.get(row.job, {}).get(row.measure)


def describe(floors):
    peaks = [floor["peak"] for floor in floors.values()]
    if not peaks:
        return "The floor was not measured."
    product, convolution, copy = (max(peak[name] for peak in peaks) / 1e9 for name in (
        "product_flops_per_second", "convolution_flops_per_second", "bytes_per_second"))
    return (f"Floor: the products and convolutions of a step at the rates that this machine shows ({product:.0f} and "
            f"{convolution:.0f} GFLOP/s in float32, the best measured), the bytes of the optimizer and of kept features at {copy:.0f} GB/s, and nothing else.")
