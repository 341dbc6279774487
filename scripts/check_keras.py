#!/usr/bin/env python3
"""Opens a model file in tf_keras and in Keras 3 and writes what each predicts.

    check_keras.py model.h5 --input x.npy [--input second.npy] [--output PREFIX] [--expect y.npy] [--tolerance 1e-5]

Writes PREFIX.tf_keras.npy and PREFIX.keras.npy (PREFIX: the file's name without its ending; several outputs are numbered).
With --expect, exits with status 1 where a prediction is further than the tolerance from it, relative to its largest value.
Needs: pip install tensorflow tf_keras (benchmarks/README.md).
"""

import argparse
import os
import sys
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
warnings.filterwarnings("ignore")

import numpy as np


def predictions(library, path, inputs):
    model = library.models.load_model(path, compile=False)
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    outputs = list(outputs.values()) if isinstance(outputs, dict) else outputs
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [np.asarray(output, np.float32) for output in outputs]


def distance(found, expected):
    if found.shape != expected.shape:
        return float("inf")
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), np.finfo(np.float32).tiny))


def check(name, library, arguments, inputs, expected):
    try:
        outputs = predictions(library, arguments.file, inputs)
    except Exception as error:
        print(f"{name}: cannot open it: {type(error).__name__}: {str(error).splitlines()[0][:300]}")
        return False
    prefix = arguments.output or os.path.splitext(arguments.file)[0]
    for index, output in enumerate(outputs):
        number = "" if len(outputs) == 1 else f".{index}"
        np.save(f"{prefix}{number}.{name}.npy", output)
    apart = [distance(*pair) for pair in zip(outputs, expected)]
    print(f"{name}: {len(outputs)} output(s)" + (f", at most {max(apart):.2g} apart" if apart else ""))
    return all(value <= arguments.tolerance for value in apart)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--input", action="append", required=True, help="one .npy per input of the model, in order")
    parser.add_argument("--expect", action="append", default=[], help="one .npy per output, in order")
    parser.add_argument("--output")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    parser.add_argument("--only", choices=["tf_keras", "keras"])
    arguments = parser.parse_args()
    inputs = [np.load(path).astype(np.float32) for path in arguments.input]
    expected = [np.load(path) for path in arguments.expect]
    fine = True
    for name in ["tf_keras", "keras"]:
        if arguments.only in (None, name):
            fine &= check(name, __import__(name), arguments, inputs, expected)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
