"""Convolutional encoder and decoder: strided convolutions down, the same strides up."""

import math
from dataclasses import dataclass
from itertools import pairwise

from torch import nn

from tasvir.nets.shapes import check_sizes, doubled, halvings
from tasvir.nets.unit import Unit


@dataclass(frozen=True)
class ConvSpec:
    """What is an encoder that sees neighbouring pixels together, and its mirror?

    Stride-2 convolutions and ReLU, then one linear map to the code; the decoder goes the same way back.

    Parameters
    ----------
    filters : tuple of int, default=(16, 32, 64)
        Channels after each convolution.
    batch_norm : bool, default=True
        Normalise between convolution and ReLU.

    Raises
    ------
    BadInputError
        A size that is no whole number of at least 1, when an estimator is fitted.

    Notes
    -----
    Sizes are halved, rounded up, and the decoder goes through the same ones: 28, 14, 7, 4, 7, 14, 28. Nothing is padded.

    Examples
    --------
    >>> from tasvir import Autoencoder, ConvSpec
    >>> Autoencoder(net=ConvSpec(filters=(8, 16))).get_params()["net__filters"]
    (8, 16)
    """

    filters: tuple[int, ...] = (16, 32, 64)
    batch_norm: bool = True

    def build(self, image_shape: tuple[int, int, int], n_encoded: int, n_decoded: int) -> tuple[nn.Module, nn.Module]:
        """Encoder (B, C, H, W) -> (B, n_encoded) and decoder (B, n_decoded) -> (B, C, H, W) on the 0..1 scale."""
        check_sizes(self, filters=tuple(self.filters))
        height, width, channels = image_shape
        sizes = [*zip(*(halvings(side, len(self.filters)) for side in (height, width)), strict=True)]
        small = (self.filters[-1], *sizes[-1])
        n_small = math.prod(small)
        encoder = nn.Sequential(*self._down(channels), nn.Flatten(), nn.Linear(n_small, n_encoded))
        first = [nn.Linear(n_decoded, n_small), nn.ReLU(), nn.Unflatten(1, small)]
        decoder = nn.Sequential(*first, *self._up(channels, sizes[-2::-1]))
        return encoder, decoder

    def _down(self, channels: int) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise((channels, *self.filters)):
            layers += [nn.Conv2d(fan_in, fan_out, 3, stride=2, padding=1), *self._norm(fan_out), nn.ReLU()]
        return layers

    def _up(self, channels: int, sizes: list[tuple[int, int]]) -> list[nn.Module]:
        """To each of `sizes`, the image's own last."""
        *between, last = zip(pairwise((*reversed(self.filters), channels)), sizes, strict=True)
        layers = [layer for fans, size in between for layer in (*doubled(*fans, size=size), *self._norm(fans[1]), nn.ReLU())]
        return [*layers, *doubled(*last[0], size=last[1]), Unit()]

    def _norm(self, channels: int) -> list[nn.Module]:
        return [nn.BatchNorm2d(channels)] if self.batch_norm else []
