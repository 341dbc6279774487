"""The table: works × measures, ours against the best of each peer's variants, and the floor."""

import statistics

EXAMPLES = 30_000
# Multiply and add count two. Outputs: 26×26×32 and 24×24×32, then 4608 → 128 → 5.
FORWARD = {"conv1": 2 * 26 * 26 * 32 * 9, "conv2": 2 * 24 * 24 * 32 * 288, "dense1": 2 * 4608 * 128, "dense2": 2 * 128 * 5}
# Passes: forward, gradient of the kernel, gradient of the input (nobody asks for that of the first trained layer).
PASSES = {"full": {"conv1": 2, "conv2": 3, "dense1": 3, "dense2": 3}, "frozen": {"dense1": 2, "dense2": 3}}
TITLES = {"full": "full fine-tuning", "frozen": "frozen base"}
FAMILIES = ["ours", "PyTorch", "Keras"]
MEASURES = [
    ("seconds per epoch", lambda s: s.epoch, 1, 2),
    ("start-up to the end of the first step, s", lambda s: s.startup_seconds, 1, 2),
    ("peak memory, MB", lambda s: s.peak_bytes, 1e-6, 0),
    ("whole run, s", lambda s: s.wall_seconds, 1, 1),
]


def flops(work):
    return EXAMPLES * sum(FORWARD[layer] * passes for layer, passes in PASSES[work].items())


def best(samples, work, family, value):
    """The smallest median over the rounds, among the variants; and that variant."""
    results = []
    for name in dict.fromkeys(s.contender for s in samples if s.family == family):
        values = [value(s) for s in samples if s.contender == name and s.work == work and not s.error]
        if values:
            results.append((statistics.median(values), name))
    return min(results, default=(None, ""))


def table(header, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows])


def summary(works, samples, peak):
    rows = []
    for work in works:
        for title, value, scale, digits in MEASURES:
            results = [best(samples, work, family, value) for family in FAMILIES]
            cells = ["–" if v is None else f"{v * scale:.{digits}f}" for v, _ in results]
            peers = [v for v, _ in results[1:] if v is not None]
            ratio = f"{min(peers) / results[0][0]:.2f}" if peers and results[0][0] else "–"
            floor = f"{flops(work) / peak / 1e9:.2f}" if peak and title == "seconds per epoch" else ""
            rows.append([TITLES[work], title, *cells, ratio, floor])
    return table(["work", "measure", *FAMILIES, "best peer ÷ ours", "floor"], rows)


def spread(values, digits=2):
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def variants(works, samples):
    rows = []
    for work in works:
        for name in dict.fromkeys(s.contender for s in samples):
            of = [s for s in samples if s.contender == name and s.work == work]
            good = [s for s in of if not s.error]
            if good:
                rows.append([TITLES[work], name, spread([x for s in good for x in s.epoch_seconds]),
                             spread([s.warm_up_seconds for s in good]), spread([s.startup_seconds for s in good]),
                             spread([s.peak_bytes / 1e6 for s in good], 0), f"{good[-1].loss:.4f}"])
            elif of:
                rows.append([TITLES[work], name, of[-1].error.replace("|", "/"), "", "", "", ""])
    return table(["work", "contender", "epoch, s", "warm-up epoch, s", "start-up, s", "memory, MB", "last loss"], rows)


def markdown(options, works, samples, rates, machine, began, absent):
    peak = max((max(rate.values()) for rate in rates), default=None)
    versions = sorted({s.version for s in samples if s.version and s.family != "ours"})
    load = [s.load for s in samples]
    floor = "not measured (no PyTorch)" if peak is None else (
        f"{peak:.0f} GFLOP/s in the best float32 matrix product of PyTorch and NumPy; an epoch is "
        + " and ".join(f"{flops(w) / 1e9:.0f} GFLOP ({TITLES[w]})" for w in works)
        + ". A frozen base is not counted: it needs computing once, not once per epoch.")
    parts = [
        f"# The main job, {began:%Y-%m-%d %H:%M} UTC",
        f"{machine}. {options.threads} threads, float32, batch 128, AdamW; 30 000 Fashion-MNIST images. "
        f"{', '.join(versions) or 'No peers'}. {options.rounds} rounds in turn, {options.epochs} epochs each after one of warm-up; "
        f"medians. Load when a run began: {min(load):.1f}–{max(load):.1f}.",
        summary(works, samples, peak),
        "Each peer counts with the best of its variants, for each measure separately. Floor: " + floor,
        "## Variants: median (smallest–largest)",
        variants(works, samples),
    ]
    if absent:
        parts += ["## Left out", "\n".join(f"- {line}" for line in absent)]
    return "\n\n".join(parts) + "\n"
