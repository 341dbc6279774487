"""Writes examples-torch.json: class weights, and twenty updates with gradients gathered over batches.

Run with a Python that has torch and numpy."""

import json
import pathlib

import numpy as np
import torch

from common import plain

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(11)


def numbers(*shape):
    return rng.normal(size=shape).astype(np.float32)


def weighted(smoothing):
    logits = numbers(6, 4)
    targets = [0, 3, 1, 1, 2, 0]
    weights = np.array([0.5, 2, 1.25, 3], dtype=np.float32)
    leaf = torch.tensor(logits.astype(np.float64), requires_grad=True)
    loss = torch.nn.CrossEntropyLoss(weight=torch.tensor(weights.astype(np.float64)), label_smoothing=smoothing)(
        leaf, torch.tensor(targets))
    loss.backward()
    return {"smoothing": smoothing, "logits": plain(logits), "targets": targets, "weights": plain(weights),
            "loss": loss.item(), "gradient": plain(leaf.grad.numpy())}


EXAMPLES, BATCH, GATHERED, UPDATES = 30, 4, 3, 20
inputs = numbers(EXAMPLES, 5)
labels = [int(k) for k in rng.integers(0, 3, size=EXAMPLES)]
initial = {"a.kernel": numbers(5, 8) * 0.4, "a.bias": numbers(8) * 0.1,
           "b.kernel": numbers(8, 3) * 0.4, "b.bias": numbers(3) * 0.1}


def trajectory(name, weights, clip, make):
    parameters = {key: torch.nn.Parameter(torch.tensor(value.astype(np.float64))) for key, value in initial.items()}
    optimizer = make(parameters)
    x, y = torch.tensor(inputs.astype(np.float64)), torch.tensor(labels)
    criterion = torch.nn.CrossEntropyLoss(weight=None if weights is None else torch.tensor(weights))
    large = BATCH * GATHERED
    passes = [(start, min(start + large, EXAMPLES)) for start in range(0, EXAMPLES, large)]
    losses = []
    for update in range(UPDATES):
        start, end = passes[update % len(passes)]
        optimizer.zero_grad()
        hidden = torch.tanh(x[start:end] @ parameters["a.kernel"] + parameters["a.bias"])
        loss = criterion(hidden @ parameters["b.kernel"] + parameters["b.bias"], y[start:end])
        loss.backward()
        if clip is not None:
            norm = torch.sqrt(sum((p.grad ** 2).sum() for p in parameters.values())).item()
            for p in parameters.values():
                p.grad *= min(1.0, clip / norm)
        optimizer.step()
        losses.append(loss.item())
    return {"name": name, "weights": weights, "clip": clip, "losses": losses,
            "after": {key: plain(p.detach().numpy()) for key, p in parameters.items()}}


def adamw(parameters):
    kernels = [p for key, p in parameters.items() if key.endswith("kernel")]
    others = [p for key, p in parameters.items() if not key.endswith("kernel")]
    return torch.optim.AdamW([{"params": kernels, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}],
                             lr=0.02, betas=(0.9, 0.999), eps=1e-8)


def sgd(parameters):
    return torch.optim.SGD(parameters.values(), lr=0.1, momentum=0.9)


document = {
    "framework": f"PyTorch {torch.__version__.split('+')[0]}",
    "weighted": [weighted(0.0), weighted(0.1)],
    "batch": BATCH, "gathered": GATHERED, "updates": UPDATES,
    "inputs": plain(inputs), "labels": labels,
    "initial": {key: plain(value) for key, value in initial.items()},
    "trajectories": [
        trajectory("adamw", None, None, adamw),
        trajectory("sgd", None, 0.3, sgd),
        trajectory("sgd-weighted", [1.0, 2.5, 0.5], 0.3, sgd),
    ],
}
path = pathlib.Path(__file__).parent / "examples-torch.json"
path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
