"""The figures of the reductions: accuracy over size and over time, what is kept of images, the first two numbers as points."""

from collections.abc import Sequence

from tasvir.report.blocks import scatter_figure
from tasvir.report.cells import Reading
from tasvir.report.chapters.reduction_rows import CELLS, METRIC, Row, by_method, floor
from tasvir.report.differences import Difference
from tasvir.report.document import Figure, figure
from tasvir.report.names import name_of
from tasvir.report.numbers import MISSING, count
from tasvir.report.palette import class_colour, class_marker
from tasvir.report.plots.dots import difference_plot
from tasvir.report.plots.lines import Level, Series, line_keys, line_plot
from tasvir.report.quantities import quantity
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, Words, listed, literal, say

PAPER = "Fournier & Aloise 2019"
_NUMBERS = say("numbers an image")


def accuracy_figure(rows: Sequence[Row], paper: View | None) -> Figure | None:
    """Accuracy over the size of the code, and over the time of the fit; what a paper found beside it."""
    raw, order = floor(rows), list(by_method(rows))
    level = None if raw is None else Level(raw.name.alone, _reading(raw, METRIC))
    lines = [_series(method, found, order) for method, found in by_method(rows, _scored).items()]
    if not lines:
        return None
    timed = [_series(method, found, order, over="fit_s") for method, found in by_method(rows, _scored).items()]
    smallest, largest = min(min(one.x) for one in lines), max(max(one.x) for one in lines)
    published = [] if paper is None else _published(paper, order, between=(smallest, largest))
    panels = [
        line_plot(say("Over the numbers of a code"), [*lines, *published], x_name=_NUMBERS, percent=True, level=level),
        line_plot(
            say("Over the seconds of the fit"), timed, x_name=say("seconds, in decades"), percent=True, log_x=True, level=level
        ),
    ]
    several = any(len(row.cells) > 1 for row in rows)
    told: list[Words] = [_seeds_caption() if several else _interval_caption()]
    if published:
        told.append(
            say(
                "Dashed, without points: what {paper} published for this set, fitted on all of its training images (Isomap on "
                "{n}).",
                paper=literal(PAPER),
                n=paper.count("n_isomap") if paper else MISSING,
            )
        )
    alt = say("Lines over the size of the code, and over the time of the fit.")
    return figure("reduction-accuracy", listed(told, " "), alt=alt, panels=panels, keys=line_keys(lines, level))


def kept_figure(rows: Sequence[Row]) -> Figure | None:
    """The error of images drawn again, and the trustworthiness of neighbourhoods, over the size of the code."""
    order, panels = list(by_method(rows)), []
    keyed: dict[str, Series] = {}
    for metric in ("reconstruction_mse", "trustworthiness"):
        known = by_method(rows, lambda row, metric=metric: row.reading(metric) is not None)  # type: ignore[misc]
        lines = [_series(method, found, order, metric=metric) for method, found in known.items()]
        keyed |= {one.colour: one for one in lines}
        panels.append(line_plot(quantity(metric).title, lines, x_name=_NUMBERS) if lines else None)
    caption = say(
        "What is left of the images: the mean squared error of test images that are drawn again from their numbers, less is "
        "better, for methods that can draw; and the trustworthiness of the codes' neighbourhoods, 1 at best."
    )
    keys = line_keys([keyed[class_colour(i)] for i in range(len(order)) if class_colour(i) in keyed])
    return figure("reduction-kept", caption, alt=say("Lines over the size of the code."), panels=panels, keys=keys)


def scatters(rows: Sequence[Row], class_names: Sequence[str]) -> Figure | None:
    """The first two numbers of each method's code, at the smallest size."""
    shown = [(found[0].name.alone, cell) for found in by_method(rows).values() for cell in _drawn(found)]
    return scatter_figure(
        "reduction-scatter",
        say("Test images by the first two numbers of their code, at the smallest size."),
        ((title, cell.array("embedding"), cell.array("embedding_labels")) for title, cell in shown),
        class_names=class_names,
    )


def _drawn(found: Sequence[Row]) -> list[View]:
    return [row.cells[0] for row in found if row.cells[0].parameters.get("shown") == row.d]


def _scored(row: Row) -> bool:
    return row.reading(METRIC) is not None


def _series(method: str, rows: Sequence[Row], order: Sequence[str], *, metric: str = METRIC, over: str = "") -> Series:
    x = tuple(_reading(row, over).value if over else float(row.d) for row in rows)
    readings = tuple(_reading(row, metric) for row in rows)
    if over:  # a band over time would be drawn across sizes
        readings = tuple(Reading(reading.value, record=reading.record) for reading in readings)
    index = order.index(method)
    return Series(name_of(f"reduction/{method}").alone, class_colour(index), class_marker(index), x, readings, "-")


def _reading(row: Row, metric: str) -> Reading:
    found = row.reading(metric)
    if found is None:  # rows are asked for what they have
        raise LookupError(f"{row.method} with {row.d} numbers has no {metric}")
    return found


def _published(paper: View, order: Sequence[str], *, between: tuple[float, float]) -> list[Series]:
    found: dict[str, list[Reading]] = {}
    for reading in paper.readings(METRIC):
        if between[0] <= reading.labels["dim"] <= between[1] and reading.labels["method"] in order:
            found.setdefault(str(reading.labels["method"]), []).append(reading)
    series = []
    for method, readings in found.items():
        x = tuple(float(reading.labels["dim"]) for reading in readings)
        label = name_of(f"reduction/{method}").alone
        series.append(Series(label, class_colour(order.index(method)), "", x, tuple(readings), "--"))
    return series


def _seeds_caption() -> Sentence:
    return say(
        "k-NN accuracy on the test images over the size of the code and over the time of the fit. Lines are means over the "
        "seeds, on the left bands go from the lowest to the highest; dotted: raw pixels."
    )


def _interval_caption() -> Sentence:
    return say(
        "k-NN accuracy on the test images over the size of the code and over the time of the fit. On the left bands are 95 % "
        "intervals over the test images; dotted: raw pixels."
    )


def by_size_figure(differences: Sequence[Difference]) -> Figure | None:
    """Each method left or right of PCA with as many numbers, a panel a method."""
    of_method: dict[str, list[Difference]] = {}
    for one in differences:
        of_method.setdefault(one.arm.rpartition("/")[0], []).append(one)
    panels = []
    for alike in of_method.values():
        rows = [(count(int(one.arm.rpartition("/")[2]), one.d.record), one.d) for one in alike]
        panels.append(difference_plot(name_of(f"{CELLS}/{alike[0].arm}").alone, rows, width_in=2.5))
    caption = say(
        "Differences in balanced accuracy against {against} with their intervals, by the numbers of a code; coloured where the "
        "interval leaves out zero.",
        against=differences[0].of_against.inside if differences else "",
    )
    alt = say("Dots with intervals left and right of a line at zero.")
    return figure("reduction-differences-plot", caption, alt=alt, panels=panels, panel_rem=13.0)
