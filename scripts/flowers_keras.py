#!/usr/bin/env python3
"""The plan of recipes/flowers-fine-tune.json carried out by tf_keras, to hold the recipe's accuracy against.

    scripts/flowers_keras.py [--seed 1] [--probe-epochs 5] [--epochs 15] [--limit N]

Needs tensorflow and tf_keras, and ../shared beside the repository. Prints the accuracy on `val` after the probe and after
fine-tuning. Keras has no rates by layer: every tensor's AdamW step is written out here.
"""

import argparse
import math
import os
import re

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf
import tf_keras

SHARED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "shared")
BATCH, PROBE, PEAK, DECAY, LAYER_DECAY, CLIP, WARMUP = 32, 1e-3, 1e-3, 0.01, 0.8, 1.0, 0.1


def pictures(folder, limit):
    classes = sorted(os.listdir(folder))
    x, y = [], []
    for index, name in enumerate(classes):
        for file in sorted(os.listdir(os.path.join(folder, name)))[:limit]:
            data = tf.io.decode_jpeg(tf.io.read_file(os.path.join(folder, name, file)), channels=3)
            x.append(data.numpy())
            y.append(index)
    return np.stack(x), np.array(y), len(classes)


def prepared(x):
    return tf.image.resize(tf.cast(x, tf.float32), (224, 224)) * np.float32(2 / 255) - 1


def augmented(images):
    """Windows of half to all of the area, 3:4 to 4:3, as large as the picture again; half of them mirrored."""
    count = tf.shape(images)[0]
    area = tf.random.uniform([count], 0.5, 1)
    aspect = tf.exp(tf.random.uniform([count], math.log(3 / 4), math.log(4 / 3)))
    height, width = tf.minimum(tf.sqrt(area / aspect), 1), tf.minimum(tf.sqrt(area * aspect), 1)
    top, left = tf.random.uniform([count]) * (1 - height), tf.random.uniform([count]) * (1 - width)
    boxes = tf.stack([top, left, top + height, left + width], 1)
    return tf.image.random_flip_left_right(tf.image.crop_and_resize(images, boxes, tf.range(count), (224, 224)))


def level(layer):
    """1 for the last of the 14 blocks, up to 14 for the stem; the head has 0."""
    number = re.search(r"conv_(?:dw|pw)_(\d+)", layer)
    return 14 - int(number.group(1)) if number else 14


class AdamW:
    def __init__(self, variables, rates, decays):
        self.variables, self.rates, self.decays = variables, rates, decays
        self.first = [tf.Variable(tf.zeros_like(v), trainable=False) for v in variables]
        self.second = [tf.Variable(tf.zeros_like(v), trainable=False) for v in variables]
        self.count = tf.Variable(0.0, trainable=False)

    def step(self, gradients, share):
        self.count.assign_add(1)
        for v, g, m, s, rate, decay in zip(
                self.variables, gradients, self.first, self.second, self.rates, self.decays):
            rate = share * rate
            m.assign(0.9 * m + 0.1 * g)
            s.assign(0.999 * s + 0.001 * g * g)
            step = (m / (1 - 0.9 ** self.count)) / (tf.sqrt(s / (1 - 0.999 ** self.count)) + 1e-8)
            v.assign(v - rate * decay * v - rate * step)


def train(base, head, x, y, epochs, generator, whole):
    layers = [l for l in base.layers if l.trainable_variables] if whole else []
    variables = [(v, PEAK * LAYER_DECAY ** level(l.name)) for l in layers for v in l.trainable_variables]
    variables += [(v, PEAK if whole else PROBE) for v in head.trainable_variables]
    rule = AdamW([v for v, _ in variables], [r for _, r in variables],
                 [DECAY if "kernel" in v.name else 0.0 for v, _ in variables])
    total = epochs * math.ceil(len(y) / BATCH)
    rise = round(WARMUP * total) if whole else 0

    @tf.function(reduce_retracing=True)
    def step(pixels, labels, share):
        with tf.GradientTape() as tape:
            images = augmented(prepared(pixels)) if whole else prepared(pixels)
            logits = head(base(images, training=whole))
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        gradients = tape.gradient(loss, rule.variables)
        if whole:
            gradients, _ = tf.clip_by_global_norm(gradients, CLIP)
        rule.step(gradients, share)
        return loss

    count = 0
    for _ in range(epochs):
        order = generator.permutation(len(y))
        for start in range(0, len(y), BATCH):
            rows = order[start:start + BATCH]
            share = 1.0
            if whole:
                share = (count + 1) / (rise + 1) if count < rise else \
                    (1 + math.cos(math.pi * (count - rise) / (total - rise))) / 2
            step(tf.constant(x[rows]), tf.constant(y[rows]), tf.constant(share, tf.float32))
            count += 1


def accuracy(base, head, x, y):
    found = [tf.argmax(head(base(prepared(x[i:i + 64]), training=False)), 1).numpy() for i in range(0, len(y), 64)]
    return float((np.concatenate(found) == y).mean())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--probe-epochs", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--limit", type=int, help="pictures of each class")
    arguments = parser.parse_args()
    tf_keras.utils.set_random_seed(arguments.seed)
    generator = np.random.default_rng(arguments.seed)
    x, y, classes = pictures(os.path.join(SHARED, "data/flowers128/train"), arguments.limit)
    test_x, test_y, _ = pictures(os.path.join(SHARED, "data/flowers128/val"), arguments.limit)
    whole = tf_keras.models.load_model(
        os.path.join(SHARED, "checkpoints/stm32_modelzoo/ImageNet__mobilenet_v1_0.25_224.h5"), compile=False)
    base = tf_keras.Model(whole.input, whole.get_layer("global_average_pooling2d_1").output)
    head = tf_keras.Sequential([tf_keras.layers.Flatten(), tf_keras.layers.Dense(classes)])
    head(base(prepared(x[:1])))
    train(base, head, x, y, arguments.probe_epochs, generator, whole=False)
    probe = accuracy(base, head, test_x, test_y)
    train(base, head, x, y, arguments.epochs, generator, whole=True)
    print(f"{accuracy(base, head, test_x, test_y):.4f}, after the probe {probe:.4f}")


if __name__ == "__main__":
    main()
