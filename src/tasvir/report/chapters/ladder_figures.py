"""The figures of the ladder: what is drawn, how the nets learned, and how they do batch by batch and class by class."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tasvir.report.blocks import curves_figure
from tasvir.report.cells import Curve, Reading
from tasvir.report.document import Figure, Key, Panel, figure
from tasvir.report.numbers import count, percent
from tasvir.report.palette import class_colour, class_marker
from tasvir.report.plots.architecture import KINDS, architecture
from tasvir.report.plots.lines import Series, line_keys, line_plot
from tasvir.report.plots.matrix import confusion_matrix
from tasvir.report.plots.pictures import picture_row
from tasvir.report.rows import Row, find
from tasvir.report.words.message import Sentence, Words, listed, say

#: At most so many points of a line.
MOST_POINTS = 200
#: Steps whose confusion and batches are shown.
SHOWN = ("a", "d", "e")


def drawn_figure(drawn: Sequence[Row]) -> Figure | None:
    """Test images above what each autoencoder made of them after some epochs."""
    panels: list[Panel] = []
    for row in drawn:
        originals, pictures = row.first.array("originals"), row.first.array("drawn")
        if originals is None or pictures is None:
            continue
        if not panels:
            panels.append(picture_row(say("Test images"), originals, wide=True))
        for epoch, images in zip(row.first.facts.get("drawn_epochs", ()), pictures, strict=False):
            shown: dict[str, Words] = {"net": row.name.alone, "epoch": count(epoch, row.first.record("drawn_epochs"))}
            panels.append(picture_row(say("{net}, epoch {epoch}", **shown), images, wide=True))
    caption = say(
        "Test images, and below them what each autoencoder draws from their codes after an early, a middle and a late epoch."
    )
    return figure("ladder-drawn", caption, alt=say("Rows of images."), panels=panels)


def loss_curves(drawn: Sequence[Row]) -> Figure | None:
    """Loss by epoch, training and validation."""
    curves: list[tuple[Words, Curve | None, float | None]] = [(row.name.alone, row.first.curve("loss"), None) for row in drawn]
    caption = say("Mean squared error of both autoencoders by epoch: on training images in passing, and on those held out.")
    return curves_figure("ladder-losses", caption, curves)


def accuracy_curves(rows: Sequence[Row]) -> Figure | None:
    """Loss and accuracy of the classifiers by epoch."""
    curves: list[tuple[Words, Curve | None, float | None]] = []
    for row in rows:
        curves += [(say("{net}: {what}", net=row.name.alone, what=_WHAT[name]), row.first.curve(name), None) for name in _WHAT]
    caption = say(
        "Cross-entropy and accuracy of every classifier by epoch: on training images in passing, and on those held out."
    )
    return curves_figure("ladder-accuracy", caption, curves, percent=("accuracy",), panel_rem=14.0, width_in=2.7)


_WHAT = {"loss": say("loss"), "accuracy": say("accuracy")}


def steps_figure(drawn: Sequence[Row], rows: Sequence[Row]) -> Figure | None:
    """Loss by training step."""
    known = [(drawn, say("Autoencoders: mean squared error")), (rows, say("Classifiers: cross-entropy"))]
    panels: list[Panel] = []
    keys: list[Key] = []
    longest = 1
    for some, title in known:
        lines = [line for row in some if (line := _steps(row, [*drawn, *rows].index(row))) is not None]
        longest = max([longest, *(_width(row) for row in some)])
        if lines:
            panels.append(line_plot(title, lines, x_name=say("training step")))
            keys += [Key(line.label, line.colour, "", "-") for line in lines]
    caption = say("Loss by training step, of the first trainings; each point is the mean of up to {n} steps.", n=count(longest))
    return figure("ladder-iterations", caption, alt=say("Lines over the training steps."), panels=panels, keys=tuple(keys))


def _width(row: Row) -> int:
    losses = row.first.array("step_losses")
    return 1 if losses is None else -(-len(losses) // MOST_POINTS)


def _steps(row: Row, place: int) -> Series | None:
    losses = row.first.array("step_losses")
    if losses is None or not len(losses):
        return None
    pieces = np.array_split(losses, range(_width(row), len(losses), _width(row)))
    ends = np.cumsum([len(piece) for piece in pieces])
    readings = tuple(Reading(float(piece.mean()), record=row.first.record("step_losses")) for piece in pieces)
    return Series(row.name.alone, class_colour(place), "", tuple(map(float, ends)), readings)


def batches_figure(rows: Sequence[Row]) -> Figure | None:
    """Accuracy of each batch of test images, beside that of all of them."""
    lines, told = [], []
    for place, step in enumerate(SHOWN):
        row = find(rows, step)
        values = None if row is None else row.first.array("batch_accuracy")
        accuracy = None if row is None else row.first.reading("accuracy")
        if row is None or values is None or accuracy is None:
            continue
        readings = tuple(Reading(float(value), record=row.first.record("batch_accuracy")) for value in values)
        places = tuple(map(float, range(1, len(values) + 1)))
        lines.append(Series(row.name.alone, class_colour(place), class_marker(place), places, readings))
        told.append(
            say("{net}: {accuracy}", net=row.name.alone, accuracy=percent(Reading(accuracy.value, record=accuracy.record)))
        )
    several = any(len(line.x) > 1 for line in lines)
    panel = line_plot("", lines, x_name=say("batch of 100 test images"), percent=True) if several else None
    wide = None if panel is None else replace(panel, width_in=6.4, height_in=2.6)
    caption = say(
        "Accuracy of each batch of 100 test images in their order (the last one may be smaller), of the first trainings. Of all "
        "test images: {steps}.",
        steps=listed(told, "; "),
    )
    alt = say("Lines over the batches.")
    return figure("ladder-batches", caption, alt=alt, panels=[wide], keys=line_keys(lines), panel_rem=36.0)


def confusion_figures(rows: Sequence[Row], names: Sequence[str]) -> Figure | None:
    """Which class is taken for which, of some steps."""
    panels = []
    for step in SHOWN:
        row = find(rows, step)
        confusion = None if row is None else row.first.array("confusion")
        if row is not None and confusion is not None:
            panel = confusion_matrix(confusion, tuple(names) or tuple(map(str, range(len(confusion)))))
            panels.append(replace(panel, title=row.name.alone))
    caption = say("Test images by true and predicted class, of the first trainings.")
    return figure("ladder-confusion", caption, alt=say("Squares of counts."), panels=panels)


def nets_figure(drawn: Sequence[Row], rows: Sequence[Row]) -> Figure | None:
    """The layers of the autoencoder and of the classifier."""
    known = [(find(drawn, "repaired") or find(drawn, "given"), "x"), (find(rows, "d") or find(rows, "a"), "z")]
    titles = (say("Autoencoder: {n} parameters"), say("Classifier of codes: {n} parameters"))
    panels = []
    for (row, given), title in zip(known, titles, strict=True):
        layers = () if row is None else row.first.facts.get("layers", ())
        if row is not None and layers:
            n = count(row.first.facts.get("n_parameters"), row.first.record("n_parameters"))
            panels.append(architecture(Sentence(title.template, {"n": n}), given, layers))
    kinds = tuple(Key(title, colour, "s") for kind, (title, colour) in KINDS.items() if kind == "dense")
    caption = say(
        "The nets, layer by layer: below each the numbers that it gives, and how many it learns. ReLU follows each but the code, "
        "a sigmoid the last of the autoencoder, a softmax the last of the classifier. In the last step one layer stands on the "
        "code in the place of this classifier."
    )
    return figure("ladder-nets", caption, alt=say("Boxes from left to right, one a layer."), panels=panels, keys=kinds)
