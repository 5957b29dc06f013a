"""What share of one class is found, for what share of false alarms."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tasvir.report.document import Key, Line, Panel
from tasvir.report.palette import ACCENT, RULE, class_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Roc = tuple[str, np.ndarray, np.ndarray]


def roc_plot(curves: Sequence[Roc]) -> Panel:
    """Curves (name, false-positive rate, true-positive rate); the first is the one in focus."""

    def draw(axes: "Axes") -> None:
        from matplotlib.ticker import FuncFormatter

        axes.plot([0, 1], [0, 1], color=RULE, linewidth=0.8)
        for index, (_, false_rate, true_rate) in reversed(list(enumerate(curves))):
            colour, line = _look(index)
            axes.plot(false_rate, true_rate, line, color=colour, linewidth=1.8 if index == 0 else 1.1)
        axes.set_aspect("equal")
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), xlabel="false-positive rate", ylabel="true-positive rate")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))

    return Panel("", draw, 3.6, 3.5)


def roc_keys(curves: Sequence[Roc]) -> tuple[Key, ...]:
    """The legend of the curves."""
    looks = [(name, *_look(index)) for index, (name, _, _) in enumerate(curves)]
    return tuple(Key(name, colour, "", line) for name, colour, line in looks)


def _look(index: int) -> tuple[str, Line]:
    others: tuple[Line, ...] = ("--", "-.", ":")
    return (ACCENT, "-") if index == 0 else (class_colour(index), others[(index - 1) % 3])
