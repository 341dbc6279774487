"""Writes what the ResNet jobs need into a folder: architectures in Keras' JSON, random pictures and labels as .npy.

    make_resnet.py FOLDER [--count 64]

`resnet18.json` and `resnet50.json` have the blocks of He et al. (2015), with batch norm after every convolution, for
10 classes; everything is seeded. Python's standard library only.
"""

import argparse
import json
import os
import random
import struct

CLASSES = 10


class Architecture:
    """A functional model, layer by layer."""

    def __init__(self, name):
        self.name, self.layers = name, []

    def add(self, kind, inputs, **config):
        name = f"layer_{len(self.layers)}"
        nodes = [[[i, 0, 0, {}] for i in inputs]] if inputs else []
        self.layers.append({"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": nodes})
        return name

    def convolution(self, x, filters, size, stride=1, relu=True):
        x = self.add("Conv2D", [x], filters=filters, kernel_size=[size, size], strides=[stride, stride], padding="same",
                     use_bias=False, kernel_initializer="he_normal")
        x = self.add("BatchNormalization", [x])
        return self.add("Activation", [x], activation="relu") if relu else x

    def block(self, x, filters, stride, widened, bottleneck):
        short = x
        if widened:
            short = self.convolution(x, filters * (4 if bottleneck else 1), 1, stride, relu=False)
        if bottleneck:
            y = self.convolution(x, filters, 1)
            y = self.convolution(y, filters, 3, stride)
            y = self.convolution(y, filters * 4, 1, relu=False)
        else:
            y = self.convolution(x, filters, 3, stride)
            y = self.convolution(y, filters, 3, relu=False)
        return self.add("Activation", [self.add("Add", [y, short])], activation="relu")

    def json(self, output):
        return {"class_name": "Functional", "keras_version": "2.15.0", "backend": "tensorflow", "config": {
            "name": self.name, "layers": self.layers, "input_layers": [[self.layers[0]["name"], 0, 0]],
            "output_layers": [[output, 0, 0]]}}


def resnet(name, counts, bottleneck):
    net = Architecture(name)
    x = net.add("InputLayer", [], batch_input_shape=[None, 224, 224, 3])
    x = net.convolution(x, 64, 7, 2)
    x = net.add("MaxPooling2D", [x], pool_size=[3, 3], strides=[2, 2], padding="same")
    for stage, count in enumerate(counts):
        for index in range(count):
            stride = 2 if stage and not index else 1
            x = net.block(x, 64 << stage, stride, not index and (stage or bottleneck), bottleneck)
    x = net.add("GlobalAveragePooling2D", [x])
    return net.json(net.add("Dense", [x], units=CLASSES, activation="softmax"))


def npy(path, kind, shape, content):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {tuple(shape)}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        for part in content:
            file.write(part)


def make(folder, count):
    os.makedirs(folder, exist_ok=True)
    for name, counts, bottleneck in [("resnet18", (2, 2, 2, 2), False), ("resnet50", (3, 4, 6, 3), True)]:
        with open(os.path.join(folder, name + ".json"), "w") as file:
            json.dump(resnet(name, counts, bottleneck), file, indent=1)
    source = random.Random(42)
    npy(os.path.join(folder, "images.npy"), "|u1", (count, 224, 224, 3), (source.randbytes(224 * 224 * 3) for _ in range(count)))
    npy(os.path.join(folder, "labels.npy"), "<i8", (count,), [struct.pack(f"<{count}q", *(i % CLASSES for i in range(count)))])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=64)
    options = parser.parse_args()
    make(options.folder, options.count)
