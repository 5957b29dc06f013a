"""Two numbers an image, coloured by class."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tasvir.report.document import Key, Panel
from tasvir.report.palette import INK, PAPER, class_colour, class_marker
from tasvir.report.plots.bars import shortened
from tasvir.report.words.message import Shown, Words, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

_MOST_NAMES = 12


def class_scatter(title: Words, points: np.ndarray, labels: np.ndarray, *, class_names: Sequence[str]) -> Panel:
    """Points (n, 2) with their class; each class is named at its median, where no other name is near."""

    def draw(axes: "Axes", words: "Language") -> None:
        for index in range(len(class_names)):
            own = points[labels == index]
            colour, marker = class_colour(index), class_marker(index)
            axes.plot(*own.T, linestyle="", color=colour, marker=marker, markersize=3.4, markeredgewidth=0, alpha=0.8)
        name_classes(axes, points, labels, class_names=class_names)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_xlabel(words(say("component {n}", n=Shown("count", 1))))
        axes.set_ylabel(words(say("component {n}", n=Shown("count", 2))))

    return Panel(title, draw, 3.6, 3.3)


def class_keys(class_names: Sequence[str]) -> tuple[Key, ...]:
    """The legend of the classes."""
    return tuple(Key(name, class_colour(i), class_marker(i)) for i, name in enumerate(class_names))


def name_classes(axes: "Axes", points: np.ndarray, labels: np.ndarray, *, class_names: Sequence[str]) -> None:
    """Each class by its name at its median, where no other name is near; many classes have none."""
    if len(class_names) > _MOST_NAMES:
        return
    from matplotlib.patheffects import withStroke

    present = [index for index in range(len(class_names)) if (labels == index).any()]
    places = np.array([np.median(points[labels == index], axis=0) for index in present])
    names = [shortened(class_names[index], 12) for index in present]
    halo = [withStroke(linewidth=2.5, foreground=PAPER)]
    for name, place, free in zip(names, places, _without_neighbour(names, places, np.ptp(points, axis=0)), strict=True):
        if free:
            axes.annotate(name, place, path_effects=halo, color=INK, weight="bold", ha="center", va="center")


def _without_neighbour(names: Sequence[str], places: np.ndarray, extent: np.ndarray) -> np.ndarray:
    """Which names would not touch another one, by their size as shares of the axes."""
    apart = np.abs(places[:, None] - places[None]) / np.maximum(extent, 1e-12)
    half_widths = 0.013 * np.array([len(name) for name in names])
    touch = (apart[..., 0] < half_widths[:, None] + half_widths[None]) & (apart[..., 1] < 0.045)
    return touch.sum(axis=1) == 1  # itself
