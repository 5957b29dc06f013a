"""The textbook denoiser: convolutions down, transposed convolutions up, nothing beside them. B batch, C channels, H W pixels."""

from dataclasses import dataclass
from itertools import pairwise

from torch import nn

from tasvir.nets.shapes import check_sizes, doubled, halvings
from tasvir.nets.unit import Unit


@dataclass(frozen=True)
class HourglassSpec:
    """What is the denoiser of the textbooks: an image squeezed by convolutions and drawn again by transposed ones?

    For each of `filters` a convolution of stride 2 and ReLU, then as many transposed convolutions back to the image's size; the
    last ends in a sigmoid. All that the decoder knows comes through the coarse middle.

    Parameters
    ----------
    filters : tuple of int, default=(32, 64)
        Channels after each convolution.

    Raises
    ------
    BadInputError
        A size that is no whole number of at least 1, when a denoiser is fitted.

    Notes
    -----
    Sizes are halved, rounded up, and the decoder goes through the same ones.

    Examples
    --------
    >>> from tasvir import Denoiser, HourglassSpec
    >>> Denoiser(net=HourglassSpec(filters=(8, 16))).get_params()["net__filters"]
    (8, 16)
    """

    filters: tuple[int, ...] = (32, 64)

    def build(self, image_shape: tuple[int, int, int], n_told: int = 0) -> nn.Module:
        """A net (B, C + n_told, H, W) -> (B, C, H, W) on the 0..1 scale."""
        check_sizes(self, filters=tuple(self.filters))
        height, width, channels = image_shape
        sizes = [*zip(*(halvings(side, len(self.filters)) for side in (height, width)), strict=True)]
        layers: list[nn.Module] = []
        for fans in pairwise((channels + n_told, *self.filters)):
            layers += [nn.Conv2d(*fans, 3, stride=2, padding=1), nn.ReLU()]
        for fans, size in zip(pairwise((*reversed(self.filters), channels)), sizes[-2::-1], strict=True):
            layers += [*doubled(*fans, size=size), nn.ReLU()]
        return nn.Sequential(*layers[:-1], Unit())
