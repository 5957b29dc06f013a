"""Measured values one under the other: with their intervals, as differences from zero, or one dot a seed."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from tasvir.report.cells import Reading
from tasvir.report.document import Panel
from tasvir.report.palette import ACCENT, INK, PAPER, RULE, SECOND, SOFT
from tasvir.report.plots.bars import shortened
from tasvir.report.words.message import Words, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

#: The line of no difference is at least this share of a plot away from its edges, where names begin.
BESIDE_ZERO = 0.15


def dot_plot(
    title: Words,
    rows: Sequence[tuple[Words, Reading]],
    *,
    as_percent: bool = True,
    level: float | None = None,
    marks_best: bool = True,
    width_in: float = 3.6,
) -> Panel:
    """One dot a row, its interval a line, its name above; the highest is coloured, where one may be called the best."""

    def draw(axes: "Axes", words: "Language") -> None:
        best = max(reading.value for _, reading in rows) if marks_best else None
        if level is not None:
            axes.axvline(level, color=SOFT, linewidth=0.8, linestyle=":")
        for position, (_, reading) in enumerate(rows):
            _interval(axes, reading, position=position, colour=ACCENT if reading.value == best else SOFT)
        _rows(axes, [words(name) for name, _ in rows], words.percent if as_percent else lambda value: words.plain(float(value)))

    return Panel(title, draw, width_in, _height_in(rows))


def difference_plot(title: Words, rows: Sequence[tuple[Words, Reading]], *, width_in: float = 3.6) -> Panel:
    """Differences of shares with their intervals and the line of no difference; coloured where the interval leaves it."""

    def draw(axes: "Axes", words: "Language") -> None:
        axes.axvline(0, color=INK, linewidth=0.9)
        for position, (_, reading) in enumerate(rows):
            _interval(axes, reading, position=position, colour=_side_colour(reading))
        _rows(axes, [words(name) for name, _ in rows], words.signed_points)
        low, high = axes.get_xlim()
        axes.set_xlim(min(low, -BESIDE_ZERO * (high - low)), max(high, BESIDE_ZERO * (high - low)))
        axes.set_xlabel(words(say("points")))

    return Panel(title, draw, width_in, _height_in(rows) + 0.15)


def seed_plot(title: Words, rows: Sequence[tuple[Words, Sequence[Reading]]], *, width_in: float = 3.6) -> Panel:
    """One faint dot a seed and a line at their mean; the highest mean is coloured."""

    def draw(axes: "Axes", words: "Language") -> None:
        means = [fmean(reading.value for reading in readings) for _, readings in rows]
        for position, (_, readings) in enumerate(rows):
            colour = ACCENT if means[position] == max(means) else SOFT
            dots = [reading.value for reading in readings]
            axes.plot(dots, [position] * len(dots), "o", color=colour, markersize=5, alpha=0.55, markeredgewidth=0)
            axes.plot([means[position]] * 2, [position - 0.17, position + 0.17], color=colour, linewidth=2)
        _rows(axes, [words(name) for name, _ in rows], words.percent)

    return Panel(title, draw, width_in, _height_in(rows))


def _interval(axes: "Axes", reading: Reading, *, position: int, colour: str) -> None:
    if reading.low is not None and reading.high is not None:
        axes.plot([reading.low, reading.high], [position] * 2, color=colour, linewidth=1.6)
    axes.plot(reading.value, position, "o", color=colour, markersize=5)


def _rows(axes: "Axes", names: Sequence[str], write: Callable[[float], str]) -> None:
    from matplotlib.patheffects import withStroke
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    halo = [withStroke(linewidth=2.5, foreground=PAPER)]
    for position, name in enumerate(names):
        beside = axes.get_yaxis_transform()
        axes.text(0, position - 0.26, shortened(name, 32), color=SOFT, transform=beside, path_effects=halo)
        axes.axhline(position, color=RULE, linewidth=0.5, zorder=0)
    axes.set_yticks([])
    axes.set_ylim(len(names) - 0.5, -0.8)
    axes.margins(x=0.02)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))
    axes.spines["left"].set_visible(False)


def _height_in(rows: Sequence) -> float:
    return 0.4 + 0.36 * len(rows)


def _side_colour(reading: Reading) -> str:
    if reading.low is not None and reading.low > 0:
        return ACCENT
    return SECOND if reading.high is not None and reading.high < 0 else SOFT
