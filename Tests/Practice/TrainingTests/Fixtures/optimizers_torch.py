"""Writes optimizers-torch.json: ten steps of PyTorch's optimizers. Run with a Python that has torch and numpy."""

import torch

from common import STEPS, plain, problem, rates, write


def trajectory(make, peak, decay=0.0, varying=False, clip=None):
    weights, gradients = problem()
    parameters = {name: torch.nn.Parameter(torch.tensor(value)) for name, value in weights.items()}
    groups = [
        {"params": [parameters["dense.kernel"]], "weight_decay": decay},
        {"params": [parameters["dense.bias"]], "weight_decay": 0.0},
    ]
    optimizer = make(groups, lr=peak)
    after = []
    for step, rate in enumerate(rates(peak, varying)):
        for group in optimizer.param_groups:
            group["lr"] = rate
        for name, parameter in parameters.items():
            parameter.grad = torch.tensor(gradients[step][name])
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(list(parameters.values()), clip)
        optimizer.step()
        after.append({name: plain(parameter.detach().numpy()) for name, parameter in parameters.items()})
    return after


def case(name, options, make, peak, **settings):
    return {
        "name": name,
        "algorithm": name.split("-")[0],
        "options": options,
        "rates": rates(peak, settings.get("varying", False)),
        "decay": settings.get("decay", 0.0),
        "clip": settings.get("clip"),
        "after": trajectory(make, peak, **settings),
    }


o = torch.optim
cases = [
    case("sgd", {}, lambda p, lr: o.SGD(p, lr=lr), 0.01),
    case("sgd-momentum", {"momentum": 0.9}, lambda p, lr: o.SGD(p, lr=lr, momentum=0.9), 0.01),
    case("sgd-momentum-schedule", {"momentum": 0.9}, lambda p, lr: o.SGD(p, lr=lr, momentum=0.9), 0.01, varying=True),
    case("sgd-nesterov", {"momentum": 0.9, "nesterov": 1.0},
         lambda p, lr: o.SGD(p, lr=lr, momentum=0.9, nesterov=True), 0.01),
    case("sgd-clip", {"momentum": 0.9}, lambda p, lr: o.SGD(p, lr=lr, momentum=0.9), 0.01, clip=1.0),
    case("adadelta", {}, lambda p, lr: o.Adadelta(p, lr=lr, rho=0.95, eps=1e-7), 1.0),
    case("adam", {}, lambda p, lr: o.Adam(p, lr=lr, betas=(0.9, 0.999), eps=1e-8), 0.001),
    case("adam-options", {"beta_1": 0.8, "beta_2": 0.99, "epsilon": 1e-4},
         lambda p, lr: o.Adam(p, lr=lr, betas=(0.8, 0.99), eps=1e-4), 0.02, varying=True),
    case("adamw", {}, lambda p, lr: o.AdamW(p, lr=lr, betas=(0.9, 0.999), eps=1e-8), 0.001, decay=0.01),
    case("adamw-strong", {}, lambda p, lr: o.AdamW(p, lr=lr, betas=(0.9, 0.999), eps=1e-8), 0.05, decay=0.5,
         varying=True),
]
write("optimizers-torch.json", f"PyTorch {torch.__version__.split('+')[0]}", cases)
