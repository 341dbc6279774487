"""Writes policies-torch.json: twenty steps of PyTorch on a small network under each kind of policy, every tensor a
parameter group of its own with its rate and decay written out by hand, in float64.

    .venv-torch/bin/python policies_torch.py

The network: a Dense(6, 8), tanh, norm LayerNormalization, b Dense(8, 8), tanh, c Dense(8, 3), softmax cross-entropy.
Batches of 4 in the order of the examples. Depths: c 0, b 1, a and norm 2.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

STEPS, BATCH, WIDTH, CLASSES = 20, 4, 6, 3
SHAPES = {
    "a.kernel": (6, 8), "a.bias": (8,), "norm.gamma": (8,), "norm.beta": (8,),
    "b.kernel": (8, 8), "b.bias": (8,), "c.kernel": (8, 3), "c.bias": (3,),
}
DEPTH = {"a": 2, "norm": 2, "b": 1, "c": 0}


def problem():
    generator = np.random.default_rng(11)
    weights = {name: (generator.normal(size=shape) * 0.4).astype(np.float32) for name, shape in SHAPES.items()}
    weights["norm.gamma"] += 1
    x = generator.normal(size=(STEPS * BATCH, WIDTH)).astype(np.float32)
    labels = generator.integers(0, CLASSES, STEPS * BATCH)
    return weights, x, labels


def loss_of(p, x, labels):
    h = torch.tanh(x @ p["a.kernel"] + p["a.bias"])
    h = F.layer_norm(h, (8,), p["norm.gamma"], p["norm.beta"], eps=1e-3)
    h = torch.tanh(h @ p["b.kernel"] + p["b.bias"])
    return F.cross_entropy(h @ p["c.kernel"] + p["c.bias"], labels)


def train(make, decays={}, schedule=None, clip=None, penalty=None, frozen=lambda step: (), batch=lambda step: step):
    """`make` takes groups, one for each tensor, each with its `lr`."""
    weights, x, labels = problem()
    p = {name: torch.tensor(value, dtype=torch.float64, requires_grad=True) for name, value in weights.items()}
    before = {name: value.detach().clone() for name, value in p.items()}
    x, labels = torch.tensor(x, dtype=torch.float64), torch.tensor(labels).long()
    rule = make([{"params": [p[name]], "weight_decay": decays.get(name, 0.0), "name": name} for name in SHAPES])
    moving = schedule(rule) if schedule else None
    losses = []
    for step in range(STEPS):
        rows = slice(batch(step) * BATCH, (batch(step) + 1) * BATCH)
        loss = loss_of(p, x[rows], labels[rows])
        losses.append(loss.item())
        rule.zero_grad(set_to_none=True)
        (loss + penalty(p, before) if penalty else loss).backward()
        for name in p:
            if name.split(".")[0] in frozen(step):
                p[name].grad = None
        if clip:
            torch.nn.utils.clip_grad_norm_(p.values(), clip)
        rule.step()
        if moving:
            moving.step()
    return losses, p


def grouped(kind, rate, **options):
    """`rate` of a tensor's name."""

    def make(groups):
        for group in groups:
            group["lr"] = rate(group.pop("name"))
        return kind(groups, **options)

    return make


def depth(name):
    return DEPTH[name.split(".")[0]]


def kernels(value):
    return {name: value for name in SHAPES if name.endswith("kernel")}


def warm_cosine(rule):
    rise = torch.optim.lr_scheduler.LinearLR(rule, 1 / 6, total_iters=5)
    fall = torch.optim.lr_scheduler.CosineAnnealingLR(rule, T_max=STEPS - 5)
    return torch.optim.lr_scheduler.SequentialLR(rule, [rise, fall], [5])


def toward_the_start(p, before):
    return sum(0.05 * ((p[name] - before[name]) ** 2).sum() for name in p if not name.startswith("c."))


o = torch.optim
adam = {"betas": (0.9, 0.999), "eps": 1e-8}
# By hand: 1e-2 at depth 0, 1e-3 at 1, 1e-4 at 2.
SPREAD = {0: 1e-2, 1: 1e-3, 2: 1e-4}
EXCLUDED = {"a.kernel": 0.1, "b.kernel": 0.3, "norm.gamma": 0.2}
CASES = {
    "discriminative": lambda: train(grouped(o.Adam, lambda n: SPREAD[depth(n)], **adam)),
    "layer-decay": lambda: train(grouped(o.AdamW, lambda n: 0.01 * 0.8 ** depth(n), **adam), kernels(0.05)),
    "decay-exclusions": lambda: train(grouped(o.AdamW, lambda n: 0.01, **adam), EXCLUDED),
    "clipping": lambda: train(grouped(o.SGD, lambda n: 0.1, momentum=0.9), clip=0.25),
    "cosine-warmup": lambda: train(grouped(o.Adam, lambda n: 0.01, **adam), schedule=warm_cosine),
    "l2-sp": lambda: train(grouped(o.SGD, lambda n: 0.1), penalty=toward_the_start),
    "multipliers": lambda: train(
        grouped(o.AdamW, lambda n: {"a": 0.001, "norm": 0.001, "b": 0.005, "c": 0.02}[n.split(".")[0]], **adam),
        kernels(0.01), schedule=warm_cosine, clip=0.5),
    # Ten steps of c alone, then ten of all: the second phase goes through the same batches again.
    "unfreezing": lambda: train(
        grouped(o.Adam, lambda n: 0.01, **adam), frozen=lambda step: ("a", "norm", "b") if step < 10 else (),
        batch=lambda step: step % 10),
}


def plain(values):
    return [float("%.9g" % value) for value in np.asarray(values, dtype=np.float64).reshape(-1)]


def main():
    weights, x, labels = problem()
    cases = []
    for name, run in CASES.items():
        losses, parameters = run()
        after = {key: plain(value.detach().numpy()) for key, value in parameters.items()}
        cases.append({"name": name, "losses": plain(losses), "after": after})
    document = {
        "framework": f"PyTorch {torch.__version__.split('+')[0]}",
        "weights": {key: plain(value) for key, value in weights.items()},
        "x": plain(x), "labels": labels.tolist(), "cases": cases,
    }
    path = pathlib.Path(__file__).parent / "policies-torch.json"
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
