"""The jobs in Keras on TensorFlow. Prints one line of JSON. Variants: graph, jit, each also with -spe (several steps per
execution)."""

import os

import common

options = common.arguments()
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(options.threads)
tf.config.threading.set_inter_op_parallelism_threads(options.threads)
keras.utils.set_random_seed(42)
if options.precision == "bfloat16":
    keras.mixed_precision.set_global_policy("mixed_bfloat16")

L = keras.layers


def convolution(x, filters, size, stride=1, relu=True):
    x = L.Conv2D(filters, size, stride, "same", use_bias=False)(x)
    x = L.BatchNormalization()(x)
    return L.ReLU()(x) if relu else x


def block(x, width, stride, widened, bottleneck):
    short = convolution(x, width * (4 if bottleneck else 1), 1, stride, relu=False) if widened else x
    if bottleneck:
        y = convolution(convolution(x, width, 1), width, 3, stride)
        y = convolution(y, width * 4, 1, relu=False)
    else:
        y = convolution(convolution(x, width, 3, stride), width, 3, relu=False)
    return L.ReLU()(L.Add()([y, short]))


def resnet(counts, bottleneck):
    inputs = keras.Input((224, 224, 3))
    x = L.MaxPooling2D(3, 2, "same")(convolution(inputs, 64, 7, 2))
    for stage, count in enumerate(counts):
        for index in range(count):
            x = block(x, 64 << stage, 2 if stage and not index else 1, not index and (stage or bottleneck), bottleneck)
    x = L.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, L.Dense(10, activation="softmax", dtype="float32")(x))


def main_network():
    model = keras.Sequential([
        keras.Input((28, 28, 1)),
        L.Conv2D(32, 3, activation="relu"),
        L.Conv2D(32, 3, activation="relu"),
        L.MaxPooling2D(2),
        L.Dropout(0.25),
        L.Flatten(),
        L.Dense(128, activation="relu"),
        L.Dropout(0.5),
        L.Dense(5, activation="softmax", dtype="float32"),
    ])
    for layer in model.layers[:2]:
        layer.trainable = not options.job.endswith("frozen")
    return model


def mobilenet():
    base = keras.applications.MobileNet((224, 224, 3), alpha=0.25, include_top=False, weights=None, pooling="avg")
    base.trainable = not options.job.endswith("frozen")
    return keras.Sequential([base, L.Dense(5, activation="softmax", dtype="float32")])


def flowers():
    """Decoded and scaled once, in the first pass, and kept in memory."""
    paths, labels = common.flower_files(options.data)

    def read(path, label):
        image = tf.io.decode_jpeg(tf.io.read_file(path), 3)
        image = tf.cast(tf.round(tf.image.resize(image, (224, 224))), tf.uint8)
        return image, label

    def numbers(image, label):
        return tf.cast(image, tf.float32) / 127.5 - 1, label

    pictures = tf.data.Dataset.from_tensor_slices((paths, labels)).map(read, tf.data.AUTOTUNE).cache()
    return pictures.shuffle(len(paths)).batch(options.batch).map(numbers, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE), None


class Timer(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.clock = common.Clock(options)

    def on_train_begin(self, logs=None):
        self.clock.began = common.now()

    def on_train_batch_end(self, batch, logs=None):
        self.clock.step()
        if common.counts_steps(options) and self.clock.steps >= options.length:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        self.clock.epoch()


def rule():
    if options.job.startswith("resnet"):
        return keras.optimizers.SGD(0.01, momentum=0.9)
    if not options.job.startswith("main"):
        return keras.optimizers.Adam(1e-3)
    optimizer = keras.optimizers.AdamW(1e-3, weight_decay=0.01)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


if options.job == "tiny":
    x, y = common.POINTS
    model = keras.Sequential([keras.Input((2,)), L.Dense(3, activation="sigmoid"), L.Dense(1, activation="sigmoid")])
elif options.job.startswith("flowers"):
    (x, y), model = flowers(), mobilenet()
elif options.job.startswith("main"):
    (x, y), model = common.fashion(options.data), main_network()
else:
    x, y = common.made(options.data)
    model = resnet((2, 2, 2, 2), False) if options.job == "resnet18" else resnet((3, 4, 6, 3), True)

model.compile(rule(), "mse" if options.job == "tiny" else "sparse_categorical_crossentropy",
              jit_compile=options.variant.startswith("jit"),
              steps_per_execution=47 if options.variant.endswith("-spe") else 1)
timer = Timer()
examples = {} if y is None else {"batch_size": options.batch}
epochs = options.length
if common.counts_steps(options):
    # A pass more than needed: the callback ends the last one.
    epochs = options.length * options.batch // (64 if y is not None else 2934) + 1
    if y is not None:
        x = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(64).batch(options.batch).repeat()
        y, examples, epochs = None, {"steps_per_epoch": options.length}, 1
history = model.fit(x, y, epochs=epochs, shuffle=True, verbose=0, callbacks=[timer], **examples)
timer.clock.tell(history.history["loss"][-1], f"Keras {keras.__version__} on TensorFlow {tf.__version__}")
