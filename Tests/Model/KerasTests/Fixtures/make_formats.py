#!/usr/bin/env python3
"""Writes formats/: the same small models in every container and dialect there is, with what Keras predicts: see README.md.

    .venv-tf/bin/python make_formats.py

Needs keras (3), tf_keras, tensorflow and h5py. What no Keras writes any more (Keras 1, Theano's kernels, cuDNN's layout,
attributes in parts, packed and narrow datasets) is made from a file of tf_keras' with h5py, tensor by tensor.
"""

import io
import json
import os
import shutil
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

from pathlib import Path

import h5py
import keras
import numpy as np
import tensorflow as tf
import tf_keras

from goldens import save_h5, save_npz

HERE = Path(__file__).parent / "formats"
DIALECTS = [(keras, "keras3"), (tf_keras, "tfk2")]


def start(K, shape):
    return K.Input(shape) if K is keras else K.layers.InputLayer(shape)


def nested(K):
    """A partly frozen base in a model, two layers of each class, and an input that is used late."""
    L = K.layers
    picture, extra = K.Input((6, 6, 2), name="picture"), K.Input((3,), name="extra")
    parts = [L.Conv2D(3, 3, name="zebra"), L.BatchNormalization(name="norm"), L.Conv2D(3, 1, name="ant")]
    base = K.Sequential([start(K, (6, 6, 2)), *parts], name="base")
    parts[0].trainable = False
    inner_in = K.Input((3,), name="inner_in")
    inner = K.Model(inner_in, L.Add(name="sum")([L.Dense(3, name="second")(inner_in), L.Dense(3, name="first")(inner_in)]),
                    name="inner")
    x = L.GlobalAveragePooling2D(name="pool")(base(picture))
    y = inner(extra)
    z = L.Concatenate(name="join")([L.Dense(4, activation="tanh", name="upper")(x), L.Dense(4, name="lower")(y)])
    return K.Model([picture, extra], L.Dense(2, activation="softmax", name="top")(z), name="nested")


def sequence(K):
    """Layers that hold layers: wrappers, cells, attention."""
    L = K.layers
    x = K.Input((5, 4), name="steps")
    a = L.Bidirectional(L.LSTM(3, return_sequences=True, name="reader"), name="both")(x)
    b = L.TimeDistributed(L.Dense(4, activation="relu", name="each"), name="steps_of")(a)
    c = L.MultiHeadAttention(2, 3, name="attention")(b, b)
    d = L.Add(name="residual")([b, c])
    e = L.GRU(3, return_sequences=True, name="gru")(d)
    f = L.RNN([L.LSTMCell(3, name="cell_a"), L.GRUCell(2, name="cell_b"), L.LSTMCell(2, name="cell_c")], name="stack")(e)
    return K.Model(x, L.Dense(2, name="top")(f), name="sequence")


def functions(K):
    """Functions called on a model's tensors: what Keras writes down as TFOpLambda, or as operations of its own."""
    x, y = K.Input((6, 4), name="x"), K.Input((4,), name="y")
    if K is keras:
        o = K.ops
        relu, sigmoid, concatenate, expand, softmax = o.relu, o.sigmoid, o.concatenate, o.expand_dims, o.softmax
        mean, largest, transpose, clip, maximum, reshape = o.mean, o.max, o.transpose, o.clip, o.maximum, o.reshape
    else:
        relu, sigmoid, concatenate, expand, softmax = tf.nn.relu, tf.sigmoid, tf.concat, tf.expand_dims, tf.nn.softmax
        mean, largest, transpose, clip = tf.reduce_mean, tf.reduce_max, tf.transpose, tf.clip_by_value
        maximum, reshape = tf.maximum, tf.reshape
    z = 1.0 - (x + expand(y, 1)) * 2.0 / 3.0
    z = concatenate([relu(z), sigmoid(x)], axis=-1)
    z = transpose(reshape(z, (-1, 6, 2, 4)), (0, 2, 1, 3))
    a = mean(z[:, 0, 1:5], axis=1)
    b = softmax(-largest(z, axis=2, keepdims=True)[:, 1, 0, ::2], axis=-1)
    c = maximum(clip(a, -0.5, 0.5), y) ** 2.0
    return K.Model([x, y], K.layers.Dense(2, name="top")(concatenate([a, b, c], axis=1)), name="functions")


def chain(K):
    """What the odd storage is tried on."""
    L = K.layers
    return K.Sequential([start(K, (7, 6, 2)), L.Conv2D(3, (3, 2), activation="relu", name="conv"),
                         L.BatchNormalization(name="norm"), L.SeparableConv2D(4, 2, name="separable"),
                         L.Flatten(name="flat"), L.Dense(3, name="dense")], name="chain")


def randomize(model, seed=7):
    random = np.random.default_rng(seed)
    for weight in model.weights:
        if "seed" in weight.name:
            continue
        value = random.normal(0, 0.5, weight.shape)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.name else value)


def inputs_of(model, seed=8):
    random = np.random.default_rng(seed)
    return [random.normal(0, 1, (2, *tensor.shape[1:])).astype("f4") for tensor in model.inputs]


def golden(model, path):
    xs = inputs_of(model)
    ys = model(xs if len(xs) > 1 else xs[0], training=False)
    ys = ys if isinstance(ys, (list, tuple)) else [ys]
    save_npz(path, {f"x{i}": x for i, x in enumerate(xs)} | {f"y{i}": np.asarray(y) for i, y in enumerate(ys)})


def without_ids(text):
    """The same config without the addresses that objects had in this run."""
    def clean(value):
        if isinstance(value, dict):
            return {key: clean(item) for key, item in value.items() if key != "shared_object_id"}
        return [clean(item) for item in value] if isinstance(value, list) else value
    return json.dumps(clean(json.loads(text)))


def undated(path):
    """Rewrites a .keras archive without the times of this run."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    metadata = json.loads(entries["metadata.json"])
    metadata["date_saved"] = "2020-01-01@00:00:00"
    entries["metadata.json"] = json.dumps(metadata).encode()
    entries["config.json"] = without_ids(entries["config.json"]).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)


def containers():
    for make in [nested, sequence, chain, functions]:
        for K, dialect in DIALECTS:
            K.backend.clear_session()
            model = make(K)
            randomize(model)
            name = f"{make.__name__}.{dialect}"
            golden(model, HERE / f"{name}.npz")
            model.save(HERE / f"{name}.keras")
            undated(HERE / f"{name}.keras")
            model.save_weights(HERE / f"{name}.weights.h5")
            (HERE / f"{name}.json").write_text(without_ids(model.to_json()))
            if make is chain:
                save_h5(model, HERE / f"{name}.h5")
                np.savez(HERE / f"{name}.list.npz", *model.get_weights())


# Odd storage


def copy(name, change, source="chain.tfk2.h5"):
    """A copy of a whole-model file; `change` gives each dataset's h5py arguments from its array."""
    with h5py.File(HERE / source) as old, h5py.File(HERE / name, "w") as new:
        for key, value in old.attrs.items():
            new.attrs[key] = value

        def visit(path, item):
            if isinstance(item, h5py.Group):
                target = new.require_group(path)
            else:
                arguments, attributes = change(item[()])
                target = new.create_dataset(path, **arguments)
                target.attrs.update(attributes)
            for key, value in item.attrs.items():
                target.attrs[key] = value

        old.visititems(visit)


def bfloat16(value):
    """The upper halves of what float32 holds, cut off, as Keras stores them: raw pairs of bytes."""
    pairs = (np.ascontiguousarray(value, "<f4").view("<u4") >> 16).astype("<u2")
    return {"data": pairs.view("V2").reshape(value.shape)}


def storage():
    copy("packed.h5", lambda v: ({"data": v, "chunks": True, "compression": "gzip", "shuffle": True}, {}))
    copy("float16.h5", lambda v: ({"data": v.astype("f2")}, {}))
    copy("float64.h5", lambda v: ({"data": v.astype("f8")}, {}))
    copy("big_endian.h5", lambda v: ({"data": v.astype(">f4")}, {}))
    copy("int8.h5", lambda v: ({"data": np.clip(np.round(v * 4), -128, 127).astype("i1")}, {}))
    copy("bfloat16.h5", lambda v: (bfloat16(v), {"dtype": "bfloat16"}))
    copy("bfloat16_unmarked.h5", lambda v: (bfloat16(v), {}))
    split_attributes()
    narrow = {
        "float16": lambda v: v.astype("f2").astype("f4"),
        "int8": lambda v: np.clip(np.round(v * 4), -128, 127).astype("f4"),
        "bfloat16": lambda v: (np.ascontiguousarray(v, "<f4").view("<u4") & 0xFFFF0000).view("<f4"),
    }
    for name, change in narrow.items():
        model = tf_keras.models.load_model(HERE / "chain.tfk2.h5", compile=False)
        model.set_weights([change(value) for value in model.get_weights()])
        golden(model, HERE / f"{name}.npz")


def split_attributes():
    """As Keras writes lists of names that are too long for one attribute."""
    shutil.copy(HERE / "chain.tfk2.h5", HERE / "split_attributes.h5")
    with h5py.File(HERE / "split_attributes.h5", "a") as file:
        root = file["model_weights"]
        for group, key in [(root, "layer_names"), (root["norm"], "weight_names")]:
            names = group.attrs[key]
            del group.attrs[key]
            for part, piece in enumerate(np.array_split(names, 3)):
                group.attrs[f"{key}{part}"] = piece


# Keras 1


def old_model():
    """A convolutional and a recurrent branch in Keras 2's terms."""
    L = tf_keras.layers
    picture = tf_keras.Input((7, 6, 2), name="picture")
    steps = tf_keras.Input((5, 3), name="steps")
    x = L.Conv2D(3, (3, 2), activation="relu", name="conv")(picture)
    x = L.BatchNormalization(epsilon=1e-5, name="norm")(x)
    x = L.Conv2DTranspose(2, (3, 3), strides=(2, 2), padding="same", name="deconv")(x)
    x = L.Flatten(name="flat")(x)
    y = L.Conv1D(4, 3, padding="same", activation="tanh", name="conv1d")(steps)
    y = L.LSTM(3, recurrent_activation="hard_sigmoid", return_sequences=True, name="lstm")(y)
    y = L.Bidirectional(L.GRU(2, reset_after=False, recurrent_activation="hard_sigmoid", return_sequences=True,
                              name="gru"), name="both")(y)
    y = L.SimpleRNN(3, name="rnn")(y)
    z = L.Concatenate(name="join")([x, y])
    return tf_keras.Model([picture, steps], L.Dense(2, activation="softmax", name="top")(z), name="old")


def old_config(first):
    order = "th" if first else "tf"
    shape = [None, 2, 7, 6] if first else [None, 7, 6, 2]
    plain = {"trainable": True, "W_regularizer": None, "b_regularizer": None, "activity_regularizer": None,
             "W_constraint": None, "b_constraint": None, "init": "glorot_uniform", "bias": True}
    recurrent = {"trainable": True, "init": "glorot_uniform", "inner_init": "orthogonal", "W_regularizer": None,
                 "U_regularizer": None, "b_regularizer": None, "dropout_W": 0.0, "dropout_U": 0.0, "stateful": False,
                 "unroll": False, "consume_less": "cpu", "go_backwards": False, "input_dim": None, "input_length": None}

    def layer(kind, name, settings, *inputs):
        return {"class_name": kind, "name": name, "config": {"name": name, **settings},
                "inbound_nodes": [[[i, 0, 0] for i in inputs]] if inputs else []}

    layers = [
        layer("InputLayer", "picture", {"batch_input_shape": shape, "input_dtype": "float32", "sparse": False}),
        layer("InputLayer", "steps", {"batch_input_shape": [None, 5, 3], "input_dtype": "float32", "sparse": False}),
        layer("Convolution2D", "conv", plain | {"nb_filter": 3, "nb_row": 3, "nb_col": 2, "activation": "relu",
              "border_mode": "valid", "subsample": [1, 1], "dim_ordering": order}, "picture"),
        layer("BatchNormalization", "norm", {"trainable": True, "epsilon": 1e-5, "mode": 0, "axis": 1 if first else 3,
              "gamma_regularizer": None, "beta_regularizer": None, "momentum": 0.99}, "conv"),
        layer("Deconvolution2D", "deconv", plain | {"nb_filter": 2, "nb_row": 3, "nb_col": 3, "activation": "linear",
              "border_mode": "same", "subsample": [2, 2], "dim_ordering": order,
              "output_shape": [None, 2, 10, 10] if first else [None, 10, 10, 2]}, "norm"),
        layer("Flatten", "flat", {"trainable": True}, "deconv"),
        layer("Convolution1D", "conv1d", plain | {"nb_filter": 4, "filter_length": 3, "subsample_length": 1,
              "border_mode": "same", "activation": "tanh", "input_dim": 3, "input_length": None}, "steps"),
        layer("LSTM", "lstm", recurrent | {"output_dim": 3, "activation": "tanh", "inner_activation": "hard_sigmoid",
              "forget_bias_init": "one", "return_sequences": True}, "conv1d"),
        layer("Bidirectional", "both", {"trainable": True, "merge_mode": "concat", "layer": {"class_name": "GRU",
              "config": recurrent | {"name": "gru", "output_dim": 2, "activation": "tanh",
                                     "inner_activation": "hard_sigmoid", "return_sequences": True}}}, "lstm"),
        layer("SimpleRNN", "rnn", recurrent | {"output_dim": 3, "activation": "tanh", "return_sequences": False}, "both"),
        layer("Merge", "join", {"mode": "concat", "concat_axis": -1, "dot_axes": -1, "mode_type": "raw",
              "output_shape": None, "output_shape_type": "raw", "output_mask": None, "output_mask_type": "raw",
              "arguments": {}}, "flat", "rnn"),
        layer("Dense", "top", plain | {"output_dim": 2, "input_dim": None, "activation": "softmax"}, "join"),
    ]
    ends = {"input_layers": [["picture", 0, 0], ["steps", 0, 0]], "output_layers": [["top", 0, 0]]}
    return {"class_name": "Model", "config": {"name": "old", "layers": layers, **ends}}


def old_weights(layer, first, theano):
    """A layer's tensors by Keras 1's names, in its order and its orders of dimensions."""
    name, values = layer.name, [np.asarray(w) for w in layer.get_weights()]
    turn = lambda kernel: kernel[::-1, ::-1] if theano else kernel
    kind = type(layer).__name__
    if kind == "Conv2D":
        kernel = turn(values[0])
        return {f"{name}_W": kernel.transpose(3, 2, 0, 1) if first else kernel, f"{name}_b": values[1]}
    if kind == "Conv2DTranspose":  # (h, w, out, in) here
        kernel = turn(values[0])
        return {f"{name}_W": kernel.transpose(2, 3, 0, 1) if first else kernel.transpose(0, 1, 3, 2),
                f"{name}_b": values[1]}
    if kind == "Conv1D":
        kernel = values[0][::-1] if theano else values[0]
        return {f"{name}_W": kernel[:, None], f"{name}_b": values[1]}
    if kind == "BatchNormalization":
        return dict(zip([f"{name}_gamma", f"{name}_beta", f"{name}_running_mean", f"{name}_running_std"], values))
    if kind == "Bidirectional":
        return old_weights(layer.forward_layer, first, theano) | old_weights(layer.backward_layer, first, theano)
    if kind in ("LSTM", "GRU"):
        gates = "ifco" if kind == "LSTM" else "zrh"
        parts = [dict(zip(gates, np.split(v, len(gates), axis=-1))) for v in values]
        order = "icfo" if kind == "LSTM" else "zrh"
        return {f"{name}_{letter}_{gate}": part[gate] for gate in order for letter, part in zip("WUb", parts)}
    letters = "WUb" if kind == "SimpleRNN" else "Wb"
    return {f"{name}_{letter}": value for letter, value in zip(letters, values)}


def keras1():
    """The numbers come from the channels-last model: with channels first only where they lie differs, and the order in
    which Flatten meets them, which the rows of the last kernel are sorted for."""
    tf_keras.backend.clear_session()
    twin = old_model()
    randomize(twin)
    xs = inputs_of(twin)
    y = np.asarray(twin(xs, training=False))
    for first in [False, True]:
        pictures = xs[0].transpose(0, 3, 1, 2) if first else xs[0]
        for theano in [False, True]:
            name = f"keras1_{'th' if first else 'tf'}_{'theano' if theano else 'tensorflow'}"
            save_npz(HERE / f"{name}.npz", {"x0": pictures, "x1": xs[1], "y0": y})
            with h5py.File(HERE / f"{name}.h5", "w") as file:
                file.attrs["keras_version"] = b"1.2.2"
                file.attrs["model_config"] = json.dumps(old_config(first)).encode()
                root = file.create_group("model_weights")
                layers = [layer for layer in twin.layers]
                root.attrs["layer_names"] = np.array([layer.name.encode() for layer in layers])
                for layer in layers:
                    weights = old_weights(layer, first, theano) if layer.weights else {}
                    if layer.name == "top" and first:
                        rows = np.arange(200).reshape(10, 10, 2).transpose(2, 0, 1).ravel()
                        kernel = weights["top_W"]
                        weights["top_W"] = np.concatenate([kernel[rows], kernel[200:]])
                    group = root.create_group(layer.name)
                    end = "" if theano else ":0"
                    group.attrs["weight_names"] = np.array([(key + end).encode() for key in weights])
                    for key, value in weights.items():
                        group.create_dataset(key + end, data=value)


# cuDNN


def cudnn():
    """The weights of an LSTM and a GRU as cuDNN's layers keep them, for the plain layers: tf_keras converts them too."""
    L = tf_keras.layers
    tf_keras.backend.clear_session()
    x = tf_keras.Input((4, 3), name="steps")
    model = tf_keras.Model(x, [L.LSTM(2, name="lstm")(x), L.GRU(2, reset_after=True, name="gru")(x)], name="cudnn")
    randomize(model)
    save_h5(model, HERE / "cudnn.h5")
    random = np.random.default_rng(9)
    with h5py.File(HERE / "cudnn.h5", "a") as file:
        for layer, gates in [("lstm", 4), ("gru", 3)]:
            group = file[f"model_weights/{layer}"]
            names = [n.decode() if isinstance(n, bytes) else n for n in group.attrs["weight_names"]]
            bias = names[2]
            del group[bias]
            group.create_dataset(bias, data=random.normal(0, 0.5, 2 * gates * 2).astype("f4"))
    golden(tf_keras.models.load_model(HERE / "cudnn.h5", compile=False), HERE / "cudnn.npz")


# Optimizers


def optimizers():
    """A few steps of training, with what the optimizer remembers afterwards."""
    makers = {"adam": lambda K: K.optimizers.Adam(0.01), "sgd": lambda K: K.optimizers.SGD(0.01, momentum=0.9),
              "rmsprop": lambda K: K.optimizers.RMSprop(0.01), "adagrad": lambda K: K.optimizers.Adagrad(0.01),
              "adadelta": lambda K: K.optimizers.Adadelta(0.5)}
    for kind, make in makers.items():
        for K, dialect in DIALECTS:
            K.backend.clear_session()
            K.utils.set_random_seed(3)
            L = K.layers
            frozen = L.Dense(3, name="frozen", trainable=False)
            model = K.Sequential([start(K, (3,)), L.Dense(3, activation="tanh", name="one"), frozen,
                                  L.Dense(2, name="two")], name="small")
            optimizer = make(K)
            model.compile(optimizer, "mse")
            random = np.random.default_rng(5)
            model.fit(random.normal(0, 1, (8, 3)), random.normal(0, 1, (8, 2)), batch_size=4, epochs=2, verbose=0,
                      shuffle=False)
            name = HERE / f"optimizer_{kind}.{dialect}"
            save_h5(model, f"{name}.h5")
            model.save(f"{name}.keras")
            undated(f"{name}.keras")
            arrays = {}
            for variable in (optimizer.variables if K is keras else optimizer.variables):
                label = getattr(variable, "path", variable.name).split(":")[0].replace("/", ".")
                if np.asarray(variable).ndim:
                    arrays[label] = np.asarray(variable)
            save_npz(f"{name}.npz", arrays)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    containers()
    storage()
    keras1()
    cudnn()
    optimizers()
    print(sum(path.stat().st_size for path in HERE.iterdir()), "bytes")
