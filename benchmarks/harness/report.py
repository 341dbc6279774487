"""The table: a row for each of the issue's, ours against the best of each peer's variants, target and floor beside."""

import statistics

from . import floors as lower
from .jobs import JOBS

FAMILIES = ["ours", "PyTorch", "Keras"]
NEAR = 1.2  # times the floor, which counts as reached too


def best(samples, row, family):
    """The smallest median over the rounds, among the variants; and that variant."""
    results = []
    for name in dict.fromkeys(s.contender for s in samples if s.family == family):
        values = [row.value(s) for s in _of(samples, row) if s.contender == name and not s.error]
        if values:
            results.append((statistics.median(values), name))
    return min(results, default=(None, ""))


def _of(samples, row):
    return [s for s in samples if s.job == row.job and s.precision == row.precision]


def table(header, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows])


def figure(value, row):
    if value is None:
        return "–"
    value *= row.scale
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def verdict(ratio, ours, floor, row):
    if ratio is None:
        return "–"
    if ratio >= row.target:
        return "reached"
    return "reached (floor)" if floor and ours <= NEAR * floor else "not reached"


def summary(rows, samples, floors):
    lines = []
    for row in rows:
        results = [best(samples, row, family) for family in FAMILIES]
        (ours, _), peers = results[0], [v for v, _ in results[1:] if v is not None]
        ratio = min(peers) / ours if peers and ours else None
        floor = lower.of(row, floors)
        mine = [s.error for s in _of(samples, row) if s.family == "ours" and s.error]
        refused = mine[-1].split(":")[0] if mine and ours is None else None
        lines.append([
            row.title, row.unit, refused or figure(ours, row), *(figure(v, row) for v, _ in results[1:]),
            f"{ratio:.2f}×" if ratio else "–", f"{row.target:.2g}×", verdict(ratio, ours, floor, row),
            figure(floor, row), f"{ours / floor:.2f}" if ours and floor else "–"])
    return table(["work", "", *FAMILIES, "best peer ÷ ours", "at least", "", "floor", "ours ÷ floor"], lines)


def spread(values, row):
    return f"{figure(statistics.median(values), row)} ({figure(min(values), row)}–{figure(max(values), row)})"


def variants(rows, samples):
    lines = []
    for row in rows:
        for name in dict.fromkeys(s.contender for s in samples):
            of = [s for s in _of(samples, row) if s.contender == name]
            good = [s for s in of if not s.error]
            if good:
                lines.append([row.key, name, row.unit, spread([row.value(s) for s in good], row),
                              "–" if good[-1].loss is None else f"{good[-1].loss:.4f}"])
            elif of:
                lines.append([row.key, name, "", of[-1].error.replace("|", "/"), ""])
    return table(["row", "contender", "", "median (smallest–largest)", "last loss"], lines)


def markdown(options, rows, samples, floors, machine, began, absent):
    versions = sorted({s.version for s in samples if s.version and s.family != "ours"})
    load = [s.load for s in samples] or [0]
    quick = " **A quick look: far too few repetitions for a conclusion.**" if options.quick else ""
    parts = [
        f"# Against the peers, {began:%Y-%m-%d %H:%M} UTC",
        f"{machine}. {options.threads} threads. {', '.join(versions) or 'No peers'}. {options.rounds} rounds in turn; medians. "
        f"Load when a run began: {min(load):.1f}–{max(load):.1f}.{quick}",
        summary(rows, samples, floors),
        "Each peer counts with the best of its variants, for each row separately. " + lower.describe(floors)
        + f" A row within {NEAR} times the floor counts as reached.",
        "## Variants", variants(rows, samples),
    ]
    if absent:
        parts += ["## Left out", "\n".join(f"- {line}" for line in absent)]
    return "\n\n".join(parts) + "\n"
