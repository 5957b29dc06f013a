"""Which class is taken for which."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tasvir.report.document import Panel
from tasvir.report.palette import ACCENT, INK, PAPER, RULE
from tasvir.report.plots.bars import shortened
from tasvir.report.words.message import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

_MOST_NUMBERS = 14
_MOST_NAMES = 40


def confusion_matrix(confusion: np.ndarray, class_names: Sequence[str]) -> Panel:
    """Counts (K, K), a row the true class; the darker a field, the greater its share of the row."""
    classes = len(class_names)
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)

    def draw(axes: "Axes", words: "Language") -> None:
        if classes <= _MOST_NUMBERS:
            _fields(axes, confusion, shares, words=words)
        else:
            _picture(axes, shares)
        axes.set_xlim(-0.5, classes - 0.5)
        axes.set_ylim(classes - 0.5, -0.5)
        axes.set_aspect("equal")
        axes.spines[["left", "bottom"]].set_visible(False)
        _names(axes, class_names)
        axes.set_xlabel(words(say("predicted")))
        axes.set_ylabel(words(say("true")))

    side = 3.0 if classes <= 3 else 3.9 if classes <= 10 else 5.0
    return Panel("", draw, side, side)


def _fields(axes: "Axes", confusion: np.ndarray, shares: np.ndarray, *, words: "Language") -> None:
    from matplotlib.patches import Rectangle

    for (row, column), share in np.ndenumerate(shares):
        field = {"facecolor": ACCENT, "alpha": float(share)} if share else {"facecolor": "none"}
        axes.add_patch(Rectangle((column - 0.48, row - 0.48), 0.96, 0.96, linewidth=0, **field))
        ink = PAPER if share > 0.55 else INK if share else RULE
        number = int(confusion[row, column])
        axes.text(column, row, words.decimal(number), color=ink, ha="center", va="center")


def _picture(axes: "Axes", shares: np.ndarray) -> None:
    from matplotlib.colors import to_rgb

    picture = np.empty((*shares.shape, 4))
    picture[..., :3] = to_rgb(ACCENT)
    picture[..., 3] = shares
    axes.imshow(picture, interpolation="none")


def _names(axes: "Axes", class_names: Sequence[str]) -> None:
    if len(class_names) > _MOST_NAMES:
        return
    names = [shortened(name, 12) for name in class_names]
    upright = max(map(len, names)) <= 3 or len(names) <= 3
    axes.set_yticks(range(len(names)), names)
    axes.set_xticks(range(len(names)), names, rotation=0 if upright else 90)
