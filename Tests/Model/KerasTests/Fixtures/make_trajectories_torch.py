#!/usr/bin/env python3
"""Writes the PyTorch half of `trajectories/`, and holds Keras' momentum run against PyTorch's.

    .venv-torch/bin/python make_trajectories_torch.py      (after make_trajectories.py)
"""

import os

import numpy as np
import torch
import torch.nn.functional as F

from goldens import save_npz
from trajectory_list import STEPS, TRAJECTORIES

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "trajectories")
torch.set_num_threads(1)


def mlp(p, x, state, training):
    h = torch.tanh(x @ p["first.kernel"] + p["first.bias"])
    h = torch.relu(h @ p["second.kernel"] + p["second.bias"])
    return h @ p["scores.kernel"] + p["scores.bias"]


def cnn(p, x, state, training):
    h = F.conv2d(x.permute(0, 3, 1, 2), p["conv.kernel"].permute(3, 2, 0, 1), padding=1)
    if training:
        # Keras keeps the biased variance in its moving statistics, torch.nn.BatchNorm2d the unbiased one.
        mean, variance = h.mean((0, 2, 3)), h.var((0, 2, 3), unbiased=False)
        with torch.no_grad():
            for name, value in [("norm.moving_mean", mean), ("norm.moving_variance", variance)]:
                state[name] += 0.1 * (value - state[name])
    else:
        mean, variance = state["norm.moving_mean"], state["norm.moving_variance"]
    h = F.batch_norm(h, mean, variance, p["norm.gamma"], p["norm.beta"], training=False, eps=1e-3) if not training \
        else F.batch_norm(h, None, None, p["norm.gamma"], p["norm.beta"], training=True, eps=1e-3)
    h = F.max_pool2d(torch.relu(h), 2).permute(0, 2, 3, 1).flatten(1)
    return h @ p["scores.kernel"] + p["scores.bias"]


def optimizer(settings, parameters):
    rate = settings["learning_rate"]
    if settings["name"] == "sgd":
        return torch.optim.SGD(parameters.values(), lr=rate, momentum=settings.get("momentum", 0),
                               nesterov=settings.get("nesterov", False))
    kernels = [v for k, v in parameters.items() if k.endswith("kernel")]
    others = [v for k, v in parameters.items() if not k.endswith("kernel")]
    groups = [{"params": kernels, "weight_decay": settings.get("weight_decay", 0)},
              {"params": others, "weight_decay": 0}]
    kind = torch.optim.AdamW if settings["name"] == "adamw" else torch.optim.Adam
    return kind(groups, lr=rate, betas=(settings["beta_1"], settings["beta_2"]), eps=settings["epsilon"])


def train(trajectory):
    stored = np.load(os.path.join(HERE, trajectory["model"] + ".npz"))
    tensors = {k.removeprefix("initial."): torch.tensor(stored[k], dtype=torch.float64)
               for k in stored if k.startswith("initial.")}
    state = {k: v for k, v in tensors.items() if "moving_" in k}
    parameters = {k: v for k, v in tensors.items() if "moving_" not in k}
    trained = {k: v.requires_grad_() for k, v in parameters.items() if k.split(".")[0] not in trajectory["frozen"]}
    x, labels = torch.tensor(stored["x0"], dtype=torch.float64), torch.tensor(stored["labels"]).long()
    forward = {"mlp": mlp, "cnn": cnn}[trajectory["model"]]
    rule = optimizer(trajectory["optimizer"], trained)
    losses = []
    for _ in range(STEPS):
        loss = F.cross_entropy(forward(parameters, x, state, trajectory["batch_norm"] == "train"), labels)
        losses.append(loss.item())
        rule.zero_grad()
        loss.backward()
        rule.step()
    after = F.cross_entropy(forward(parameters, x, state, False), labels)
    values = {"losses": np.array(losses), "after.loss": np.array(after.item())}
    return values | {f"final.{k}": v.detach().numpy().astype(np.float32) for k, v in tensors.items()}


def main():
    for trajectory in TRAJECTORIES:
        path = os.path.join(HERE, trajectory["name"] + ".npz")
        if trajectory["framework"] == "torch":
            values = train(trajectory)
            save_npz(path, values)
            print(trajectory["name"], values["losses"].round(4), float(values["after.loss"]))
        elif trajectory["optimizer"]["name"] == "sgd" and "clip_norm" not in trajectory["optimizer"] \
                and trajectory["model"] != "mlp_regularized":
            ours, theirs = train(trajectory), np.load(path)
            worst = max(np.abs(ours[k] - theirs[k]).max() / max(1e-3, np.abs(theirs[k]).max()) for k in theirs)
            print(f"{trajectory['name']}: Keras against PyTorch, largest relative difference {worst:.1e}")
            assert worst < 1e-6


main()
