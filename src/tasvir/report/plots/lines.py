"""One quantity over another, a line for each method, with the band that its values span."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasvir.report.cells import Reading
from tasvir.report.document import Key, Line, Panel
from tasvir.report.palette import SOFT
from tasvir.report.words.message import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

WIDTH_IN = 3.6


@dataclass(frozen=True)
class Series:
    """The readings of one method at its places x; a band where they have ends."""

    label: Words
    colour: str
    marker: str
    x: tuple[float, ...]
    readings: tuple[Reading, ...]
    line: Line = "-"


@dataclass(frozen=True)
class Level:
    """A value that has no place: a line from side to side."""

    label: Words
    reading: Reading


def line_plot(
    title: Words,
    series: Sequence[Series],
    *,
    x_name: Words,
    percent: bool = False,
    log_x: bool = False,
    level: Level | None = None,
    mark: float | None = None,
    lowest: float | None = None,
) -> Panel:
    """Lines with bands, a dotted level, a dotted place; places in decades where `log_x`. Below `lowest` lines leave the plot."""
    whole = all(float(place).is_integer() for one in series for place in one.x)

    def draw(axes: "Axes", words: "Language") -> None:
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        if level is not None:
            axes.axhline(level.reading.value, color=SOFT, linewidth=1.0, linestyle=":")
        if mark is not None:
            axes.axvline(mark, color=SOFT, linewidth=1.0, linestyle=":")
        for one in series:
            _draw_one(axes, one)
        if lowest is not None and axes.get_ylim()[0] < lowest:
            axes.set_ylim(bottom=lowest)
        if log_x:
            axes.set_xscale("log")
            axes.minorticks_off()
        else:
            axes.xaxis.set_major_locator(MaxNLocator(6, integer=whole))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.plain(float(f"{value:.6g}"))))
        axes.yaxis.set_major_formatter(
            FuncFormatter(lambda value, _: words.percent(value) if percent else words.plain(float(f"{value:.6g}")))
        )
        axes.grid(axis="y")
        axes.set_xlabel(words(x_name))
        axes.spines["left"].set_visible(False)

    return Panel(title, draw, WIDTH_IN, 0.6 + 0.66 * WIDTH_IN)


def line_keys(series: Sequence[Series], level: Level | None = None) -> tuple[Key, ...]:
    """The legend: one entry a method, however many lines it has."""
    keys = {str(one.colour) + one.marker: Key(one.label, one.colour, one.marker) for one in series if one.line == "-"}
    return (*keys.values(), *(() if level is None else (Key(level.label, SOFT, "", ":"),)))


def _draw_one(axes: "Axes", one: Series) -> None:
    marker = one.marker if one.line == "-" else ""
    values = [reading.value for reading in one.readings]
    axes.plot(one.x, values, one.line, color=one.colour, marker=marker, linewidth=1.3, markersize=4, markeredgewidth=0)
    if all(reading.low is not None and reading.high is not None for reading in one.readings):
        low, high = ([getattr(reading, end) for reading in one.readings] for end in ("low", "high"))
        axes.fill_between(one.x, low, high, color=one.colour, alpha=0.1, linewidth=0)
