"""Writes augment-torch.json: pictures turned and enlarged by PyTorch's grid_sample, hues turned by Python's colorsys.

Run with a Python that has torch and numpy."""

import colorsys
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

HEIGHT, WIDTH = 7, 9
rng = np.random.default_rng(5)
picture = np.round(rng.uniform(0, 255, size=(HEIGHT, WIDTH, 3))).astype(np.float32)


def plain(array):
    return [float("%.9g" % value) for value in np.asarray(array, dtype=np.float32).reshape(-1)]


def sampled(theta, padding):
    # In double, so that the golden numbers have no rounding of their own.
    image = torch.tensor(picture, dtype=torch.float64).permute(2, 0, 1)[None]
    grid = F.affine_grid(torch.tensor([theta], dtype=torch.float64), image.shape, align_corners=False)
    out = F.grid_sample(image, grid, mode="bilinear", padding_mode=padding, align_corners=False)
    return plain(out[0].permute(1, 2, 0).numpy())


def turned(degrees, padding):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return sampled([[c, -s * HEIGHT / WIDTH, 0], [s * WIDTH / HEIGHT, c, 0]], padding)


def enlarged(factor, padding):
    return sampled([[1 / factor, 0, 0], [0, 1 / factor, 0]], padding)


def window(top, left, height, width):
    x, y = (2 * left + width) / WIDTH - 1, (2 * top + height) / HEIGHT - 1
    return sampled([[width / WIDTH, 0, x], [0, height / HEIGHT, y]], "border")


def hue(turns):
    out = []
    for r, g, b in picture.reshape(-1, 3).astype(np.float64) / 255:
        h, s, v = colorsys.rgb_to_hsv(r, g, b)
        out.append(np.array(colorsys.hsv_to_rgb((h + turns) % 1, s, v)) * 255)
    return plain(out)


document = {
    "framework": f"PyTorch {torch.__version__.split('+')[0]}",
    "height": HEIGHT,
    "width": WIDTH,
    "picture": plain(picture),
    "turned": [{"degrees": d, "fill": f, "values": turned(d, f)}
               for d, f in [(30, "zeros"), (-47.5, "border"), (110, "reflection")]],
    "enlarged": [{"factor": s, "fill": f, "values": enlarged(s, f)}
                 for s, f in [(1.3, "zeros"), (0.6, "reflection"), (0.8, "border")]],
    "window": [{"box": box, "values": window(*box)} for box in [[1, 2, 4, 5], [0, 0, 7, 3], [3, 4, 1, 1]]],
    "hue": [{"turns": t, "values": hue(t)} for t in [0.1, -0.3, 0.5]],
}
path = pathlib.Path(__file__).parent / "augment-torch.json"
path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
