"""Convolutional encoder and decoder: strided convolutions down, the same strides up."""

from dataclasses import dataclass
from itertools import pairwise

from torch import nn

from tasvir.nets.shapes import CropTo, PadTo, check_sizes, round_up
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
    Odd sizes are padded inside to a multiple of ``2 ** len(filters)``, and cut again.

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
        stride = 2 ** len(self.filters)
        padded = round_up(height, stride), round_up(width, stride)
        small = (self.filters[-1], padded[0] // stride, padded[1] // stride)
        n_small = small[0] * small[1] * small[2]
        encoder = nn.Sequential(PadTo(*padded), *self._down(channels), nn.Flatten(), nn.Linear(n_small, n_encoded))
        decoder = nn.Sequential(
            nn.Linear(n_decoded, n_small), nn.ReLU(), nn.Unflatten(1, small), *self._up(channels), CropTo(height, width)
        )
        return encoder, decoder

    def _down(self, channels: int) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise((channels, *self.filters)):
            layers += [nn.Conv2d(fan_in, fan_out, 3, stride=2, padding=1), *self._norm(fan_out), nn.ReLU()]
        return layers

    def _up(self, channels: int) -> list[nn.Module]:
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise(tuple(reversed(self.filters))):
            layers += [nn.ConvTranspose2d(fan_in, fan_out, 4, stride=2, padding=1), *self._norm(fan_out), nn.ReLU()]
        return [*layers, nn.ConvTranspose2d(self.filters[0], channels, 4, stride=2, padding=1), Unit()]

    def _norm(self, channels: int) -> list[nn.Module]:
        return [nn.BatchNorm2d(channels)] if self.batch_norm else []
