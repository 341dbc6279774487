"""Which trajectories exist: the one list that both scripts and `trajectories.json` come from."""

import json

STEPS = 10
BASE = ["conv", "norm"]

SGD = {"name": "sgd", "learning_rate": 0.1}
MOMENTUM = SGD | {"momentum": 0.9}
NESTEROV = MOMENTUM | {"nesterov": True}
ADAGRAD = {"name": "adagrad", "learning_rate": 0.1, "initial_accumulator": 0.1, "epsilon": 1e-7}
RMSPROP = {"name": "rmsprop", "learning_rate": 0.01, "rho": 0.9, "epsilon": 1e-7}
ADADELTA = {"name": "adadelta", "learning_rate": 1.0, "rho": 0.95, "epsilon": 1e-7}
ADAM = {"name": "adam", "learning_rate": 0.01, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8}
ADAMW = ADAM | {"name": "adamw", "weight_decay": 0.1}
RULES = {"sgd": SGD, "momentum": MOMENTUM, "nesterov": NESTEROV, "clipped": SGD | {"clip_norm": 0.2},
         "adagrad": ADAGRAD, "rmsprop": RMSPROP, "adadelta": ADADELTA, "adam": ADAM, "adamw": ADAMW}


def entry(model, rule, variant=None, frozen=(), batch_norm=None):
    # Keras puts epsilon elsewhere in Adam than the paper and PyTorch do.
    framework = "torch" if rule in ("adam", "adamw") else "keras3"
    name = "-".join(filter(None, [model, variant, rule]))
    # At 0.1 the convolutional net overshoots, and a trajectory that overshoots magnifies rounding.
    settings = RULES[rule] | ({"learning_rate": 0.02} if model == "cnn" and rule == "momentum" else {})
    return {"name": name, "model": model, "framework": framework, "optimizer": settings, "frozen": list(frozen),
            "batch_norm": batch_norm or ("inference" if "norm" in frozen else "train")}


TRAJECTORIES = (
    [entry("mlp", rule) for rule in RULES]
    + [entry("mlp_regularized", rule) for rule in ["momentum", "rmsprop"]]
    + [entry("mlp_regularized", "momentum", "frozen", frozen=["second"])]
    + [entry("cnn", rule) for rule in ["momentum", "rmsprop", "adadelta", "adam", "adamw"]]
    + [entry("cnn", rule, "frozen", frozen=BASE) for rule in ["momentum", "adam", "adamw"]]
    + [entry("cnn", rule, "bn_inference", batch_norm="inference") for rule in ["momentum", "adam"]]
)


def write_list(path):
    with open(path, "w") as file:
        json.dump({"steps": STEPS, "loss": "sparse_categorical_crossentropy", "trajectories": TRAJECTORIES}, file,
                  indent=1)
        file.write("\n")
