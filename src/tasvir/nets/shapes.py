"""Sizes inside a net, so that any image size fits its strides. Legend: B batch, C channels, H W pixels."""

from numbers import Integral

import torch
from torch import nn
from torch.nn import functional

from tasvir.contracts.errors import BadInputError


class PadTo(nn.Module):
    """Pads x_BCHW at its edges (mirrored pixels would invent structure, so the last ones repeat) to height and width."""

    def __init__(self, height: int, width: int):
        super().__init__()
        self.height, self.width = height, width

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        spare_h, spare_w = self.height - x_BCHW.shape[2], self.width - x_BCHW.shape[3]
        if not (spare_h or spare_w):
            return x_BCHW
        return functional.pad(
            x_BCHW, (spare_w // 2, spare_w - spare_w // 2, spare_h // 2, spare_h - spare_h // 2), mode="replicate"
        )


class CropTo(nn.Module):
    """The first (height, width) of x_BCHW: what is doubled has a row too many where the size is odd."""

    def __init__(self, height: int, width: int):
        super().__init__()
        self.height, self.width = height, width

    def forward(self, x_BCHW: torch.Tensor) -> torch.Tensor:
        return x_BCHW[:, :, : self.height, : self.width]


def doubled(fan_in: int, fan_out: int, *, size: tuple[int, int]) -> list[nn.Module]:
    """A transposed convolution to twice the size, and the crop to `size` where that is odd."""
    return [nn.ConvTranspose2d(fan_in, fan_out, 4, stride=2, padding=1), CropTo(*size)]


def halvings(size: int, times: int) -> list[int]:
    """A size, and what is left of it after each halving, rounded up: 28, 14, 7, 4."""
    sizes = [size]
    for _ in range(times):
        sizes.append(-(-sizes[-1] // 2))
    return sizes


def check_sizes(spec: object, **sizes: tuple[int, ...]) -> None:
    """Every size of a spec is a whole number of at least 1; the error names the spec's parameter."""
    for name, values in sizes.items():
        if (
            not isinstance(values, tuple | list)
            or not values
            or any(not isinstance(value, Integral) or isinstance(value, bool) or value < 1 for value in values)
        ):
            raise BadInputError(f"{type(spec).__name__}({name}={values!r}): give whole numbers of at least 1")
