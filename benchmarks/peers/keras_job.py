"""The main job in Keras on TensorFlow. Prints one line of JSON. Variants: graph, jit, each also with -spe (several steps per execution)."""

import json
import os

import fashion

options = fashion.arguments()
os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(options.threads)
tf.config.threading.set_inter_op_parallelism_threads(options.threads)
keras.utils.set_random_seed(42)

images, labels = fashion.load(options.data)
x, y = images[..., None], labels

L = keras.layers
model = keras.Sequential([
    keras.Input((28, 28, 1)),
    L.Conv2D(32, 3, activation="relu"),
    L.Conv2D(32, 3, activation="relu"),
    L.MaxPooling2D(2),
    L.Dropout(0.25),
    L.Flatten(),
    L.Dense(128, activation="relu"),
    L.Dropout(0.5),
    L.Dense(5, activation="softmax"),
])
if options.work == "frozen":
    for layer in model.layers[:2]:
        layer.trainable = False

optimizer = keras.optimizers.AdamW(fashion.RATE, weight_decay=fashion.DECAY)
optimizer.exclude_from_weight_decay(var_names=["bias"])
model.compile(optimizer, "sparse_categorical_crossentropy", jit_compile=options.variant.startswith("jit"),
              steps_per_execution=47 if options.variant.endswith("-spe") else 1)


class Clock(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seconds, self.first_step = [], None

    def on_epoch_begin(self, epoch, logs=None):
        self.began = fashion.now()

    def on_train_batch_end(self, batch, logs=None):
        if self.first_step is None:
            self.first_step = fashion.now()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(fashion.now() - self.began)


clock = Clock()
history = model.fit(x, y, batch_size=fashion.BATCH, epochs=options.epochs, shuffle=True, verbose=0, callbacks=[clock])
print(json.dumps({"epoch_seconds": clock.seconds, "losses": history.history["loss"],
                  "first_step_at": clock.first_step, "examples": len(x),
                  "version": f"Keras {keras.__version__} on TensorFlow {tf.__version__}"}))
