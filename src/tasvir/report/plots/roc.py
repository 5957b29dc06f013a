"""What share of one class is found, for what share of false alarms."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tasvir.report.document import Key, Line, Panel
from tasvir.report.palette import ACCENT, RULE, class_colour
from tasvir.report.words.message import Words, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

Roc = tuple[Words, np.ndarray, np.ndarray]


def roc_plot(curves: Sequence[Roc]) -> Panel:
    """Curves (name, false-positive rate, true-positive rate); the first is the one in focus."""

    def draw(axes: "Axes", words: "Language") -> None:
        from matplotlib.ticker import FuncFormatter

        axes.plot([0, 1], [0, 1], color=RULE, linewidth=0.8)
        for index, (_, false_rate, true_rate) in reversed(list(enumerate(curves))):
            colour, line = _look(index)
            axes.plot(false_rate, true_rate, line, color=colour, linewidth=1.8 if index == 0 else 1.1)
        axes.set_aspect("equal")
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel=words(say("false-positive rate")))
        axes.set_ylabel(words(say("true-positive rate")))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: words.percent(value)))

    return Panel("", draw, 3.6, 3.5)


def roc_keys(curves: Sequence[Roc]) -> tuple[Key, ...]:
    """The legend of the curves."""
    looks = [(name, *_look(index)) for index, (name, _, _) in enumerate(curves)]
    return tuple(Key(name, colour, "", line) for name, colour, line in looks)


def _look(index: int) -> tuple[str, Line]:
    others: tuple[Line, ...] = ("--", "-.", ":")
    return (ACCENT, "-") if index == 0 else (class_colour(index), others[(index - 1) % 3])
