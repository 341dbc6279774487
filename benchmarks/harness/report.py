"""The table: a row for each promise, ours against the best of each peer's variants, target and floor beside."""

import statistics

from . import floors as lower
from .jobs import JOBS

FAMILIES = ["ours", "PyTorch", "Keras"]
NEAR = 1.2  # times the floor, which counts as reached too


def best(samples, row, family):
    """The smallest median over the rounds, among the variants; nothing where there is none."""
    by_variant = {}
    for sample in _good(samples, row, family):
        by_variant.setdefault(sample.contender, []).append(row.value(sample))
    return min(map(statistics.median, by_variant.values()), default=None)


def quickest(samples, row, family):
    """The shortest interval of all rounds and variants."""
    return min((row.quickest(sample) for sample in _good(samples, row, family)), default=None)


def _good(samples, row, family):
    return [s for s in _of(samples, row) if s.family == family and not s.error]


def _ratio(values):
    """Of the best peer to ours, which is the first."""
    ours, peers = values[0], [value for value in values[1:] if value is not None]
    return min(peers) / ours if peers and ours else None


def _of(samples, row):
    return [s for s in samples if s.job == row.job and s.precision == row.precision]


def table(header, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in [header, ["---"] * len(header), *rows])


def figure(value, row):
    if value is None:
        return "–"
    value *= row.scale
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def verdict(ratio, of_quickest, to_floor, row):
    if ratio is None:
        return "–"
    if ratio >= row.target:
        return "reached"
    if row.is_of_intervals and of_quickest >= row.target:
        return "reached (quickest)"
    return "reached (floor)" if to_floor and to_floor <= NEAR else "not reached"


def times(ratio):
    return f"{ratio:.2f}×" if ratio else "–"


def summary(rows, samples, works, rates):
    lines = []
    for row in rows:
        medians, shortest = ([of(samples, row, family) for family in FAMILIES] for of in (best, quickest))
        ratio, of_quickest, floor = _ratio(medians), _ratio(shortest), lower.of(row, works, rates)
        to_floor = shortest[0] / floor if shortest[0] and floor else None
        mine = [s.error for s in _of(samples, row) if s.family == "ours" and s.error]
        refused = mine[-1].split(":")[0] if mine and medians[0] is None else None
        lines.append([
            row.title, row.unit, refused or figure(medians[0], row), *(figure(value, row) for value in medians[1:]),
            times(ratio), times(of_quickest) if row.is_of_intervals else "–", f"{row.target:.2g}×",
            verdict(ratio, of_quickest, to_floor, row), figure(floor, row), f"{to_floor:.2f}" if to_floor else "–"])
    return table(["work", "", *FAMILIES, "best peer ÷ ours", "of the quickest", "at least", "", "floor",
                  "our quickest ÷ floor"], lines)


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
                              figure(min(map(row.quickest, good)), row) if row.is_of_intervals else "–",
                              " ".join(f"{s.rates['convolution'] / 1e9:.0f}" for s in good if s.rates) or "–",
                              "–" if good[-1].loss is None else f"{good[-1].loss:.4f}"])
            elif of:
                lines.append([row.key, name, "", of[-1].error.replace("|", "/"), "", "", ""])
    return table(["row", "contender", "", "median (smallest–largest)", "quickest interval", "convolutions before, GFLOP/s", "last loss"], lines)


def markdown(options, rows, samples, works, machine, began, absent):
    versions = sorted({s.version for s in samples if s.version and s.family != "ours"})
    load = [s.load for s in samples] or [0]
    rates = lower.best(sample.rates for sample in samples)
    quick = " **A quick look: far too few repetitions for a conclusion.**" if options.quick else ""
    parts = [
        f"# Against the peers, {began:%Y-%m-%d %H:%M} UTC",
        f"{machine}. {options.threads} threads. {', '.join(versions) or 'No peers'}. {options.rounds} rounds in turn; medians. "
        f"Load when a run began: {min(load):.1f}–{max(load):.1f}.{quick}",
        summary(rows, samples, works, rates),
        "Each peer counts with the best of its variants, for each row separately. " + lower.describe(rates)
        + f" A row whose quickest interval is within {NEAR} times the floor counts as reached. The quickest of each say more where "
        "others slow the machine down for minutes at a time: everybody's comes from a minute in which nobody did.",
        "## Variants", variants(rows, samples),
    ]
    if absent:
        parts += ["## Left out", "\n".join(f"- {line}" for line in absent)]
    return "\n\n".join(parts) + "\n"
