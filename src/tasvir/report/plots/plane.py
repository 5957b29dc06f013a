"""A plane of two latents: codes as points, where it is empty, how dense it is, and ways through it; one unit is one sd."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tasvir.report.document import Panel
from tasvir.report.palette import ACCENT, INK, PAPER, RULE, SECOND, SOFT, class_colour, class_marker
from tasvir.report.plots.scatter import name_classes
from tasvir.report.words.message import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

_WIDTH_IN, _HEIGHT_IN = 3.4, 3.3
#: Circles of the standard normal distribution: 39 % and 86 % of it lie within them.
CIRCLES = (1.0, 2.0)
#: Colours and lines of ways, in their order.
WAYS = ((ACCENT, "-", "o"), (SECOND, "--", "s"))


def plane_scatter(
    title: Words,
    points: np.ndarray,
    labels: np.ndarray,
    *,
    class_names: Sequence[str],
    limit: float,
    far: np.ndarray | None = None,
    width_in: float = _WIDTH_IN,
) -> Panel:
    """Codes (n, 2) with their class; places that are `far`, rows of a map from the top, lie in a shade."""

    def draw(axes: "Axes", words: "Language") -> None:
        if far is not None:
            _raster(axes, far * 0.45, SOFT, limit=limit)
        for index in range(len(class_names)):
            own = points[labels == index]
            colour, marker = class_colour(index), class_marker(index)
            axes.plot(*own.T, linestyle="", color=colour, marker=marker, markersize=2.6, markeredgewidth=0, alpha=0.8)
        name_classes(axes, points, labels, class_names=class_names)
        _frame(axes, words, limit=limit)

    return Panel(title, draw, width_in, width_in * _HEIGHT_IN / _WIDTH_IN)


def plane_density(title: Words, density: np.ndarray, *, limit: float, highest: float) -> Panel:
    """A map (rows from the top) from nothing to `highest`, with circles of one and two standard deviations of the prior."""

    def draw(axes: "Axes", words: "Language") -> None:
        from matplotlib.patches import Circle

        _raster(axes, np.sqrt(np.clip(density / highest, 0, 1)), ACCENT, limit=limit)
        for radius in CIRCLES:
            axes.add_patch(Circle((0, 0), radius, fill=False, edgecolor=SECOND, linewidth=1.0, linestyle="--"))
        _frame(axes, words, limit=limit)

    return Panel(title, draw, _WIDTH_IN, _HEIGHT_IN)


def plane_ways(title: Words, points: np.ndarray, ways: Mapping[str, np.ndarray], *, limit: float) -> Panel:
    """Ways (n, 2) over pale codes."""

    def draw(axes: "Axes", words: "Language") -> None:
        axes.plot(*points.T, "o", color=SOFT, markersize=1.8, markeredgewidth=0, alpha=0.35)
        for way, (colour, line, marker) in zip(ways.values(), WAYS, strict=False):
            axes.plot(*way.T, line, color=colour, marker=marker, markersize=4, linewidth=1.4, markeredgecolor=PAPER)
        axes.plot(0, 0, "+", color=INK, markersize=8)
        _frame(axes, words, limit=limit)

    return Panel(title, draw, _WIDTH_IN, _HEIGHT_IN)


def _raster(axes: "Axes", opacity: np.ndarray, colour: str, *, limit: float) -> None:
    """One colour, more or less opaque, so that it suits a dark page too."""
    from matplotlib.colors import to_rgb

    picture = np.empty((*opacity.shape, 4))
    picture[..., :3], picture[..., 3] = to_rgb(colour), opacity
    axes.imshow(picture, extent=(-limit, limit, -limit, limit), interpolation="none", zorder=0)


def _frame(axes: "Axes", words: "Language", *, limit: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(5, integer=True))
        axis.set_major_formatter(FuncFormatter(lambda value, _: words.plain(float(value))))
    axes.axhline(0, color=RULE, linewidth=0.6, zorder=0)
    axes.axvline(0, color=RULE, linewidth=0.6, zorder=0)
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal", xlabel="z₁", ylabel="z₂")
