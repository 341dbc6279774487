"""The main job in PyTorch. Prints one line of JSON. Variants: eager, compile, cached (frozen base computed once)."""

import json
import math

import fashion

options = fashion.arguments()

import torch
from torch import nn

torch.set_num_threads(options.threads)
torch.manual_seed(42)

images, labels = fashion.load(options.data)
x = torch.from_numpy(images)[:, None].contiguous(memory_format=torch.channels_last)
y = torch.from_numpy(labels)

base = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2))
head = nn.Sequential(
    nn.Dropout(0.25), nn.Flatten(), nn.Linear(4608, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 5))
base, head = (part.to(memory_format=torch.channels_last) for part in (base, head))
frozen = options.work == "frozen"
if frozen:
    base.eval().requires_grad_(False)
criterion = nn.CrossEntropyLoss()


if options.variant == "cached":
    with torch.no_grad():
        x = torch.cat([base(part) for part in x.split(fashion.BATCH)])


def loss_of(images, labels):
    if options.variant == "cached":
        features = images
    elif frozen:
        with torch.no_grad():
            features = base(images)
    else:
        features = base(images)
    return criterion(head(features), labels)


if options.variant.startswith("compile"):
    # The last batch of an epoch is smaller: it gets its own code, made in the warm-up epoch.
    loss_of = torch.compile(loss_of, dynamic=False)

trained = [p for part in (base, head) for p in part.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(
    [{"params": [p for p in trained if p.ndim > 1], "weight_decay": fashion.DECAY},
     {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0}], lr=fashion.RATE, fused=True)

seconds, losses, first_step = [], [], None
steps = math.ceil(len(x) / fashion.BATCH)
for epoch in range(options.epochs):
    began, total = fashion.now(), 0.0
    order = torch.randperm(len(x))
    for step in range(steps):
        chosen = order[step * fashion.BATCH:(step + 1) * fashion.BATCH]
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(x[chosen].contiguous(memory_format=torch.channels_last), y[chosen])
        loss.backward()
        optimizer.step()
        if first_step is None:
            first_step = fashion.now()
        total += loss.item() * len(chosen)
    seconds.append(fashion.now() - began)
    losses.append(total / len(x))

print(json.dumps({"epoch_seconds": seconds, "losses": losses, "first_step_at": first_step, "examples": len(x),
                  "version": f"PyTorch {torch.__version__}"}))
