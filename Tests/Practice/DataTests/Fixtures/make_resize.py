"""Makes resize.npz: what tf.image.resize (bilinear, no antialiasing) makes of small pictures.

    python -m venv v && v/bin/pip install tensorflow && v/bin/python make_resize.py
"""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

here = os.path.dirname(os.path.abspath(__file__))
generator = np.random.default_rng(7)
arrays = {}
for height, width, channels in [(7, 5, 3), (28, 28, 1), (16, 24, 3), (1, 1, 3)]:
    image = generator.integers(0, 256, (height, width, channels)).astype(np.uint8)
    name = f"{height}x{width}x{channels}"
    arrays[name] = image
    for to in [(14, 10), (4, 3), (32, 32), (13, 1)]:
        resized = tf.image.resize(image, to, method="bilinear", antialias=False)
        arrays[f"{name}.{to[0]}x{to[1]}"] = resized.numpy().astype(np.float32)
np.savez_compressed(os.path.join(here, "resize.npz"), **arrays)
