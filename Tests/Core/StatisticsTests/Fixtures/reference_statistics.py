"""Writes statistics.json: what scipy, statsmodels and a NumPy bootstrap say, for GoldenTests.

    python3 -m venv venv && venv/bin/pip install numpy scipy statsmodels
    venv/bin/python reference_statistics.py
"""

import json
import pathlib

import numpy as np
import scipy.stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.power import TTestPower


def philox(counter, key):
    """Philox4x32-10 of arrays of four words each; uint64 holds the products."""
    c = [np.asarray(word, np.uint64) for word in counter]
    k = [np.uint64(word) for word in key]
    low = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [(b >> np.uint64(32)) ^ c[1] ^ k[0], b & low, (a >> np.uint64(32)) ^ c[3] ^ k[1], a & low]
        k = [(k[0] + np.uint64(0x9E3779B9)) & low, (k[1] + np.uint64(0xBB67AE85)) & low]
    return c


BOOTSTRAP = 6  # RandomStream.bootstrap


def words(seed, substream, count):
    """The first values of 64 bits of a SeededGenerator."""
    blocks = np.arange((count + 1) // 2, dtype=np.uint64)
    zero = np.zeros_like(blocks)
    c = philox(
        (blocks, zero, zero + np.uint64(substream), zero + np.uint64(BOOTSTRAP << 24)),
        (seed & 0xFFFFFFFF, seed >> 32))
    shift = np.uint64(32)
    return np.stack([c[0] | c[1] << shift, c[2] | c[3] << shift], axis=1).reshape(-1)[:count]


def bootstrap(differences, seed, draws):
    """The mean of every draw: seeds with replacement, then one set of examples for all of them."""
    differences = np.asarray(differences, float)
    seeds, examples = differences.shape
    means = []
    for draw in range(draws):
        bits = words(seed, draw, seeds + (examples + 1) // 2)
        chosen = [int(word) * seeds >> 64 for word in bits[:seeds]]
        halves = np.stack([bits[seeds:] & np.uint64(0xFFFFFFFF), bits[seeds:] >> np.uint64(32)], axis=1).reshape(-1)
        picked = (halves[:examples] * np.uint64(examples)) >> np.uint64(32)
        means.append(differences[np.ix_(chosen, picked.astype(int))].mean())
    return np.array(means)


def interval(differences, means, confidence):
    """The percentiles, and stretched as HierarchicalBootstrap says."""
    d = np.asarray(differences, float)
    s, n = d.shape
    upper = 1 - (1 - confidence) / 2
    low, high = np.quantile(means, [1 - upper, upper])
    rows, columns, mean = d.mean(1), d.mean(0), d.mean()
    rest = (d - rows[:, None] - columns + mean).var() * s * n / max(1, (s - 1) * (n - 1)) if s > 1 and n > 1 else 0
    of_seeds = max(rows.var(ddof=1) / s, rest / (50 * s * n)) if s > 1 else 0
    of_examples = max(0, s * columns.var(ddof=1) - rest) / (s * n) if n > 1 else 0
    total = of_seeds + of_examples
    if total == 0:
        return low, high, mean, mean, of_seeds, of_examples
    f, g = max(1, s - 1), max(1, n - 1)
    degrees = total**2 / (of_seeds**2 / f + of_examples**2 / g)
    t = lambda freedom: scipy.stats.t.ppf(upper, freedom)
    half = np.sqrt(total) * (t(degrees) + np.sqrt((t(f) ** 2 * of_seeds + t(g) ** 2 * of_examples) / total)) / 2
    stretch = half / (scipy.stats.norm.ppf(upper) * means.std(ddof=1))
    return low, high, mean + stretch * (low - mean), mean + stretch * (high - mean), of_seeds, of_examples


def bootstraps():
    random = np.random.default_rng(7)
    shapes = [("signs", 3, 40), ("signs", 5, 121), ("signs", 10, 30), ("numbers", 3, 41), ("numbers", 5, 60),
              ("numbers", 1, 50), ("numbers", 4, 1), ("numbers", 2, 17), ("zeros", 3, 20)]
    for kind, seeds, examples in shapes:
        if kind == "signs":
            d = random.choice([-1, 0, 0, 0, 1], (seeds, examples)) * (random.random((1, examples)) < 0.7)
        elif kind == "numbers":
            d = random.normal(0.1, 1, (seeds, examples)) + random.normal(0, 0.3, (seeds, 1)) + random.normal(0, 1, (1, examples))
        else:
            d = np.zeros((seeds, examples))
        seed, confidence = int(random.integers(0, 2**48)), 0.9 if examples == 60 else 0.95
        means = bootstrap(d, seed, 200)
        low, high, wide_low, wide_high, of_seeds, of_examples = interval(d, means, confidence)
        yield {
            "name": f"{kind} {seeds}x{examples}", "seed": seed, "confidence": confidence,
            "differences": [[float(x) for x in row] for row in d], "means": means.tolist(),
            "percentiles": [low, high], "interval": [wide_low, wide_high], "mean": float(np.mean(d)),
            "variance": [of_seeds, of_examples],
        }


def tests():
    pairs = [(0, 0), (1, 0), (0, 5), (5, 5), (2, 10), (10, 2), (120, 80), (7, 8), (1500, 1400), (3, 4000), (49_000, 50_100)]
    for first, second in pairs:
        exact = mcnemar([[0, first], [second, 0]], exact=True).pvalue if first + second else 1.0
        smaller, total = min(first, second), first + second
        mid = 2 * scipy.stats.binom.cdf(smaller, total, 0.5) - scipy.stats.binom.pmf(smaller, total, 0.5) if total else 1.0
        yield {"first": first, "second": second, "exact": float(exact), "mid": float(min(1, mid))}


def powers():
    """Where the effect is so large that statsmodels has no number, there is no case."""
    for seeds in (2, 3, 5, 10, 20):
        for effect in (0.0, 0.3, 0.8, 2.5):
            value = float(TTestPower().power(effect_size=effect, nobs=seeds, alpha=0.05))
            if np.isfinite(value):
                yield {"degrees": seeds - 1, "effect": effect, "seeds": seeds, "value": value}


def main():
    probabilities = [1e-9, 0.001, 0.025, 0.1, 0.4999, 0.5, 0.6, 0.975, 0.99999]
    degrees = [0.7, 1, 2, 2.37, 4, 9, 29.5, 1000, 1e6]
    result = {
        "normal": [{"p": p, "x": float(scipy.stats.norm.ppf(p))} for p in probabilities],
        "t": [{"p": p, "degrees": f, "x": float(scipy.stats.t.ppf(p, f))} for f in degrees for p in probabilities],
        "tTail": [{"degrees": f, "x": x, "p": float(scipy.stats.t.cdf(x, f))} for f in degrees for x in (-30, -2.5, -1e-3, 0, 0.3, 8)],
        "beta": [{"x": x, "a": a, "b": b, "value": float(scipy.special.betainc(a, b, x))}
                 for x in (0, 1e-6, 0.2, 0.5, 0.9, 1) for a in (0.5, 1, 7.5, 300) for b in (0.5, 2, 40)],
        "power": list(powers()),
        "mcnemar": list(tests()),
        "bootstraps": list(bootstraps()),
    }
    path = pathlib.Path(__file__).with_name("statistics.json")
    path.write_text(json.dumps(result, allow_nan=False) + "\n")


main()
