"""Writes schedules.json: rates of PyTorch's schedulers with a peak of 1. Run with a Python that has torch."""

import json
import pathlib
import warnings

import torch
from torch.optim import lr_scheduler as s

warnings.simplefilter("ignore")


def run(make, total):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    scheduler = make(optimizer)
    rates = [optimizer.param_groups[0]["lr"]]
    for _ in range(total - 1):
        optimizer.step()
        scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def warmed(steps, make):
    def build(optimizer):
        rise = s.LinearLR(optimizer, start_factor=1 / (steps + 1), end_factor=1, total_iters=steps)
        return s.SequentialLR(optimizer, [rise, make(optimizer)], milestones=[steps])

    return build


cases = {
    "constant": run(lambda o: s.ConstantLR(o, factor=1.0), 20),
    "constant-warmup-5": run(warmed(5, lambda o: s.ConstantLR(o, factor=1.0)), 20),
    "step-0.5-every-6": run(lambda o: s.StepLR(o, 6, gamma=0.5), 20),
    "exponential-0.9-every-1": run(lambda o: s.ExponentialLR(o, 0.9), 20),
    "cosine": run(lambda o: s.CosineAnnealingLR(o, 20), 20),
    "cosine-minimum-0.1": run(lambda o: s.CosineAnnealingLR(o, 20, eta_min=0.1), 20),
    "cosine-warmup-4": run(warmed(4, lambda o: s.CosineAnnealingLR(o, 16)), 20),
    "linear": run(lambda o: s.LinearLR(o, 1.0, 0.0, 20), 20),
    "linear-warmup-10-end-0.2": run(warmed(10, lambda o: s.LinearLR(o, 1.0, 0.2, 30)), 40),
    "one-cycle": run(lambda o: s.OneCycleLR(o, 1.0, total_steps=100), 100),
    "one-cycle-25-10-1000": run(
        lambda o: s.OneCycleLR(o, 1.0, total_steps=40, pct_start=0.25, div_factor=10, final_div_factor=1000), 40),
}
path = pathlib.Path(__file__).parent / "schedules.json"
path.write_text(json.dumps({"framework": f"PyTorch {torch.__version__.split('+')[0]}", "cases": cases}) + "\n")
