"""Fully connected encoder and decoder (Hinton and Salakhutdinov 2006, with ReLU in place of layerwise pretraining)."""

import math
from dataclasses import dataclass
from itertools import pairwise

from torch import nn

from tasvir.nets.shapes import check_sizes
from tasvir.nets.unit import Unit


@dataclass(frozen=True)
class DenseSpec:
    """What is an encoder that sees all pixels at once, and its mirror?

    Layers of `hidden` units with ReLU between, then a linear map to the code; the decoder goes the same way back.

    Parameters
    ----------
    hidden : tuple of int, default=(500, 200, 100)
        Units of each layer; none is made wider than the input.

    Raises
    ------
    BadInputError
        A size that is no whole number of at least 1, when an estimator is fitted.

    References
    ----------
    G. Hinton, R. Salakhutdinov, *Reducing the dimensionality of data with neural networks*, Science 313 (2006); ours has ReLU and
    no pretraining layer by layer.

    Examples
    --------
    >>> from tasvir import DenseSpec, VAE
    >>> VAE(net=DenseSpec(hidden=(64,))).get_params()["net__hidden"]
    (64,)
    """

    hidden: tuple[int, ...] = (500, 200, 100)

    def build(self, image_shape: tuple[int, int, int], n_encoded: int, n_decoded: int) -> tuple[nn.Module, nn.Module]:
        """Encoder (B, C, H, W) -> (B, n_encoded) and decoder (B, n_decoded) -> (B, C, H, W) on the 0..1 scale."""
        check_sizes(self, hidden=tuple(self.hidden))
        height, width, channels = image_shape
        n_features = math.prod(image_shape)
        widths = [min(width, n_features) for width in self.hidden]
        encoder = nn.Sequential(nn.Flatten(), *_layers([n_features, *widths, n_encoded]))
        decoder = nn.Sequential(
            *_layers([n_decoded, *reversed(widths), n_features]), Unit(), nn.Unflatten(1, (channels, height, width))
        )
        return encoder, decoder


def _layers(widths: list[int]) -> list[nn.Module]:
    """Linear maps with ReLU between them, none after the last."""
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    return layers[:-1]
