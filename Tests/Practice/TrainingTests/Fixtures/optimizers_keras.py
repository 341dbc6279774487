"""Writes optimizers-keras.json: ten steps of Keras' optimizers. Run with a Python that has keras and tensorflow."""

import keras

from common import plain, problem, rates, write


def trajectory(optimizer, peak, varying=False):
    weights, gradients = problem()
    variables = {name: keras.Variable(value, name=name.split(".")[-1]) for name, value in weights.items()}
    optimizer.exclude_from_weight_decay(var_list=[variables["dense.bias"]])
    optimizer.build(list(variables.values()))
    after = []
    for step, rate in enumerate(rates(peak, varying)):
        optimizer.learning_rate = rate
        optimizer.apply([keras.ops.convert_to_tensor(gradients[step][name]) for name in variables])
        after.append({name: plain(variable.numpy()) for name, variable in variables.items()})
    return after


def case(name, options, make, peak, decay=0.0, varying=False):
    optimizer = make(learning_rate=peak, weight_decay=decay or None)
    return {
        "name": name,
        "algorithm": name.split("-")[0],
        "options": options,
        "rates": rates(peak, varying),
        "decay": decay,
        "clip": None,
        "after": trajectory(optimizer, peak, varying),
    }


def with_options(kind, **options):
    return lambda **common: kind(**options, **common)


o = keras.optimizers
cases = [
    case("sgd", {}, with_options(o.SGD), 0.01),
    case("sgd-decay", {}, with_options(o.SGD), 0.05, decay=0.1, varying=True),
    case("sgd-momentum", {"momentum": 0.9}, with_options(o.SGD, momentum=0.9), 0.01, decay=0.01),
    case("sgd-nesterov", {"momentum": 0.9, "nesterov": 1.0}, with_options(o.SGD, momentum=0.9, nesterov=True), 0.01),
    case("adagrad", {}, with_options(o.Adagrad), 0.01),
    case("adagrad-options", {"initial_accumulator": 0.0, "epsilon": 1e-3},
         with_options(o.Adagrad, initial_accumulator_value=0.0, epsilon=1e-3), 0.1, decay=0.01, varying=True),
    case("rmsprop", {}, with_options(o.RMSprop), 0.001),
    case("rmsprop-options", {"rho": 0.5, "epsilon": 1e-3}, with_options(o.RMSprop, rho=0.5, epsilon=1e-3), 0.01,
         decay=0.01, varying=True),
    case("adadelta", {}, with_options(o.Adadelta), 1.0),
    case("adadelta-decay", {"rho": 0.9}, with_options(o.Adadelta, rho=0.9), 0.5, decay=0.05),
]
write("optimizers-keras.json", f"Keras {keras.__version__}", cases)
