"""A net as boxes from left to right: how large what each layer gives is, and what it learns."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tasvir.report.document import Panel
from tasvir.report.palette import ACCENT, INK, SECOND, SOFT
from tasvir.report.words.message import Words, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

#: How a kind of layer is called, and its colour.
KINDS: dict[str, tuple[Words, str]] = {
    "dense": (say("dense"), SOFT),
    "convolution": (say("convolution"), SECOND),
    "transposed convolution": (say("transposed convolution"), ACCENT),
}
#: Height of a box for the smallest and the largest side, and the width of one for few and many channels.
_LOW, _HIGH, _NARROW, _WIDE = 0.28, 1.0, 0.22, 0.62
#: The size of letters of a layer at most, as a share of its width: "16×16×128" fits.
LETTER = 0.175


def architecture(title: Words, given: str, layers: Sequence[Mapping[str, Any]], *, width_in: float = 3.6) -> Panel:
    """`layers` have `kind`, `output` (C, H, W or F) and `n_parameters`; `given` is what goes in."""
    letters = min(6.5, LETTER * 72 * width_in / (len(layers) + 1))

    def draw(axes: "Axes", words: "Language") -> None:
        from matplotlib.patches import Rectangle

        axes.text(-0.5, 0, given, ha="center", va="center", color=INK, fontsize=7)
        for place, layer in enumerate(layers):
            width, height = _size(layer["output"])
            colour = KINDS[layer["kind"]][1]
            axes.add_patch(Rectangle((place + 0.5 - width / 2, -height / 2), width, height, color=colour, alpha=0.8, linewidth=0))
            axes.annotate(
                "", (place + 0.5 - width / 2, 0), (place - 0.12, 0), arrowprops={"arrowstyle": "-", "color": SOFT, "lw": 0.7}
            )
            axes.text(place + 0.5, -0.62, _shape(layer["output"], words), ha="center", va="top", color=INK, fontsize=letters)
            learned = words.decimal(float(layer["n_parameters"]))
            axes.text(place + 0.5, -0.84, learned, ha="center", va="top", color=SOFT, fontsize=letters - 0.5)
        axes.set(xlim=(-0.9, len(layers) + 0.1), ylim=(-1.02, 0.56))
        axes.set_axis_off()

    return Panel(title, draw, width_in, 1.15)


def _size(output: Sequence[int]) -> tuple[float, float]:
    """Width by the number of channels, height by the side; a vector is a thin box."""
    channels, side = (output[0], max(output[1:])) if len(output) == 3 else (1, 0)
    width = _NARROW + (_WIDE - _NARROW) * min(1.0, math.log2(channels) / 8)
    height = _HIGH * 0.6 if not side else _LOW + (_HIGH - _LOW) * min(1.0, side / 64) ** 0.5
    return width if side else 0.12, height


def _shape(output: Sequence[int], words: "Language") -> str:
    """Height, width and channels as a reader writes them."""
    sizes = [*output[1:], output[0]]
    return "×".join(words.plain(float(size)) for size in sizes)
