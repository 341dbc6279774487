"""Writes a model of dense layers of about so many megabytes, as Keras 2 does. Needs h5py and numpy.

    make_model.py FILE MEGABYTES [gzip]
"""

import json
import sys

import h5py
import numpy as np

path, megabytes, packing = sys.argv[1], int(sys.argv[2]), (sys.argv[3:] + [None])[0]
width, rng = 1600, np.random.default_rng(0)
count = max(round(megabytes * 1e6 / (4 * width * (width + 1))), 1)
layers = [{"class_name": "Dense", "config": {
    "name": f"dense_{i}", "trainable": True, "dtype": "float32", "units": width, "activation": "linear", "use_bias": True,
    **({"batch_input_shape": [None, width]} if i == 0 else {})}} for i in range(count)]
with h5py.File(path, "w", libver="earliest") as file:
    file.attrs["keras_version"], file.attrs["backend"] = "2.15.0", "tensorflow"
    file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "sequential", "layers": layers}})
    root = file.create_group("model_weights")
    root.attrs["layer_names"] = np.array([layer["config"]["name"] for layer in layers], "S")
    for layer in layers:
        name = layer["config"]["name"]
        group = root.create_group(name)
        group.attrs["weight_names"] = np.array([f"{name}/kernel:0", f"{name}/bias:0"], "S")
        kernel = rng.standard_normal((width, width), dtype=np.float32)
        group.create_dataset(f"{name}/kernel:0", data=kernel, compression=packing)
        group.create_dataset(f"{name}/bias:0", data=np.zeros(width, np.float32))
