"""Writes W.npy and b.npy: one sigmoid unit of two inputs that computes a logical "and".

npy-finetune.json goes on from them. Usage: python3 make-one-layer.py (needs NumPy), in this folder.
"""

import numpy

numpy.save("W.npy", numpy.array([[6.0], [6.0]], dtype=numpy.float32))
numpy.save("b.npy", numpy.array([-9.0], dtype=numpy.float32))
