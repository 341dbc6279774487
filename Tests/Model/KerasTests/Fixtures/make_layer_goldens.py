#!/usr/bin/env python3
"""Writes `layers/NAME.DIALECT.h5`, `layers/NAME.npz` and, where tf_keras differs, `layers/NAME.tfk2.npz`: see README.md.

    .venv-tf/bin/python make_layer_goldens.py [NAME…]

Needs tensorflow, keras (3) and tf_keras. Both dialects get the same weights and the same inputs.
"""

import os
import sys
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras
import numpy as np
import tensorflow as tf
import tf_keras

from goldens import save_h5, save_npz
import layer_models
import models_core
import models_images
import models_sequences
import models_spatial

FAMILIES = [layer_models, models_core, models_spatial, models_images, models_sequences]
MODELS = [model for family in FAMILIES for model in family.MODELS]
DIALECTS = {name: dialects for family in FAMILIES for name, dialects in family.DIALECTS.items()}
TRAINING = {name for family in FAMILIES for name in family.TRAINING}
# What Keras 3 writes into an .h5 and does not read back as it was: of an `axis` list it takes the last, and of the score
# mode "dot" the function of that name.
MISREAD = {name for family in FAMILIES for name in getattr(family, "MISREAD", ())}
# In training linear in their only input, by an operation whose gradient TensorFlow only approximates.
LINEAR = {name for family in FAMILIES for name in getattr(family, "LINEAR", ())}

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers")
BATCH = {"batch_normalization_rank2": 6}  # two rows would normalise to ±1


def generator(*names):
    return np.random.default_rng(zlib.crc32("/".join(map(str, names)).encode()))


def fill(model):
    """Random weights, the same in both dialects: drawn by layer and position, since depthwise kernels changed name."""
    for layer in model.layers:
        values = []
        for index, weight in enumerate(layer.weights):
            rng = generator(model.name, layer.name, index)
            shape, kind = tuple(weight.shape), short_name(weight)
            if kind in ("moving_variance", "moving_stddev", "renorm_stddev", "variance"):
                value = rng.uniform(0.5, 1.5, shape)
            elif kind == "gamma":
                value = 1 + 0.2 * rng.standard_normal(shape)
            elif "kernel" in kind:
                value = rng.standard_normal(shape) * (2 / max(1, np.prod(shape[:-1]))) ** 0.5
            else:
                value = 0.3 * rng.standard_normal(shape)
            values.append(value.astype(np.float32))
        layer.set_weights(values)
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()  # a Normalization computes with copies


def short_name(weight):
    return getattr(weight, "path", weight.name).split("/")[-1].split(":")[0]


def paths(model):
    """(path, variable) of every weight: its layer's name and its own. Keras 2 says `depthwise_kernel` where Keras 3 says
    `kernel`: here it is `kernel`. A name that comes again in a layer gets a number: `kernel#1`."""
    result = []
    for layer in model.layers:
        seen = {}
        for weight in layer.weights:
            name = short_name(weight)
            if type(layer).__name__.startswith("Depthwise"):
                name = name.removeprefix("depthwise_")
            count = seen[name] = seen.get(name, -1) + 1
            result.append((f"{layer.name}.{name}" + (f"#{count}" if count else ""), weight))
    return result


def inputs_of(model):
    scale = 3.0 if model.name == "activations" else 1.0
    draw = lambda t: generator(model.name, t.name.split(":")[0]).standard_normal(
        (BATCH.get(model.name, 2), *t.shape[1:]))
    return [special_input(model, t, (scale * draw(t)).astype(np.float32)) for t in model.inputs]


def special_input(model, tensor, drawn):
    """Whole numbers below 6 and truth values, written as floats; sequences named `masked…` have steps of zeros."""
    kind, name = str(tensor.dtype), tensor.name.split(":")[0]
    rng = generator(model.name, name, "special")
    if "int" in kind:
        return rng.integers(0, 6, drawn.shape).astype(np.float32)
    if "bool" in kind:
        return rng.integers(0, 2, drawn.shape).astype(np.float32)
    if name.startswith("masked"):
        keep = rng.integers(0, 3, drawn.shape[:2]) > 0
        drawn *= keep.reshape(keep.shape + (1,) * (drawn.ndim - 2))
    return drawn


def evaluate(model, xs, training, directions):
    """Outputs, and the gradient of Σᵢ Σ yᵢ·rᵢ with respect to inputs and trainable weights."""
    xs = [tf.constant(x) for x in xs]
    named = [(path, w) for path, w in paths(model) if w.trainable]
    variables = [getattr(w, "value", w) if isinstance(w, keras.Variable) else w for _, w in named]
    with tf.GradientTape() as tape:
        for x in xs:
            tape.watch(x)
        ys = model(xs if len(xs) > 1 else xs[0], training=training)
        ys = list(ys) if isinstance(ys, (list, tuple)) else [ys]
        total = tf.add_n([tf.reduce_sum(y * r) for y, r in zip(ys, directions(ys))])
    continuous = [i for i, t in enumerate(model.inputs) if "float" in str(t.dtype)]
    gradients = tape.gradient(total, [xs[i] for i in continuous] + variables)
    names = [f"x{i}" for i in continuous] + [path for path, _ in named]
    missing = [n for n, g in zip(names, gradients) if g is None]
    if missing:
        raise SystemExit(f"{model.name}: no gradient for {missing}")
    result = {f"y{i}": y.numpy() for i, y in enumerate(ys)}
    return result | {f"grad.{n}": tf.convert_to_tensor(g).numpy() for n, g in zip(names, gradients)}


def adjoint(model, x, rs):
    """The gradient of Σ yᵢ·rᵢ of a linear model in training, one element of an example after the other."""
    run = lambda value: [np.asarray(y) for y in model(tf.constant(value), training=True)]
    result, origin = np.zeros_like(x), run(np.zeros_like(x))
    for index in np.ndindex(x.shape[1:]):
        place = (slice(None), *index)
        unit = np.zeros_like(x)
        unit[place] = 1
        result[place] = sum(((y - o) * r).reshape(len(x), -1).sum(1) for y, o, r in zip(run(unit), origin, rs))
    return result


def golden(model):
    xs = inputs_of(model)

    def directions(ys):
        # Quarters, so that the files stay small.
        return [np.round(4 * generator(model.name, "r", i).standard_normal(y.shape)).astype(np.float32) / 4
                for i, y in enumerate(ys)]

    values = {f"x{i}": x for i, x in enumerate(xs)}
    inference = evaluate(model, xs, False, directions)
    ys = [inference[f"y{i}"] for i in range(len(model.outputs))]
    values |= inference | {f"r{i}": r for i, r in enumerate(directions(ys))}
    if model.name in TRAINING:
        values |= {f"training.{k}": v for k, v in evaluate(model, xs, True, directions).items()}
        if model.name in LINEAR:
            values["training.grad.x0"] = adjoint(model, xs[0], directions(ys))
        # Read after exactly one call in training mode.
        moved = ("moving_", "renorm_")
        values |= {f"training.after.{p}": w.numpy() for p, w in paths(model) if p.rsplit(".", 1)[1].startswith(moved)}
    return values


def check(model, values, again):
    """A saved file must read back to the same outputs, and no output may be constant."""
    n = len(model.inputs)
    xs = [values[f"x{i}"] for i in range(n)]
    ys = again(xs if n > 1 else xs[0], training=False)
    for i, y in enumerate(ys if isinstance(ys, (list, tuple)) else [ys]):
        np.testing.assert_allclose(y.numpy(), values[f"y{i}"], rtol=0, atol=1e-6)
        assert y.numpy().std() > 1e-3, (model.name, i)


def differing(values, common):
    """What tf_keras computes otherwise than Keras 3: beyond a millionth of the array's largest value."""
    def differs(a, b):
        return np.abs(a - b).max() > 1e-6 * max(1, np.abs(a).max(), np.abs(b).max())

    assert list(values) == list(common), set(values) ^ set(common)
    return {k: v for k, v in values.items() if differs(v, common[k])}


def main(wanted):
    os.makedirs(HERE, exist_ok=True)
    for build in MODELS:
        name = build.__name__
        if wanted and name not in wanted:
            continue
        common = None
        for dialect, K in [("keras3", keras), ("tfk2", tf_keras)]:
            if dialect not in DIALECTS.get(name, ["keras3", "tfk2"]):
                continue
            K.backend.clear_session()
            model = build(K)
            fill(model)
            path = os.path.join(HERE, f"{name}.{dialect}.h5")
            save_h5(model, path)
            values = golden(model)
            if dialect != "keras3" or name not in MISREAD:
                check(model, values, K.models.load_model(path, compile=False))
            if common is None:
                common = values
                size = save_npz(os.path.join(HERE, name + ".npz"), common)
                print(f"{name}: {size} bytes, {len(common)} arrays")
            elif other := differing(values, common):
                save_npz(os.path.join(HERE, f"{name}.{dialect}.npz"), other)
                print(f"{name}: {dialect} differs in {', '.join(other)}")


main(sys.argv[1:])
