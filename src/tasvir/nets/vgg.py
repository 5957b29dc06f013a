"""Groups of convolutions on whitened pixels. Legend: B batch, C channels, H W pixels, K classes, P numbers in a patch."""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from tasvir.nets.shapes import PadTo, check_sizes
from tasvir.nets.trunk import Trunk

#: Pixels a side that are whitened together.
PATCH = 2
#: Directions in which patches hardly vary are noise, and are not blown up: this share of the mean variance joins every variance,
#: and this much where there is none, as between images of one colour.
FLOOR, LEAST = 0.01, 1e-6
#: Pixels a side that pooling leaves at least.
SMALLEST = 3


@dataclass(frozen=True)
class VGGSpec:
    """What is a net of plain convolutions that learns in few epochs?

    Patches of 2 x 2 pixels are whitened as the training images tell; then, for each of `widths`, `depth` 3 x 3 convolutions with
    batch norm and ReLU, the first followed by 2 x 2 max-pooling where the size bears it. The largest activation of each channel
    is a feature.

    Parameters
    ----------
    widths : tuple of int, default=(64, 128, 128)
        Channels of each group.
    depth : int, default=2
        Convolutions in a group.
    stride : int or None, default=None
        Step between patches; None is 2 from 48 pixels a side, else 1: small images keep their pixels.
    dropout : float, default=0.0
        Share left out before the head while training, in [0, 1).

    Raises
    ------
    BadInputError
        A size that is no whole number of at least 1, a `dropout` outside its range, when a classifier is fitted.

    Notes
    -----
    The whitening does not learn: it is computed from at most 2,000 training images when a training begins. A convolution begins
    as the identity where it has an input channel of its own, and as noise elsewhere.

    References
    ----------
    K. Simonyan, A. Zisserman, *Very deep convolutional networks for large-scale image recognition*, ICLR 2015 (groups);
    K. Jordan, *94% on CIFAR-10 in 3.29 seconds on a single GPU*, 2024 (whitening, first weights, pooling before batch norm).
    Ours is narrower, has ReLU and no residual, and its first layer is whitened without a learned bias.

    Examples
    --------
    >>> from tasvir import ImageClassifier, VGGSpec
    >>> ImageClassifier(net=VGGSpec(widths=(8, 16))).get_params()["net__widths"]
    (8, 16)
    """

    widths: tuple[int, ...] = (64, 128, 128)
    depth: int = 2
    stride: int | None = None
    dropout: float = 0.0

    def build(self, image_shape: tuple[int, int, int], n_outputs: int) -> Trunk:
        """A net (B, C, H, W) -> (B, n_outputs); its `features` are the activations before the last layer."""
        height, width, channels = image_shape
        stride = (2 if min(height, width) >= 48 else 1) if self.stride is None else self.stride
        check_sizes(self, widths=tuple(self.widths), depth=(self.depth,), stride=(stride,))
        padded = PadTo(max(height, PATCH), max(width, PATCH))
        whitening = Whitening(channels, stride)
        side = (max(PATCH, min(height, width)) - PATCH) // stride + 1
        fans = pairwise((whitening.n_channels, *self.widths))
        pooled = _pooled_groups(side, len(self.widths))
        groups = [_group(*fan, depth=self.depth, pooled=number in pooled) for number, fan in enumerate(fans)]
        features = nn.Sequential(padded, whitening, nn.ReLU(), *groups, GlobalMax())
        return WhitenedTrunk(features, self.widths[-1], n_outputs, dropout=self.dropout)


class WhitenedTrunk(Trunk):
    """A trunk whose first layer is told by the images that it will learn from."""

    def adapt(self, x_BCHW: torch.Tensor) -> None:
        """Images on the 0..1 scale, before the first step."""
        for layer in self.features.children():
            if isinstance(layer, Whitening):
                layer.adapt(x_BCHW)
                return
            x_BCHW = layer(x_BCHW)


class Whitening(nn.Module):
    """Patches of 2 x 2 pixels in uncorrelated directions of about unit variance, each with both signs, as a ReLU keeps one.

    Until it is adapted, they are the pixels as they are.
    """

    kernel: torch.Tensor
    bias: torch.Tensor

    def __init__(self, channels: int, stride: int):
        super().__init__()
        n_numbers = channels * PATCH**2
        self.stride, self.n_channels = stride, 2 * n_numbers
        self.register_buffer("kernel", _both_signs(torch.eye(n_numbers), channels))
        self.register_buffer("bias", torch.zeros(2 * n_numbers))

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(x_BCHW, self.kernel, self.bias, stride=self.stride)

    def adapt(self, x_BCHW: torch.Tensor) -> None:
        x_NP = functional.unfold(x_BCHW, PATCH, stride=self.stride).transpose(1, 2).flatten(0, 1).double()
        mean_P = x_NP.mean(0)
        x_NP -= mean_P
        variance_P, axis_PP = torch.linalg.eigh(x_NP.T @ x_NP / len(x_NP))
        direction_PP = (axis_PP / (variance_P.clamp_min(0) + FLOOR * variance_P.mean() + LEAST).sqrt()).T
        self.kernel.copy_(_both_signs(direction_PP, x_BCHW.shape[1]))
        shift_P = direction_PP @ mean_P
        self.bias.copy_(torch.cat([-shift_P, shift_P]))


class GlobalMax(nn.Module):
    """x_BCHW -> x_BC: the largest of all pixels."""

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        return x_BCHW.amax(dim=(2, 3))


def _pooled_groups(side: int, n_groups: int) -> range:
    """Which groups pool, as often as the size bears; of those that do not, half come before: small images keep their pixels."""
    n_pooled = min(n_groups, int(math.log2(max(1, side / SMALLEST))))
    first = (n_groups - n_pooled) // 2
    return range(first, first + n_pooled)


def _group(fan_in: int, fan_out: int, *, depth: int, pooled: bool) -> nn.Sequential:
    """Pooling comes before batch norm: there is a quarter as much to normalise."""
    layers: list[nn.Module] = []
    for number, fans in enumerate([(fan_in, fan_out), *[(fan_out, fan_out)] * (depth - 1)]):
        pooling = [nn.MaxPool2d(2)] if pooled and number == 0 else []
        layers += [_nearly_identity(*fans), *pooling, nn.BatchNorm2d(fan_out), nn.ReLU()]
    return nn.Sequential(*layers)


def _nearly_identity(fan_in: int, fan_out: int) -> nn.Conv2d:
    convolution = nn.Conv2d(fan_in, fan_out, 3, padding=1, bias=False)
    nn.init.dirac_(convolution.weight[: min(fan_in, fan_out)])
    return convolution


def _both_signs(direction_PP: torch.Tensor, channels: int) -> torch.Tensor:
    kernel = direction_PP.reshape(-1, channels, PATCH, PATCH)
    return torch.cat([kernel, -kernel])
