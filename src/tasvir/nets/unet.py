"""A small U-Net for any size. Legend: B batch, C channels, H W pixels."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

from tasvir.nets.shapes import CropTo, PadTo, check_sizes, halvings

#: Pixels a side that become one place with four times as many channels: a full-sized layer costs as much and sees less.
FOLDED = 2


@dataclass(frozen=True)
class UNetSpec:
    """What is a net that sees an image at several sizes and loses none of its detail?

    Squares of 2 x 2 pixels become channels; at each size blocks of two convolutions beside a shortcut, then half the size; on the
    way back the blocks of each size are given what was there on the way down. What comes out is subtracted from the image: the
    net draws the noise.

    Parameters
    ----------
    widths : tuple of int, default=(48, 64, 96)
        Channels at each size, the largest first.
    depth : int, default=1
        Blocks at each size, on the way down as on the way back.

    Raises
    ------
    BadInputError
        A size that is no whole number of at least 1, when a denoiser is fitted.

    References
    ----------
    O. Ronneberger, P. Fischer, T. Brox, *U-Net*, MICCAI 2015 (skip connections; ours adds them where the paper concatenates); K.
    Zhang et al., *Beyond a Gaussian denoiser*, IEEE TIP 2017 (the net draws the noise); K. Zhang, W. Zuo, L. Zhang, *FFDNet*,
    IEEE TIP 2018 (pixels folded into channels). No batch norm: a block begins as its shortcut, the net as the identity.

    Examples
    --------
    >>> from tasvir import Denoiser, UNetSpec
    >>> Denoiser(net=UNetSpec(widths=(8, 16))).get_params()["net__widths"]
    (8, 16)
    """

    widths: tuple[int, ...] = (48, 64, 96)
    depth: int = 1

    def build(self, image_shape: tuple[int, int, int], n_told: int = 0) -> nn.Module:
        """A net (B, C + n_told, H, W) -> (B, C, H, W) that begins by giving back the first C."""
        check_sizes(self, widths=tuple(self.widths), depth=(self.depth,))
        height, width, channels = image_shape
        sizes = [*zip(*(halvings(side, len(self.widths)) for side in (height, width)), strict=True)]
        inner: nn.Module = _blocks(self.widths[-1], self.depth)
        for fans, size in zip([*pairwise(self.widths)][::-1], sizes[-2:0:-1], strict=True):
            inner = Level(*fans, size=size, depth=self.depth, inner=inner)
        head = _silent(nn.Conv2d(self.widths[0], channels * FOLDED**2, 3, padding=1))
        return Residual(
            nn.Sequential(
                PadTo(*(FOLDED * side for side in sizes[1])),
                nn.PixelUnshuffle(FOLDED),
                nn.Conv2d((channels + n_told) * FOLDED**2, self.widths[0], 3, padding=1),
                inner,
                head,
                nn.PixelShuffle(FOLDED),
                CropTo(height, width),
            ),
            channels,
        )


class Residual(nn.Module):
    """The first channels of x_BCHW less what a net makes of all, in float32."""

    def __init__(self, net: nn.Module, channels: int):
        super().__init__()
        self.net, self.channels = net, channels

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        return x_BCHW[:, : self.channels] - self.net(x_BCHW).float()


class Level(nn.Module):
    """One size: blocks, all that is smaller, and blocks again that are given both."""

    def __init__(self, width: int, below: int, *, size: tuple[int, int], depth: int, inner: nn.Module):
        super().__init__()
        height, across = size
        even = PadTo(height + height % 2, across + across % 2)
        self.before, self.after = _blocks(width, depth), _blocks(width, depth)
        down, up = nn.Conv2d(width, below, 2, stride=2), nn.ConvTranspose2d(below, width, 2, stride=2)
        self.smaller = nn.Sequential(even, down, inner, up, CropTo(*size))

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        x_BCHW = self.before(x_BCHW)
        return self.after(x_BCHW + self.smaller(x_BCHW))


class Shortcut(nn.Module):
    """Two convolutions beside a shortcut; it begins as the shortcut alone."""

    def __init__(self, width: int):
        super().__init__()
        first, last = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        self.path = nn.Sequential(first, nn.ReLU(), _silent(last))

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        return x_BCHW + self.path(x_BCHW)


def _blocks(width: int, depth: int) -> nn.Sequential:
    return nn.Sequential(*(Shortcut(width) for _ in range(depth)))


def _silent(convolution: nn.Conv2d) -> nn.Conv2d:
    """It gives 0 until it has learned."""
    nn.init.zeros_(convolution.weight)
    nn.init.zeros_(convolution.bias)  # type: ignore[arg-type]  # it has one
    return convolution
