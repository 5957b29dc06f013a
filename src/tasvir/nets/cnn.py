"""The textbook classifier: convolutions and pooling, then dense layers. Legend: B batch, C channels, H W pixels, K classes."""

import math
from dataclasses import dataclass
from itertools import pairwise

from torch import nn

from tasvir.contracts.errors import BadInputError
from tasvir.nets.mlp import rectified
from tasvir.nets.shapes import check_sizes, halvings
from tasvir.nets.trunk import Trunk

#: By name: what halves the image after each convolution.
POOLINGS: dict[str, type[nn.MaxPool2d | nn.AvgPool2d]] = {"max": nn.MaxPool2d, "mean": nn.AvgPool2d}


@dataclass(frozen=True)
class CNNSpec:
    """What is the classifier of the textbooks: convolutions and pooling, then dense layers?

    For each of `filters` a convolution, ReLU and 2 x 2 pooling, which rounds sizes up; then `dense` layers with
    ReLU, and the head.

    Parameters
    ----------
    filters : tuple of int, default=(32, 64)
        Channels after each convolution.
    kernel : int, default=3
        Pixels a side that a convolution sees, odd.
    pooling : {"max", "mean"}, default="max"
        What becomes of four pixels.
    batch_norm : bool, default=True
        Normalise between convolution and ReLU.
    dense : tuple of int, default=(128,)
        Units of the layers behind; (): the head sees the last pooling.
    dropout : float, default=0.0
        Share left out between dense layers and before the head while training, in [0, 1).

    Raises
    ------
    BadInputError
        A size that is no whole number of at least 1, an even `kernel`, an unknown `pooling`, when a classifier is fitted.

    References
    ----------
    Y. LeCun et al., *Gradient-based learning applied to document recognition*, Proc. IEEE 86 (1998); ours has ReLU.

    Examples
    --------
    >>> from tasvir import CNNSpec, ImageClassifier
    >>> ImageClassifier(net=CNNSpec(filters=(8, 16))).set_params(net__dense=()).net.dense
    ()
    """

    filters: tuple[int, ...] = (32, 64)
    kernel: int = 3
    pooling: str = "max"
    batch_norm: bool = True
    dense: tuple[int, ...] = (128,)
    dropout: float = 0.0

    def build(self, image_shape: tuple[int, int, int], n_outputs: int) -> Trunk:
        """A net (B, C, H, W) -> (B, n_outputs); its `features` are the activations before the last layer."""
        self._check()
        height, width, channels = image_shape
        small = [halvings(side, len(self.filters))[-1] for side in (height, width)]
        widths = (self.filters[-1] * math.prod(small), *self.dense)
        convolutions = [layer for fans in pairwise((channels, *self.filters)) for layer in self._halved(*fans)]
        layers = [*convolutions, nn.Flatten(), *rectified(widths, self.dropout)]
        return Trunk(nn.Sequential(*layers), widths[-1], n_outputs, dropout=self.dropout)

    def _halved(self, fan_in: int, fan_out: int) -> list[nn.Module]:
        convolution = nn.Conv2d(fan_in, fan_out, self.kernel, padding=self.kernel // 2)
        norm = [nn.BatchNorm2d(fan_out)] if self.batch_norm else []
        pooling = POOLINGS[self.pooling](2, ceil_mode=True)
        # The greatest of four is rectified as well after as before, and there are a quarter as many to rectify.
        ends = [pooling, nn.ReLU()] if self.pooling == "max" else [nn.ReLU(), pooling]
        return [convolution, *norm, *ends]

    def _check(self) -> None:
        check_sizes(self, filters=tuple(self.filters), kernel=(self.kernel,))
        if self.dense:
            check_sizes(self, dense=tuple(self.dense))
        if self.kernel % 2 == 0:
            raise BadInputError(f"CNNSpec(kernel={self.kernel}): give an odd number, so that the image keeps its size")
        if self.pooling not in POOLINGS:
            raise BadInputError(f"CNNSpec(pooling={self.pooling!r}): give one of {', '.join(map(repr, POOLINGS))}")
