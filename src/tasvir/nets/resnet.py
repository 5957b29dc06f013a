"""A small residual net (He et al. 2016) for images of 8 to 64 pixels. Legend: B batch, C channels, H W pixels, K classes."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

from tasvir.nets.shapes import PadTo, check_sizes
from tasvir.nets.trunk import Trunk

#: Below this many pixels a side nothing is left to convolve after a stride.
SMALLEST = 4


@dataclass(frozen=True)
class ResNetSpec:
    """What is a residual net for images of 8 to 64 pixels?

    A stem of ``widths[0]`` filters, then one basic block a width; a block that is wider than the one before halves the size.

    Parameters
    ----------
    widths : tuple of int, default=(24, 24, 48, 96, 96)
        Filters of the stem and of each block.
    stem_stride : int or None, default=None
        Step of the first convolution; None is 2 from 48 pixels a side, else 1: small images keep their pixels.
    dropout : float, default=0.0
        Share left out before the head while training, in [0, 1).

    Raises
    ------
    BadInputError
        A size that is no whole number of at least 1, a `dropout` outside its range, when a classifier is fitted.

    References
    ----------
    K. He et al., *Deep residual learning for image recognition*, CVPR 2016 (basic block); P. Goyal et al., *Accurate, large
    minibatch SGD*, 2017 (a block begins as its shortcut). Four blocks here.

    Examples
    --------
    >>> from tasvir import ImageClassifier, ResNetSpec
    >>> ImageClassifier(net=ResNetSpec(widths=(8, 16))).get_params()["net__widths"]
    (8, 16)
    """

    widths: tuple[int, ...] = (24, 24, 48, 96, 96)
    stem_stride: int | None = None
    dropout: float = 0.0

    def build(self, image_shape: tuple[int, int, int], n_outputs: int) -> Trunk:
        """A net (B, C, H, W) -> (B, n_outputs); its `features` are the activations before the last layer."""
        height, width, channels = image_shape
        stride = (2 if min(height, width) >= 48 else 1) if self.stem_stride is None else self.stem_stride
        check_sizes(self, widths=tuple(self.widths), stem_stride=(stride,))
        stem = nn.Sequential(
            PadTo(max(height, SMALLEST), max(width, SMALLEST)),
            nn.Conv2d(channels, self.widths[0], 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(self.widths[0]),
            nn.ReLU(),
        )
        blocks = [Block(a, b, 2 if b > a else 1) for a, b in pairwise(self.widths)]
        return Trunk(nn.Sequential(stem, *blocks, GlobalMean()), self.widths[-1], n_outputs, dropout=self.dropout)


class Block(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, fan_in: int, fan_out: int, stride: int):
        super().__init__()
        last = nn.BatchNorm2d(fan_out)
        self.path = nn.Sequential(
            nn.Conv2d(fan_in, fan_out, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(fan_out),
            nn.ReLU(),
            nn.Conv2d(fan_out, fan_out, 3, padding=1, bias=False),
            last,
        )
        nn.init.zeros_(last.weight)  # a new block begins as its shortcut (Goyal et al. 2017)
        plain = stride == 1 and fan_in == fan_out
        self.shortcut = nn.Identity() if plain else nn.Conv2d(fan_in, fan_out, 1, bias=False)
        self.stride = stride

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        # Every second pixel, and then 1 x 1: as the stride of that convolution would, but its gradient with fewer than 8 channels
        # writes beyond its memory where a processor has AVX2 and nothing newer (torch 2.13, channels-last).
        return torch.relu(self.path(x_BCHW) + self.shortcut(x_BCHW[:, :, :: self.stride, :: self.stride]))


class GlobalMean(nn.Module):
    """x_BCHW -> x_BC: the mean over all pixels."""

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        return x_BCHW.mean(dim=(2, 3))
