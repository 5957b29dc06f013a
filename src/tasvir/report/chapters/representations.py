"""How much of the classes survives in a few numbers an image: raw pixels, PCA, Isomap, autoencoders."""

from collections.abc import Sequence

import numpy as np

from tasvir.report.blocks import curves_figure, scatter_figure
from tasvir.report.cells import Cells, Reading
from tasvir.report.document import Block, Chapter, Figure, Panel, Table, analysis, chapter, figure, prose, table, trouble
from tasvir.report.fitting import Training, fitting_sentence, read_training
from tasvir.report.names import PIXELS
from tasvir.report.numbers import count, percent, plain
from tasvir.report.plots.dots import dot_plot
from tasvir.report.plots.pictures import picture_row
from tasvir.report.quantities import quantity
from tasvir.report.view import View, problems, views
from tasvir.report.words.message import Sentence, Shown, Words, literal, say

NAME, TITLE = "representations", say("Representations")
CELLS = "representation"
METRIC = "knn_accuracy"


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run declares no representations."""
    if not cells.names(CELLS):
        return None
    rows, names = views(cells, CELLS), tuple(map(str, cells.facts("data").get("class_names", ())))
    intro = say(
        "Each method turns an image into a few numbers. The classes that a k-nearest-neighbour classifier can still tell "
        "apart in them are the measure: its k is chosen on training images, its accuracy is that on the test images."
    )
    blocks: list[Block | None] = [
        prose(intro),
        trouble(problems(cells, CELLS)),
        _scores_table(rows),
        _dots(rows),
        _pixels_table(rows),
        _reconstructions(rows),
        scatter_figure(
            "scatter",
            say("Test images by their two components. A class has its name at its median where no other is near."),
            ((row.title, row.array("embedding"), row.array("embedding_labels")) for row in rows),
            class_names=names,
        ),
        curves_figure(
            "autoencoder-loss",
            say("Loss of the autoencoders during training: mean squared error, on training and on validation images."),
            ((_label(row), row.curve("loss"), row.facts.get("best_epoch")) for row in rows),
        ),
        analysis(_best(rows), _against_raw(rows), *_fitting(rows)),
    ]
    return chapter(NAME, TITLE, *blocks, headline=_headline(rows), line=say("Learned"))


def is_raw(row: View) -> bool:
    """Whether these are the pixels themselves."""
    return row.name.split("/")[1] == "raw"


def n_components(row: View) -> Shown:
    """How many numbers an image becomes; raw pixels are as many as the images say."""
    number = int(row.parameters.get("n_components") or row.last)
    return count(number, "data image_shape" if is_raw(row) else row.record("n_components"))


def ranking(rows: Sequence[View]) -> list[View]:
    """Learned representations, best first by cross-validation on training images; raw pixels are not among them.

    Ranked by their test images, the best would be called too good (the winner's curse).
    """
    known = [row for row in rows if not is_raw(row) and row.facts.get("cv_accuracy") and row.reading(METRIC) is not None]
    return sorted(known, key=lambda row: -max(row.facts["cv_accuracy"].values()))


def _label(row: View) -> Words:
    """Method and size: 'PCA · 32'."""
    return row.title if is_raw(row) else say("{method} · {n}", method=row.title, n=n_components(row))


def _inside(row: View) -> Words:
    """The same within a sentence."""
    if is_raw(row):
        return row.inside
    return say("{method} with {n} components", method=row.inside, n=n_components(row))


def _raw(rows: Sequence[View]) -> View | None:
    return next((row for row in rows if is_raw(row) and row.reading(METRIC) is not None), None)


def _scores_table(rows: Sequence[View]) -> Table | None:
    best = ranking(rows)[:1]
    found = []
    for row in rows:
        scores = (row.shown(METRIC), row.count("k"), row.shown("reconstruction_mse"), row.count("n_fit"))
        found.append((row.title, n_components(row), *scores, row.shown("fit_s"), row.shown("transform_s")))
    caption = say(
        "k-NN accuracy on the test images with its 95 % interval, for each method and number of components; set off is the one "
        "that cross-validation on training images prefers. The error is the mean squared one of reconstructed test images, on "
        "the scale from 0 to 1."
    )
    knn, error, *times = (quantity(name).title for name in (METRIC, "reconstruction_mse", "fit_s", "transform_s"))
    columns: tuple[Words, ...] = (say("Method"), say("Numbers"), knn, literal("k"), error, say("Fitted on"), *times)
    return table("knn-scores", caption, columns=columns, rows=found, bold=(i for i, row in enumerate(rows) if row in best))


def _dots(rows: Sequence[View]) -> Figure | None:
    sizes = sorted({n_components(row).value for row in rows if not is_raw(row)})
    panels: list[Panel | None] = []
    for size in sizes:
        beside = [row for row in rows if is_raw(row) or n_components(row).value == size]
        known = [(row.title, reading) for row in beside if (reading := row.reading(METRIC)) is not None]
        panels.append(dot_plot(say("{n} components", n=count(size)), known) if known else None)
    caption = say("k-NN accuracy with 95 % intervals; raw pixels beside each size, the highest coloured.")
    return figure("knn-accuracy", caption, alt=say("Dots with intervals, one row for each method."), panels=panels)


def _pixels_table(rows: Sequence[View]) -> Table | None:
    words: dict[str, tuple[Words, Words]] = {}
    for row in rows:
        told = str(row.facts.get("pixels") or "")
        words[row.name.rpartition("/")[0]] = (row.title, PIXELS.get(told) or plain(told))
    caption = say("What was done to the pixels before each method.")
    return table("pixels", caption, columns=(say("Method"), say("Pixels")), rows=words.values())


def _reconstructions(rows: Sequence[View]) -> Figure | None:
    panels, shown = [], None
    for row in rows:
        originals, drawn = row.array("originals"), row.array("reconstructions")
        if originals is None or drawn is None:
            continue
        if shown is None or not np.array_equal(originals, shown):
            shown = originals
            panels.append(picture_row(say("Originals"), shown, wide=True))
        panels.append(picture_row(_label(row), drawn, wide=True))
    caption = say("Test images, and below them what each method makes of them from its few numbers.")
    return figure("reconstructions", caption, alt=say("Original images above their reconstructions."), panels=panels)


def _best(rows: Sequence[View]) -> Sentence | None:
    ranked = ranking(rows)
    if len(ranked) < 2:
        return None
    best, second = ranked[:2]
    return say(
        "By cross-validation on training images the best of {tried} is {best}, before {second}; on the test images they reach "
        "{first} and {other}.",
        tried=count(len(ranked)),
        best=_inside(best),
        second=_inside(second),
        first=percent(_known(best)),
        other=percent(_known(second)),
    )


def _against_raw(rows: Sequence[View]) -> Sentence | None:
    best, raw = next(iter(ranking(rows)), None), _raw(rows)
    if best is None or raw is None:
        return None
    return say(
        "Raw pixels reach {value} on them, in {large} numbers an image instead of {small}.",
        value=percent(_known(raw)),
        small=n_components(best),
        large=n_components(raw),
    )


def _fitting(rows: Sequence[View]) -> tuple[Sentence | None, ...]:
    trained = [(row, training) for row in rows if (training := read_training(row.curve("loss"))) is not None]
    over = [(row, training) for row, training in trained if training.overfits]
    if over:
        row, training = max(over, key=lambda pair: pair[1].rise)
        return (fitting_sentence(_inside(row), training),)
    best: tuple[View, Training] | None = next(((row, t) for row in ranking(rows) for r, t in trained if r is row), None)
    if best is None:
        return ()
    if len(trained) > 1 and not best[1].still_falling:
        n = count(len(trained), "; ".join(t.record for _, t in trained))
        return (say("None of the {n} trained autoencoders over-fits: no validation loss rises steadily after its lowest.", n=n),)
    return (fitting_sentence(_inside(best[0]), best[1]),)


def _headline(rows: Sequence[View]) -> Sentence | None:
    best, raw = next(iter(ranking(rows)), None), _raw(rows)
    if best is None:
        return None
    shown = {"best": _inside(best), "value": percent(_known(best))}
    if raw is None:
        return say("Cross-validation prefers {best}: k-NN accuracy {value}.", **shown)
    return say(
        "Cross-validation prefers {best}: k-NN accuracy {value}; raw pixels give {raw}.", raw=percent(_known(raw)), **shown
    )


def _known(row: View) -> Reading:
    reading = row.reading(METRIC)
    if reading is None:  # ranked rows were chosen by it
        raise LookupError(f"{row.name} has no {METRIC}")
    return reading
