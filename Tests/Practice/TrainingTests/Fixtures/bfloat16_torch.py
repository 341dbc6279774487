"""Writes bfloat16-torch.json: what PyTorch makes of floats as bfloat16, and eighteen steps of a small convolutional network
in float32 and under bfloat16 autocast.

    .venv-torch/bin/python bfloat16_torch.py

The network: 16×16×1, Conv2D(16, 3, same) relu, MaxPooling 2, Conv2D(32, 3, same) relu, MaxPooling 2, Flatten, Dense(64)
relu, Dense(10), softmax cross-entropy; SGD, rate 0.1, momentum 0.9, batches of 64 in the order of the examples. Weights
and examples follow from formulas that the test has too.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

STEPS, BATCH, RATE = 18, 64, 0.1
SHAPES = {
    "a.kernel": (3, 3, 1, 16), "a.bias": (16,), "b.kernel": (3, 3, 16, 32), "b.bias": (32,),
    "c.kernel": (512, 64), "c.bias": (64,), "d.kernel": (64, 10), "d.bias": (10,),
}
SCALE = {"a.kernel": 0.8, "b.kernel": 0.3, "c.kernel": 0.15, "d.kernel": 0.4}


def weights():
    result = {}
    for place, (name, shape) in enumerate(SHAPES.items()):
        index = np.arange(int(np.prod(shape)), dtype=np.int64)
        values = ((index * 7919 + 13 * place) % 1009) / 1009 - 0.5
        result[name] = (values * SCALE.get(name, 0.0)).astype(np.float32).reshape(shape)
    return result


def examples():
    i = np.arange(STEPS * BATCH, dtype=np.int64)[:, None]
    k = np.arange(256, dtype=np.int64)[None, :]
    labels = (i * 7) % 10
    x = ((i * 31 + k * 17 + i * k) % 101) / 50 - 1 + np.where(k % 10 == labels, 0.8, 0.0)
    return x.astype(np.float32), labels[:, 0]


def train(is_reduced):
    torch.manual_seed(0)
    p = {name: torch.tensor(value, requires_grad=True) for name, value in weights().items()}
    x, labels = examples()
    x, labels = torch.tensor(x), torch.tensor(labels)
    rule = torch.optim.SGD(p.values(), lr=RATE, momentum=0.9)
    losses = []
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_reduced):
            h = x[rows].reshape(BATCH, 1, 16, 16)
            for name in "ab":
                h = F.conv2d(h, p[name + ".kernel"].permute(3, 2, 0, 1), p[name + ".bias"], padding=1)
                h = F.max_pool2d(F.relu(h), 2)
            h = h.permute(0, 2, 3, 1).reshape(BATCH, -1)
            h = F.relu(F.linear(h, p["c.kernel"].T, p["c.bias"]))
            h = F.linear(h, p["d.kernel"].T, p["d.bias"])
        loss = F.cross_entropy(h.float(), labels[rows])
        losses.append(loss.item())
        rule.zero_grad(set_to_none=True)
        loss.backward()
        rule.step()
    return losses


def casts():
    generator = np.random.default_rng(4)
    special = [
        0x00000000, 0x80000000, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001, 0xFFFFFFFF, 0x00000001, 0x00007FFF,
        0x00008000, 0x00008001, 0x00018000, 0x007FFFFF, 0x00800000, 0x3F800000, 0x3F807FFF, 0x3F808000, 0x3F808001,
        0x3F818000, 0x3F817FFF, 0x7F7FFFFF, 0x7F7F7FFF, 0x7F7F8000, 0xFF7F8000,
    ]
    bits = np.array(special + list(generator.integers(0, 2**32, 400)), dtype=np.uint32)
    # Half way between two, in many places.
    bits = np.concatenate([bits, (bits[-200:] & 0xFFFF0000) | 0x8000]).astype(np.uint32)
    halves = torch.tensor(bits.view(np.int32)).view(torch.float32).to(torch.bfloat16).view(torch.int16)
    return [[int(a), int(b) & 0xFFFF] for a, b in zip(bits, halves.numpy())]


document = {
    "framework": "torch " + torch.__version__, "casts": casts(), "float32": train(False), "bfloat16": train(True),
}
path = pathlib.Path(__file__).parent / "bfloat16-torch.json"
path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
