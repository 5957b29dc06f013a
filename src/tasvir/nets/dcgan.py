"""Convolutional players (Radford et al. 2016), for any size. Legend: B batch, C channels, H W pixels, Z latents."""

import math
from dataclasses import dataclass
from itertools import pairwise
from numbers import Integral

from torch import nn

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number
from tasvir.nets.fcgan import LEAK
from tasvir.nets.players import Discriminator, Generator, Players, Signed
from tasvir.nets.shapes import CropTo, PadTo, check_sizes, doubled, halvings

AUTO, WHOLE = "auto", Number(low=1, high=30, whole=True)
#: A depth that is chosen leaves so many pixels on the shorter side at least.
SMALLEST = 5
#: Channels beside the image where widths are chosen; they double inwards, to at most so many times as many.
WIDTH, WIDEST = 32, 8
#: Flat X may be smaller: it is padded to so many pixels a side.
FEWEST_PIXELS = 8


@dataclass(frozen=True)
class DCGANSpec:
    """What are two players that draw and judge from coarse to fine?

    The generator turns noise into a small image of many channels, and transposed convolutions double it until it has the size of
    the training images; the discriminator goes the way back with strided convolutions, and has a dense layer before its score.

    Parameters
    ----------
    depth : int or "auto", default="auto"
        Transposed convolutions of the generator; "auto" is as many as leave 5 pixels on the shorter side (2 for 28 x 28, 3 for
        64 x 64, at least 1).
    generator : tuple of int or "auto", default="auto"
        Channels that go into each of them, from the small image on; "auto" is ..., 64, 32.
    discriminator : tuple of int or "auto", default="auto"
        Channels of the discriminator's convolutions, from the image on; "auto" is 32, 64, ... as often as the size suggests,
        whatever the generator's depth.
    dense : int, default=256
        Units of the discriminator's dense layer.

    Raises
    ------
    BadInputError
        A depth that would halve one pixel, widths that are not as many as `depth`, a size that is no whole number of at least 1.

    Notes
    -----
    Sizes go down by half, rounded up, and up through exactly the same ones: 28, 14, 7, 4, 2. Batch norm and ReLU in the
    generator, leaky ReLU and no norm in the discriminator: a gradient penalty does not go with a norm over the batch.

    References
    ----------
    A. Radford, L. Metz, S. Chintala, *Unsupervised representation learning with deep convolutional generative adversarial
    networks*, ICLR 2016.

    Examples
    --------
    >>> from tasvir import GAN, DCGANSpec
    >>> GAN(net=DCGANSpec(depth=3)).set_params(net__dense=64).net
    DCGANSpec(depth=3, generator='auto', discriminator='auto', dense=64)
    """

    depth: int | str = "auto"
    generator: tuple[int, ...] | str = "auto"
    discriminator: tuple[int, ...] | str = "auto"
    dense: int = 256

    def build(self, image_shape: tuple[int, int, int], n_latents: int, n_labels: int) -> Players:
        """Players for images (height, width, channels) of `n_labels` classes (0: without labels)."""
        height, width, channels = image_shape
        padded = max(height, FEWEST_PIXELS), max(width, FEWEST_PIXELS), channels
        drawing, judging = self.widths(padded)
        check_sizes(self, dense=(self.dense,))
        drawn = nn.Sequential(*self._drawing(padded, drawing, n_latents + n_labels), CropTo(height, width))
        seen = nn.Sequential(PadTo(*padded[:2]), *self._judging(padded, judging))
        return Players(Generator(drawn, n_labels), Discriminator(seen, self.dense, n_labels))

    def widths(self, image_shape: tuple[int, int, int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The generator's and the discriminator's channels for images of this shape."""
        side = min(image_shape[:2])
        generator, discriminator = self._given("generator"), self._given("discriminator")
        depth = self._depth(side, generator)
        drawing = generator or _doubling(depth)[::-1]
        judging = discriminator or _doubling(auto_depth(side))
        if len(drawing) != depth:
            raise BadInputError(f"DCGANSpec(depth={depth}, generator={drawing}): give as many widths as depth, or depth='auto'")
        for name, widths in (("depth", drawing), ("discriminator", judging)):
            if halvings(side, len(widths))[-2:] == [1, 1]:
                most = halvings(side, side).index(1)
                given = len(widths) if name == "depth" else f"{widths}"
                raise BadInputError(
                    f"DCGANSpec({name}={given}) would halve a side of {side} pixels after nothing but 1 is left: "
                    f"give at most {most} layers"
                )
        return drawing, judging

    def _given(self, name: str) -> tuple[int, ...] | None:
        """Widths that were given, a single one without a comma too; None where they are chosen."""
        widths = getattr(self, name)
        if isinstance(widths, str) and widths == AUTO:
            return None
        widths = (widths,) if isinstance(widths, Integral) else widths
        if isinstance(widths, str) or not isinstance(widths, tuple | list):
            raise BadInputError(f"DCGANSpec({name}={widths!r}): give widths, as (64, 32), or {AUTO!r}")
        check_sizes(self, **{name: tuple(widths)})
        return tuple(widths)

    def _depth(self, side: int, given: tuple[int, ...] | None) -> int:
        if isinstance(self.depth, str) and self.depth == AUTO:
            return auto_depth(side) if given is None else len(given)
        if not WHOLE.holds(self.depth):
            raise BadInputError(f"DCGANSpec(depth={self.depth!r}): give {WHOLE.words}, or {AUTO!r}")
        return int(self.depth)

    def _drawing(self, image_shape: tuple[int, int, int], widths: tuple[int, ...], n_given: int) -> list[nn.Module]:
        sizes = _sizes(image_shape, len(widths))
        small = (widths[0], *sizes[-1])
        layers = [nn.Linear(n_given, math.prod(small)), nn.Unflatten(1, small), nn.BatchNorm2d(widths[0]), nn.ReLU()]
        for fans, size in zip(pairwise(widths), sizes[-2:0:-1], strict=True):
            layers += [*doubled(*fans, size=size), nn.BatchNorm2d(fans[1]), nn.ReLU()]
        return [*layers, *doubled(widths[-1], image_shape[2], size=sizes[0]), Signed()]

    def _judging(self, image_shape: tuple[int, int, int], widths: tuple[int, ...]) -> list[nn.Module]:
        small = math.prod(_sizes(image_shape, len(widths))[-1])
        layers: list[nn.Module] = []
        for fan_in, fan_out in pairwise((image_shape[2], *widths)):
            layers += [nn.Conv2d(fan_in, fan_out, 3, stride=2, padding=1), nn.LeakyReLU(LEAK)]
        dense = [nn.Linear(widths[-1] * small, self.dense), nn.LeakyReLU(LEAK)]
        return [*layers, nn.Flatten(), *dense]


def auto_depth(side: int) -> int:
    """As many halvings as leave `SMALLEST` pixels, at least one."""
    return max(1, sum(left >= SMALLEST for left in halvings(side, 10)[1:]))


def _sizes(image_shape: tuple[int, int, int], depth: int) -> list[tuple[int, int]]:
    """The image's size, and what each halving leaves of it."""
    return [*zip(*(halvings(side, depth) for side in image_shape[:2]), strict=True)]


def _doubling(depth: int) -> tuple[int, ...]:
    return tuple(WIDTH * min(2**number, WIDEST) for number in range(depth))
