"""The searches of a reduction: which parameters were drawn for each method, and which were chosen."""

from collections.abc import Sequence

from tasvir.report.cells import Cells
from tasvir.report.chapters.appendix import flat
from tasvir.report.chapters.reduction_rows import CELLS
from tasvir.report.document import Figure, Table, figure, table
from tasvir.report.numbers import count
from tasvir.report.plots.dots import dot_plot
from tasvir.report.quantities import quantity
from tasvir.report.view import View, views
from tasvir.report.words.message import Words, literal, say

METRIC = "validation_accuracy"


def read_searches(cells: Cells) -> tuple[View, ...]:
    """The searches that are complete."""
    return tuple(row for row in views(cells, CELLS) if row.last == "search" and row.facts.get("drawn"))


def search_table(searches: Sequence[View]) -> Table | None:
    """What was drawn for each method; chosen ones are set off."""
    rows: list[tuple[Words, ...]] = []
    bold = []
    for search in searches:
        for i, parameters in enumerate(search.facts["drawn"]):
            told = ", ".join(f"{name} = {value}" for name, value in sorted(flat(parameters)))
            asked = literal(told, search.record("drawn"))  # one piece: it reads from left to right on a Persian page, too
            bold += [len(rows)] if i == search.facts.get("best") else []
            rows.append((search.title, count(i + 1), asked, search.shown(METRIC, draw=i)))
    if not searches:
        return None
    first = searches[0]
    caption = say(
        "What was drawn for each method, and set off what was chosen: codes of {d} numbers, fitted on {n} training images (by "
        "Isomap on at most 2,000 of them) and judged by k-NN on {m} others; the first draw is the default.",
        d=first.count("n_components"),
        n=max((search.count("n_fitted") for search in searches), key=lambda shown: shown.value),
        m=first.count("n_valid"),
    )
    columns = (say("Method"), say("Draw"), say("Parameters"), quantity(METRIC).title)
    return table("reduction-search", caption, columns=columns, rows=rows, bold=bold)


def search_figure(searches: Sequence[View]) -> Figure | None:
    """The same as dots with intervals, a panel a method."""
    panels = []
    for search in searches:
        drawn = range(len(search.facts["drawn"]))
        known = [(say("draw {n}", n=count(i + 1)), r) for i in drawn if (r := search.reading(METRIC, draw=i)) is not None]
        panels.append(dot_plot(search.title, known, width_in=2.5) if known else None)
    caption = say("The draws of each method with 95 % intervals, judged on held-out training images; the highest is coloured.")
    alt = say("Dots with intervals, one row for each.")
    return figure("reduction-search-plot", caption, alt=alt, panels=panels, panel_rem=13.0)
