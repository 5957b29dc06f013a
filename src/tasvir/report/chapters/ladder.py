"""What are the codes of an autoencoder worth to a classifier? The ladder of repairs, step by step, and what explains it."""

from collections.abc import Sequence

from tasvir.measures.verdict import FEWEST_SEEDS_FIXED
from tasvir.report.cells import Cells, Reading
from tasvir.report.chapters.ladder_figures import (
    accuracy_curves,
    batches_figure,
    confusion_figures,
    drawn_figure,
    loss_curves,
    nets_figure,
    steps_figure,
)
from tasvir.report.chapters.ladder_words import class_sentences, decay_sentence, softmax_sentence
from tasvir.report.differences import Difference, clear, differences_figure, differences_table, read_differences, verdict_sentence
from tasvir.report.document import Block, Chapter, Table, analysis, chapter, figure, prose, table, trouble
from tasvir.report.numbers import MISSING, count, decimal, plain
from tasvir.report.plots.dots import dot_plot
from tasvir.report.quantities import quantity
from tasvir.report.rows import Row, find, read_rows
from tasvir.report.view import problems, view
from tasvir.report.words.message import Sentence, Words, say, say_n

NAME, TITLE = "ladder", say("Codes for a classifier")
CELLS, VERDICT = "codes", "codes/verdict"
AUTOENCODERS, BESIDE = ("given", "repaired"), ("pca", "raw")
#: Epochs that the table of epochs tells.
MOST_EPOCHS = 12
#: What each step repairs.
REPAIRS = {
    "a": say("nothing: decay in the gradient, a softmax before a cross-entropy that has one"),
    "b": say("the second softmax is removed"),
    "c-codes": say("the weight decay of the autoencoder is decoupled from its gradient; the classifier is that of (b)"),
    "c": say("that of the classifier, too: AdamW by one cycle, its codes shifted and scaled as one"),
    "d": say("the codes are standardised"),
    "e": say("encoder and classifier, now one layer on the code, are trained together"),
    "pca": say("beside it: as many principal components, standardised"),
    "raw": say("beside it: the pixels"),
}


_PUBLISHED = say(
    "Published for this solution on MNIST: a loss of 0.0165 after 10 epochs, which is the training loss, and 93 % of the test "
    "images."
)


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run has no such study."""
    if not cells.names(CELLS):
        return None
    found = read_rows(cells, CELLS, without=(VERDICT,))
    drawn = [row for row in found if row.arm in AUTOENCODERS]
    rows = [row for row in found if row.arm not in AUTOENCODERS]
    names = tuple(map(str, cells.facts("data").get("class_names", ())))
    differences = read_differences(view(cells, VERDICT), CELLS)
    blocks: list[Block | None] = [
        prose(
            say("What are the codes of an autoencoder worth, and which repair of a student's solution brings what?"),
            role="verdict",
        ),
        _described(rows, drawn),
        trouble(problems(cells, CELLS)),
        _ladder_table(rows, drawn),
        prose(_PUBLISHED),
        _ladder_figure(rows, drawn),
        *_judged(differences),
        prose(decay_sentence(drawn), softmax_sentence(find(rows, "a"), len(names)), role="list"),
        _drawn_table(drawn),
        drawn_figure(drawn),
        loss_curves(drawn),
        _epochs_table(drawn),
        steps_figure(drawn, rows),
        accuracy_curves([row for row in rows if row.arm not in BESIDE]),
        batches_figure(rows),
        confusion_figures(rows, names),
        prose(*class_sentences(rows, names), role="list"),
        nets_figure(drawn, rows),
        _optimizers_table([*drawn, *rows]),
    ]
    return chapter(NAME, TITLE, *blocks, headline=_headline(rows), line=say("Codes"))


def _headline(rows: Sequence[Row]) -> Sentence | None:
    steps = [find(rows, step) for step in "ade"]
    if any(step is None or step.reading("accuracy") is None for step in steps):
        return None
    given, repaired, tuned = (step.alone("accuracy") for step in steps if step is not None)
    return say(
        "A student's autoencoder and classifier are right for {given} of the test images as they are given, {repaired} with each "
        "mistake repaired, and {tuned} trained together.",
        given=given,
        repaired=repaired,
        tuned=tuned,
    )


def _described(rows: Sequence[Row], drawn: Sequence[Row]) -> Block | None:
    """How often and how long everything was trained."""
    if not rows or not drawn:
        return None
    n_seeds, first = max(len(row.cells) for row in rows), drawn[0].first
    told = say_n(
        "Every net was trained {n} time, for {epochs} epochs of {images} training images (some of them held out to be watched), "
        "and kept as it was after its last epoch.",
        "Every net was trained {n} times, for {epochs} epochs of {images} training images (some of them held out to be watched), "
        "and kept as it was after its last epoch.",
        n=count(n_seeds),
        epochs=count(first.facts.get("epochs"), first.record("epochs")),
        images=count(first.facts.get("n_fitted"), first.record("n_fitted")),
    )
    few = say("What differs between so few trainings may be luck: three or more give a verdict (--profile standard).")
    return prose(told, few if n_seeds < FEWEST_SEEDS_FIXED else None)


def _ladder_table(rows: Sequence[Row], drawn: Sequence[Row]) -> Table | None:
    """Each step: what it repairs, the error of the autoencoder below it, and how the classifier does."""
    caption = say(
        "The ladder. Error: the mean squared error of test images drawn again from their codes, pixels from 0 to 1, less is "
        "better. Accuracy: the share of the test images that the classifier is right about. Of several trainings "
        "the mean, the lowest and the highest; of a single one accuracy has its interval over the test images."
    )
    columns = (say("Step"), say("What it repairs"), say("Error"), quantity("accuracy").title)
    found = [(row.name.alone, REPAIRS.get(row.arm, MISSING), _error(row, drawn), row.shown("accuracy")) for row in rows]
    bold = [place for place, row in enumerate(rows) if row.arm in BESIDE]
    return table("ladder-table", caption, columns=columns, rows=found, bold=bold)


def _error(row: Row, drawn: Sequence[Row]) -> Words:
    """Of the autoencoder that a step stands on."""
    of = None if row.arm in BESIDE or row.arm == "e" else find(drawn, "given" if row.arm in ("a", "b") else "repaired")
    return MISSING if of is None else of.shown("reconstruction_mse")


def _ladder_figure(rows: Sequence[Row], drawn: Sequence[Row]) -> Block | None:
    readings = [(row.name.alone, reading) for row in rows if (reading := row.reading("accuracy")) is not None]
    errors = [(row.name.alone, reading) for row in drawn if (reading := row.reading("reconstruction_mse")) is not None]
    panels = [
        dot_plot(quantity("accuracy").title, readings, marks_best=False) if readings else None,
        dot_plot(say("Error of the autoencoder"), errors, as_percent=False, marks_best=False) if errors else None,
    ]
    caption = say(
        "Accuracy on the test images step by step, and the error of both autoencoders; lines are as in the table before."
    )
    return figure("ladder-steps", caption, alt=say("Dots with intervals, one row for each."), panels=panels, panel_rem=18.0)


def _judged(differences: Sequence[Difference]) -> tuple[Block | None, ...]:
    """Each step against the one before it."""
    if not differences:
        return ()
    return (
        differences_table("ladder-differences", differences),
        differences_figure("ladder-differences-figure", differences, caption=_differences_caption()),
        analysis(*map(verdict_sentence, clear(differences))),
    )


def _differences_caption() -> Sentence:
    return say(
        "Differences in balanced accuracy of each step against the one before it (of components and pixels: against standardised "
        "codes), with their intervals; coloured where the interval leaves out zero."
    )


def _drawn_table(drawn: Sequence[Row]) -> Table | None:
    """Which loss is which."""
    caption = say(
        "The two autoencoders. Training loss: mean squared error over the last epoch, in passing. Validation loss: after that "
        "epoch, on the images that are held out. Error: on the test images. Spread: the mean standard deviation of a number of "
        "the code. Of several trainings the mean, the lowest and the highest."
    )
    metrics = ("training_loss", "validation_loss", "reconstruction_mse", "code_sd", "fit_s")
    columns = (say("Autoencoder"), *(quantity(metric).title for metric in metrics))
    return table(
        "ladder-autoencoders", caption, columns=columns, rows=[(row.name.alone, *map(row.shown, metrics)) for row in drawn]
    )


def _epochs_table(drawn: Sequence[Row]) -> Table | None:
    """Losses by epoch of the first trainings."""
    curves = {row.arm: row.first.curve("loss") for row in drawn}
    known = {row.arm: (row, curve) for row in drawn if (curve := curves[row.arm]) is not None}
    if not known:
        return None
    series = [(row, curve, part) for row, curve in known.values() for part in ("train", "valid") if part in curve.series]
    heads = {"train": say("{net}: training"), "valid": say("{net}: validation")}
    columns = (say("Epoch"), *(Sentence(heads[part].template, {"net": row.name.alone}) for row, _, part in series))
    n_epochs = max(len(curve.x) for _, curve, _ in series)
    told = sorted(
        {round(1 + i * (n_epochs - 1) / max(1, min(MOST_EPOCHS, n_epochs) - 1)) for i in range(min(MOST_EPOCHS, n_epochs))}
    )
    rows = [(plain(epoch), *(_loss(curve.series[part], epoch, curve.record) for _, curve, part in series)) for epoch in told]
    caption = say(
        "Mean squared error by epoch, of the trainings of the first seed: on training images in passing, and on those held out."
    )
    return table("ladder-epochs", caption, columns=columns, rows=rows)


def _loss(values: Sequence[float], epoch: int, record: str) -> Words:
    return decimal(Reading(values[epoch - 1], record=record), 4) if epoch <= len(values) else MISSING


def _optimizers_table(rows: Sequence[Row]) -> Table | None:
    """Every optimizer and its settings."""
    caption = say(
        "How each net learned. One cycle: the rate rises to its peak in the first 30 % of the steps and falls to nearly nothing."
    )
    columns = (
        say("Net"),
        say("Optimizer"),
        say("Learning rate"),
        say("Weight decay"),
        say("Images a batch"),
        say("Epochs"),
        say("Parameters"),
    )
    return table("ladder-optimizers", caption, columns=columns, rows=map(_optimizer, rows))


_OPTIMIZERS = {
    "coupled": say("Adam, decay in the gradient"),
    "decoupled": say("AdamW"),
    "one-cycle": say("AdamW, one cycle"),
}


def _optimizer(row: Row) -> tuple[Words, ...]:
    first = row.first
    decay = Reading(float(first.facts.get("weight_decay") or 0.0), record=first.record("weight_decay"))
    told = [first.told("learning_rate"), decimal(decay, 5)]
    sizes = [first.count(name) for name in ("batch_size", "epochs", "n_parameters")]
    return row.name.alone, _OPTIMIZERS.get(str(first.facts.get("optimizer")), MISSING), *told, *sizes
