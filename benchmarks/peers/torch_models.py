"""The jobs' networks in PyTorch: a base, and a head on top of it."""

from torch import nn
import torch.nn.functional as F


def main():
    base = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2))
    head = nn.Sequential(nn.Dropout(0.25), nn.Flatten(), nn.Linear(4608, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 5))
    return base, head


def _convolution(inputs, outputs, size, stride=1, groups=1, act=None):
    parts = [nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*parts, *([act] if act else []))


def mobilenet(alpha=0.25, classes=5):
    """MobileNetV1 (Howard et al., 2017)."""
    wide = lambda n: int(n * alpha)
    layers, channels = [_convolution(3, wide(32), 3, 2, act=nn.ReLU6())], wide(32)
    plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]
    for outputs, stride in plan:
        layers += [_convolution(channels, channels, 3, stride, channels, nn.ReLU6()),
                   _convolution(channels, wide(outputs), 1, act=nn.ReLU6())]
        channels = wide(outputs)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()), nn.Linear(channels, classes)


class Block(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = width * (4 if bottleneck else 1)
        relu = nn.ReLU(inplace=True)
        if bottleneck:
            self.body = nn.Sequential(_convolution(inputs, width, 1, act=relu), _convolution(width, width, 3, stride, act=relu),
                                      _convolution(width, outputs, 1))
        else:
            self.body = nn.Sequential(_convolution(inputs, width, 3, stride, act=relu), _convolution(width, width, 3))
        same = stride == 1 and inputs == outputs
        self.short = nn.Identity() if same else _convolution(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.body(x) + self.short(x))


def resnet(counts, bottleneck, classes=10):
    """He et al., 2015."""
    layers, channels = [_convolution(3, 64, 7, 2, act=nn.ReLU(inplace=True)), nn.MaxPool2d(3, 2, 1)], 64
    for stage, count in enumerate(counts):
        for index in range(count):
            layers.append(Block(channels, 64 << stage, 2 if stage and not index else 1, bottleneck))
            channels = (64 << stage) * (4 if bottleneck else 1)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()), nn.Linear(channels, classes)


def network(job):
    if job.startswith("main"):
        return main()
    if job.startswith("flowers"):
        return mobilenet()
    return resnet((2, 2, 2, 2), False) if job == "resnet18" else resnet((3, 4, 6, 3), True)
