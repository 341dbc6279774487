"""Writes averages-torch.json: twenty steps of Adam with PyTorch's moving average of the weights. Needs torch and numpy.

The average begins with the weights before the first step: `update_parameters` is called once before it, since the first
call copies.
"""

import numpy as np
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from common import plain
import json
import pathlib

rows = np.array([[np.float32((row * 7 + column * 5) % 23) / np.float32(11) - 1 for column in range(4)]
                 for row in range(70)], dtype=np.float32)
targets = (rows[:, 0] * rows[:, 1] + rows[:, 2] - rows[:, 3] / 2)[:, None]
x, y = torch.tensor(rows), torch.tensor(targets)

generator = np.random.default_rng(11)
start = {
    "base.kernel": generator.normal(size=(4, 8)).astype(np.float32) * np.float32(0.5),
    "base.bias": generator.normal(size=8).astype(np.float32) * np.float32(0.1),
    "head.kernel": generator.normal(size=(8, 1)).astype(np.float32) * np.float32(0.5),
    "head.bias": np.float32([0.25]),
}


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.values = torch.nn.ParameterDict(
            {name.replace(".", "_"): torch.nn.Parameter(torch.tensor(value)) for name, value in start.items()})

    def forward(self, x):
        v = self.values
        return torch.tanh(x @ v["base_kernel"] + v["base_bias"]) @ v["head_kernel"] + v["head_bias"]


def run(decay):
    network = Network()
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay))
    averaged.update_parameters(network)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01, betas=(0.9, 0.999), eps=1e-8)
    for _ in range(20):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(network(x), y).backward()
        optimizer.step()
        averaged.update_parameters(network)
    values = averaged.module.values
    return {name: plain(values[name.replace(".", "_")].detach().numpy()) for name in start}


document = {
    "framework": f"PyTorch {torch.__version__.split('+')[0]}",
    "start": {name: plain(value) for name, value in start.items()},
    "cases": [{"decay": decay, "average": run(decay)} for decay in (0.0, 0.5, 0.9, 0.999)],
}
path = pathlib.Path(__file__).parent / "averages-torch.json"
path.write_text(json.dumps(document, indent=1) + "\n")
