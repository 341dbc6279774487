"""The jobs in PyTorch. Prints one line of JSON. Variants: eager, compile, cached (frozen base computed once)."""

import common

options = common.arguments()

import torch
from torch import nn

torch.set_num_threads(options.threads)
torch.manual_seed(42)
VERSION = f"PyTorch {torch.__version__}"


def tiny():
    x, y = (torch.from_numpy(part) for part in common.POINTS)
    model = nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 1), nn.Sigmoid())
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    clock = common.Clock(options)
    for _ in range(options.length):
        optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        total = loss.item()
        clock.step()
        clock.epoch()
    clock.tell(total, VERSION)


def flowers():
    """Decoded once, by as many threads as there are cores, and kept as bytes; a batch becomes numbers when it is used."""
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np
    from PIL import Image

    paths, labels = common.flower_files(options.data)

    def read(path):
        return np.asarray(Image.open(path).convert("RGB").resize((224, 224), Image.BILINEAR))

    with ThreadPoolExecutor(options.threads) as pool:
        pictures = np.stack(list(pool.map(read, paths)))
    return torch.from_numpy(pictures).permute(0, 3, 1, 2), torch.from_numpy(labels)


def data():
    if options.job.startswith("flowers"):
        return flowers()
    images, labels = common.fashion(options.data) if options.job.startswith("main") else common.made(options.data)
    return torch.from_numpy(images).permute(0, 3, 1, 2), torch.from_numpy(labels)


def numbers(images):
    images = images.contiguous(memory_format=torch.channels_last)
    return images.float().div_(127.5).sub_(1) if images.dtype == torch.uint8 else images


def rule(parts):
    trained = [p for part in parts for p in part.parameters() if p.requires_grad]
    if options.job.startswith("resnet"):
        return torch.optim.SGD(trained, lr=0.01, momentum=0.9, fused=True)
    if options.job.startswith("flowers"):
        return torch.optim.Adam(trained, lr=1e-3, fused=True)
    return torch.optim.AdamW([{"params": [p for p in trained if p.ndim > 1], "weight_decay": 0.01},
                              {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0}], lr=1e-3, fused=True)


def large():
    import torch_models

    x, y = data()
    base, head = (part.to(memory_format=torch.channels_last) for part in torch_models.network(options.job))
    frozen = options.job.endswith("frozen")
    if frozen:
        base.eval().requires_grad_(False)
    criterion = nn.CrossEntropyLoss()
    half = torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bfloat16")
    kept = options.variant == "cached"
    if kept:
        with torch.no_grad(), half:
            x = torch.cat([base(numbers(part)).float() for part in x.split(options.batch)])

    def loss_of(images, labels):
        with half:
            if kept:
                features = images
            elif frozen:
                with torch.no_grad():
                    features = base(images)
            else:
                features = base(images)
            outputs = head(features)
        return criterion(outputs.float(), labels)

    if options.variant == "compile":
        # The last batch of an epoch is smaller: it gets its own code, made in the warm-up epoch.
        loss_of = torch.compile(loss_of, dynamic=False)
    optimizer = rule((base, head))
    clock, total, passes = common.Clock(options), 0.0, 0
    steps = options.length if common.counts_steps(options) else None
    while (clock.steps < steps) if steps else (passes < options.length):
        order = torch.randperm(len(x))
        for chosen in order.split(options.batch):
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(x[chosen] if kept else numbers(x[chosen]), y[chosen])
            loss.backward()
            optimizer.step()
            total = loss.item()
            clock.step()
            if clock.steps == steps:
                break
        passes += 1
        clock.epoch()
    clock.tell(total, VERSION)


tiny() if options.job == "tiny" else large()
