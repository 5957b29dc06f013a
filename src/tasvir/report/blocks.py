"""The tables and figures that every study needs: what is measured of each arm, settings, curves, confusion, scatter, pictures."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from tasvir.report.cells import Curve
from tasvir.report.document import Figure, Panel, Table, figure, table
from tasvir.report.plots.curves import curve_keys, learning_curve
from tasvir.report.plots.dots import dot_plot
from tasvir.report.plots.matrix import confusion_matrix
from tasvir.report.plots.scatter import class_keys, class_scatter
from tasvir.report.quantities import SETTINGS, quantity
from tasvir.report.view import View
from tasvir.report.words.message import Shown, Words, listed, say


def best_of(rows: Sequence[View], metric: str) -> View | None:
    """The row with the best value, in the direction of the quantity."""
    scored = [row for row in rows if (found := row.reading(metric)) is not None and math.isfinite(found.value)]
    better = quantity(metric).better or 1
    return max(scored, key=lambda row: better * row.reading(metric).value, default=None)  # type: ignore[union-attr]


def arms_table(
    name: str,
    caption: Words,
    rows: Sequence[View],
    *,
    metrics: Sequence[str],
    head: Words,
    titles: Callable[[View], Words] = lambda row: row.title,
    bold: Iterable[int] = (),
) -> Table | None:
    """One row an arm, one column a metric, with intervals where they were recorded; the caption says what they mean."""
    columns = (head, *(quantity(metric).title for metric in metrics))
    meanings = [meaning for metric in metrics if (meaning := quantity(metric).meaning) is not None]
    caption = listed([caption, *meanings], " ")
    return table(name, caption, columns=columns, rows=((titles(row), *map(row.shown, metrics)) for row in rows), bold=bold)


def arms_figure(
    name: str,
    caption: Words,
    rows: Sequence[View],
    *,
    metrics: Sequence[str],
    titles: Callable[[View], Words] = lambda row: row.title,
    panel_rem: float = 13.0,
    width_in: float = 2.5,
) -> Figure | None:
    """The same as dots with intervals, a panel a metric."""
    panels = []
    for metric in metrics:
        readings = [(titles(row), reading) for row in rows if (reading := row.reading(metric)) is not None]
        as_percent = quantity(metric).write.__name__ == "percent"
        panels.append(dot_plot(quantity(metric).title, readings, as_percent=as_percent, width_in=width_in) if readings else None)
    return figure(name, caption, alt=say("Dots with intervals, one row for each."), panels=panels, panel_rem=panel_rem)


def settings_table(name: str, caption: Words, told: Mapping[str, Words]) -> Table | None:
    """How something was computed: every fact that has a title."""
    rows = ((SETTINGS[key], value) for key, value in told.items() if key in SETTINGS and not _missing(value))
    return table(name, caption, columns=(say("Property"), say("Value")), rows=rows)


def curves_figure(
    name: str,
    caption: Words,
    curves: Iterable[tuple[Words, Curve | None, float | None]],
    *,
    percent: Iterable[str] = (),
    panel_rem: float = 20.0,
    width_in: float = 3.6,
) -> Figure | None:
    """Learning curves: a title, the curve, and the epoch that was kept; those named in `percent` are shares."""
    known = [(title, curve, mark) for title, curve, mark in curves if curve is not None]
    shares = set(percent)
    panels = [
        learning_curve(title, curve, percent=curve.name in shares, mark=mark, width_in=width_in) for title, curve, mark in known
    ]
    keys = curve_keys(*(curve for _, curve, _ in known))
    return figure(name, caption, alt=say("Curves over the epochs."), panels=panels, keys=keys, panel_rem=panel_rem)


def confusion_figure(name: str, caption: Words, confusion: np.ndarray | None, *, class_names: Sequence[str]) -> Figure | None:
    """Which class is taken for which."""
    if confusion is None:
        return None
    names = tuple(class_names) or tuple(map(str, range(len(confusion))))
    return figure(name, caption, alt=say("A square of counts."), panels=[confusion_matrix(confusion, names)])


def scatter_figure(
    name: str, caption: Words, rows: Iterable[tuple[Words, np.ndarray | None, np.ndarray | None]], *, class_names: Sequence[str]
) -> Figure | None:
    """Points in the plane with their class: a title, points (n, 2) and labels (n,)."""
    known = [(title, points, labels) for title, points, labels in rows if points is not None and labels is not None]
    most = max((int(labels.max()) + 1 for _, _, labels in known), default=0)
    names = tuple(class_names) or tuple(map(str, range(most)))
    panels: list[Panel] = [class_scatter(title, points, labels, class_names=names) for title, points, labels in known]
    return figure(
        name, caption, alt=say("Clouds of points in the plane."), panels=panels, keys=class_keys(names) if known else ()
    )


def _missing(value: Words) -> bool:
    return isinstance(value, Shown) and value.value in (None, "")
