"""The machine's float32 matrix product rate by PyTorch and NumPy: one line of JSON, GFLOP/s. Argument: threads."""

import json
import sys
import time

import numpy as np
import torch

torch.set_num_threads(int(sys.argv[1]))


def rate(product, n, repeats=8):
    best = float("inf")
    for _ in range(repeats):
        began = time.perf_counter()
        product()
        best = min(best, time.perf_counter() - began)
    return 2 * n**3 / best / 1e9


result = {}
for n in (1024, 2048, 3072):
    a, b = (np.random.default_rng(i).standard_normal((n, n), np.float32) for i in (1, 2))
    ta, tb = torch.from_numpy(a), torch.from_numpy(b)
    result[f"torch {n}"] = rate(lambda: ta @ tb, n)
    result[f"numpy {n}"] = rate(lambda: a @ b, n)
print(json.dumps({k: round(v, 1) for k, v in result.items()}))
