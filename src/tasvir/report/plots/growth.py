"""Quantities that grow by factors: lines over layers or lengths, both in decades where asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasvir.report.document import Key, Panel
from tasvir.report.palette import SOFT
from tasvir.report.words.message import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

WIDTH_IN = 3.6


@dataclass(frozen=True)
class Growing:
    """Values at their places, all above 0."""

    label: Words
    colour: str
    marker: str
    x: tuple[float, ...]
    y: tuple[float, ...]


def growth_plot(
    title: Words, lines: Sequence[Growing], *, x_name: Words, log_x: bool = False, level: float | None = None
) -> Panel:
    """Lines on a scale of decades, and a dotted level."""

    def draw(axes: "Axes", words: "Language") -> None:
        from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

        if level is not None:
            axes.axhline(level, color=SOFT, linewidth=1.0, linestyle=":")
        for one in lines:
            axes.plot(one.x, one.y, color=one.colour, marker=one.marker, linewidth=1.3, markersize=4, markeredgewidth=0)
        axes.set_yscale("log")
        if log_x:
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(FixedLocator(sorted({place for one in lines for place in one.x})))
        else:
            axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
        axes.minorticks_off()
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: words.plain(float(f"{value:.6g}"))))
        axes.grid(axis="y")
        axes.set_xlabel(words(x_name))
        axes.spines["left"].set_visible(False)

    return Panel(title, draw, WIDTH_IN, 0.6 + 0.66 * WIDTH_IN)


def growth_keys(lines: Sequence[Growing]) -> tuple[Key, ...]:
    """The legend."""
    return tuple(Key(one.label, one.colour, one.marker) for one in lines)
