"""The fully connected classifier net. Legend: B batch, C channels, H W pixels, K classes."""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

from tasvir.nets.shapes import check_sizes
from tasvir.nets.trunk import Trunk, dropout_layer

#: Numbers that differ less, on the 0..1 scale, are taken as equal.
FLAT = 1e-6


@dataclass(frozen=True)
class MLPSpec:
    """What is the classifier that knows no neighbourhood: layers that see all numbers at once?

    For flat X, and for images as rows of pixels. The numbers it is trained on tell it one shift and one scale, which bring them
    all together to mean 0 and variance 1; features keep their proportions.

    Parameters
    ----------
    hidden : tuple of int, default=(256, 128)
        Units of each layer, with ReLU.
    dropout : float, default=0.0
        Share left out between layers and before the head while training, in [0, 1).
    batch_norm : bool, default=False
        Normalise between each layer and its ReLU. A training step then needs two images or more.

    Raises
    ------
    BadInputError
        A size that is no whole number of at least 1, a `dropout` outside its range, when a classifier is fitted.

    References
    ----------
    N. Srivastava et al., *Dropout*, JMLR 15 (2014); S. Ioffe, C. Szegedy, *Batch normalization*, ICML 2015.

    Examples
    --------
    >>> from tasvir import ImageClassifier, MLPSpec
    >>> ImageClassifier(net=MLPSpec(hidden=(32,), dropout=0.2)).get_params()["net__dropout"]
    0.2
    """

    hidden: tuple[int, ...] = (256, 128)
    dropout: float = 0.0
    batch_norm: bool = False

    def build(self, image_shape: tuple[int, int, int], n_outputs: int) -> Trunk:
        """A net (B, C, H, W) -> (B, n_outputs); its `features` are the activations before the last layer."""
        check_sizes(self, hidden=tuple(self.hidden))
        layers = rectified((math.prod(image_shape), *self.hidden), self.dropout, batch_norm=self.batch_norm)
        return ShiftedTrunk(nn.Sequential(Shift(), nn.Flatten(), *layers), self.hidden[-1], n_outputs, dropout=self.dropout)


class ShiftedTrunk(Trunk):
    """A trunk whose first layer is told by the numbers that it will learn from."""

    def adapt(self, x_BCHW: torch.Tensor) -> None:
        """Numbers on the 0..1 scale, before the first step."""
        first = next(self.features.children())
        assert isinstance(first, Shift)
        first.adapt(x_BCHW)


class Shift(nn.Module):
    """All numbers together to mean 0 and variance 1; until it is adapted, as they are."""

    mean: torch.Tensor
    sd: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(()))
        self.register_buffer("sd", torch.ones(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x - self.mean) / self.sd

    def adapt(self, x: torch.Tensor) -> None:
        sd, mean = torch.std_mean(x.double(), correction=0)
        self.mean.copy_(mean)
        self.sd.copy_(sd.clamp_min(FLAT))


def rectified(widths: tuple[int, ...], dropout: float, *, batch_norm: bool = False) -> list[nn.Module]:
    """Linear maps from width to width, each with its ReLU, and its norm before that; dropout between them."""
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths):
        norm = [nn.BatchNorm1d(fan_out)] if batch_norm else []
        layers += [dropout_layer(dropout), nn.Linear(fan_in, fan_out), *norm, nn.ReLU()]
    return layers[1:]
