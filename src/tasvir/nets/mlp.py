"""The fully connected classifier net. Legend: B batch, C channels, H W pixels, K classes."""

import math
from dataclasses import dataclass
from itertools import pairwise

from torch import nn

from tasvir.nets.shapes import check_sizes
from tasvir.nets.trunk import Trunk, dropout_layer


@dataclass(frozen=True)
class MLPSpec:
    """What is the classifier that knows no neighbourhood: layers that see all numbers at once?

    For flat X, and for images as rows of pixels.

    Parameters
    ----------
    hidden : tuple of int, default=(256, 128)
        Units of each layer, with ReLU.
    dropout : float, default=0.0
        Share left out between layers and before the head while training, in [0, 1).

    Raises
    ------
    BadInputError
        A size that is no whole number of at least 1, a `dropout` outside its range, when a classifier is fitted.

    References
    ----------
    N. Srivastava et al., *Dropout*, JMLR 15 (2014).

    Examples
    --------
    >>> from tasvir import ImageClassifier, MLPSpec
    >>> ImageClassifier(net=MLPSpec(hidden=(32,), dropout=0.2)).get_params()["net__dropout"]
    0.2
    """

    hidden: tuple[int, ...] = (256, 128)
    dropout: float = 0.0

    def build(self, image_shape: tuple[int, int, int], n_outputs: int) -> Trunk:
        """A net (B, C, H, W) -> (B, n_outputs); its `features` are the activations before the last layer."""
        check_sizes(self, hidden=tuple(self.hidden))
        layers = rectified((math.prod(image_shape), *self.hidden), self.dropout)
        return Trunk(nn.Sequential(nn.Flatten(), *layers), self.hidden[-1], n_outputs, dropout=self.dropout)


def rectified(widths: tuple[int, ...], dropout: float) -> list[nn.Module]:
    """Linear maps from width to width, each with its ReLU; dropout between them."""
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths):
        layers += [dropout_layer(dropout), nn.Linear(fan_in, fan_out), nn.ReLU()]
    return layers[1:]
