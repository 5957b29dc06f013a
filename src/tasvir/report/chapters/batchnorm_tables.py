"""The tables of the study of batch norm, statements apart."""

from collections.abc import Callable, Sequence

from tasvir.measures.verdict import outcome
from tasvir.report.cells import Reading
from tasvir.report.chapters.batchnorm_rows import ARMS, NORMED, PLAIN, Found, large, name_of_arm
from tasvir.report.differences import OUTCOMES
from tasvir.report.document import Table, table
from tasvir.report.numbers import MISSING, count, decimal, p_value, percent, plain, points
from tasvir.report.quantities import quantity
from tasvir.report.rows import Row
from tasvir.report.view import View
from tasvir.report.words.message import Words, say

_NAMES = tuple(name_of_arm(arm).alone for arm in ARMS)
_AT = {"rate": say("Learning rate {value}"), "size": say("Batches of {value}")}
#: What of an epsilon is told: metric, part of the images.
_EPSILON = (("undefined", "train"), ("largest", "train"), ("undefined", "val"), ("largest", "val"))


def nets_table(rows: Sequence[Row]) -> Table | None:
    """The nets of the chosen rates on the test images."""
    caption = say(
        "The nets of the chosen learning rates on the test images, which were scored once. Of several trainings the mean, the "
        "lowest and the highest; of a single one its interval over the test images."
    )
    metrics = ("accuracy", "balanced_accuracy", "log_loss")
    columns = (say("Net"), say("Learning rate"), say("Parameters"), *(quantity(metric).title for metric in metrics))
    return table("batchnorm-nets", caption, columns=columns, rows=[_net(row, metrics) for row in rows])


def _net(row: Row, metrics: Sequence[str]) -> tuple[Words, ...]:
    return row.name.alone, row.first.told("rate"), row.first.count("n_parameters"), *map(row.shown, metrics)


def gains_table(found: Found) -> Table | None:
    """By learning rate, and by batch size at the chosen rates."""
    judge = found.judge
    if judge is None:
        return None
    rows: list[tuple[Words, ...]] = []
    for what, title in _AT.items():
        for at in found.places(what):
            gain, p = judge.reading("gain", of=what, at=at), judge.reading("p_holm", of=what, at=at)
            accuracies = [_accuracy(found, arm, what, at=at) for arm in ARMS]
            verdict = MISSING if gain is None else OUTCOMES[outcome(gain.low, gain.high)]
            named = say(title.template, value=plain(at))
            rows.append((named, *accuracies, points(gain), p_value(_known(p)), verdict))
    caption = say(
        "Accuracy on held-out training images, with batch norm and without: at each learning rate (batches of {usual}), and from "
        "batches of each size, each net at the rate that suits it there. Of the seeds the mean, the lowest and the highest. "
        "Differences with intervals over seeds and images; these and the p-values are adjusted by Holm's rule for all rows. A "
        "training whose loss was no number any more is right for no image; refused: torch trains on no such batch.",
        usual=count(found.usual, judge.record("usual")),
    )
    columns = (say("Setting"), *_NAMES, quantity("gain").title, quantity("p_holm").title, say("Verdict"))
    return table("batchnorm-gains", caption, columns=columns, rows=rows)


def _accuracy(found: Found, arm: str, what: str, *, at: float) -> Words:
    if what == "size" and arm in found.refused(at):
        return say("refused")
    return percent(found.accuracy(arm, what, at))


def updates_table(found: Found) -> Table | None:
    """After how many updates the loss had fallen to a level."""
    judge = found.judge
    if judge is None:
        return None
    rows = []
    for level in dict.fromkeys(reading.labels["level"] for reading in judge.readings("updates_to")):
        cells = [_first(judge.reading("updates_to", arm=arm, level=level)) for arm in ARMS]
        rows.append((say("{share} of the loss of guessing", share=percent(Reading(level))), *cells))
    caption = say(
        "Updates until the training loss had fallen to a part of that of guessing, ln K for K classes, as far as the looks at it "
        "tell: the mean of the seeds, the first and the last. A dash where not all trainings came so far."
    )
    return table("batchnorm-updates", caption, columns=(say("Training loss"), *_NAMES), rows=rows)


def _first(reading: Reading | None) -> Words:
    return decimal(_known(reading), 0)


def timing_table(found: Found) -> Table | None:
    """Seconds of an update by batch size."""
    timing = found.timing
    if timing is None:
        return None
    rows = [_timed(timing, size) for size in timing.facts.get("sizes", ())]
    caption = say(
        "Milliseconds of an update, by images a batch, on one thread: blocks of {block} updates of both nets in turn, each "
        "first as often as the other; medians of {pairs} pairs of blocks with their intervals.",
        block=timing.count("block"),
        pairs=timing.count("pairs"),
    )
    columns = (say("Images a batch"), *_NAMES, say("Times as long"))
    return table("batchnorm-timing", caption, columns=columns, rows=rows)


def _timed(timing: View, size: int) -> tuple[Words, ...]:
    each = [_milliseconds(timing.reading("update_s", arm=arm, batch_size=size)) for arm in ARMS]
    return count(size, timing.record("sizes")), *each, decimal(timing.reading("slowdown", batch_size=size), 2)


def _milliseconds(reading: Reading | None) -> Words:
    if reading is None:
        return MISSING
    low, high = (None if end is None else 1000 * end for end in (reading.low, reading.high))
    return decimal(Reading(1000 * reading.value, low, high, record=reading.record), 2)


def epsilon_table(epsilon: View | None) -> Table | None:
    """What becomes of the pixels with more and less epsilon."""
    if epsilon is None:
        return None
    caption = say(
        "Every pixel normalised by its own mean and variance over {n} training images, these images and {held_out} held-out "
        "ones, by the numpy pass. Undefined: the share of the pixels where a number is divided by zero. Largest: the farthest "
        "from 0 of what is defined. Usual pixel: the standard deviation that is left of the pixel in the middle of all that "
        "vary; 1 without epsilon.",
        n=epsilon.count("n_images"),
        held_out=epsilon.count("n_held_out"),
    )
    columns = (
        say("Epsilon"),
        say("Undefined, training"),
        say("Largest, training"),
        say("Undefined, held out"),
        say("Largest, held out"),
        say("Usual pixel"),
    )
    return table(
        "batchnorm-epsilon", caption, columns=columns, rows=[_epsilon(epsilon, one) for one in epsilon.facts["epsilons"]]
    )


def _epsilon(view: View, epsilon: float) -> tuple[Words, ...]:
    write: dict[str, Callable[[Reading | None], Words]] = {"undefined": percent, "largest": large}
    found = [write[name](view.reading(name, epsilon=epsilon, part=part)) for name, part in _EPSILON]
    return plain(epsilon, view.record("epsilons")), *found, decimal(_known(view.reading("usual_sd", epsilon=epsilon)), 3)


def uneven_table(rows: Sequence[Row]) -> Table | None:
    """How far the dimensions of each layer differ."""
    told: list[tuple[Words, ...]] = []
    layers = sorted({reading.labels["layer"] for row in rows for reading in row.first.readings("uneven_sds")})
    for layer in layers:
        for row, place, name in _places(rows):
            found: list[Words] = [
                decimal(row.reading(metric, layer=layer, when=when, place=place), 3)
                for when in ("start", "end")
                for metric in ("uneven_means", "uneven_sds")
            ]
            told.append((say("{layer}: {net}", layer=plain(layer), net=name), *found))
    caption = say(
        "How far the dimensions of a layer differ, over {n} training images taken as one batch: the standard deviation over "
        "dimensions of their means, and of their standard deviations, in parts of their mean standard deviation; 0 where all are "
        "alike. Before the training and after it, each layer by its number; of several trainings the mean, the lowest and the "
        "highest.",
        n=rows[0].first.count("n_shown") if rows else MISSING,
    )
    columns = (say("Layer"), say("Means before"), say("Deviations before"), say("Means after"), say("Deviations after"))
    return table("batchnorm-uneven", caption, columns=columns, rows=told)


def _places(rows: Sequence[Row]) -> list[tuple[Row, str, Words]]:
    """What is told of each net: of the one with batch norm before and behind it."""
    known = {row.arm: row for row in rows}
    told: list[tuple[Row, str, Words]] = []
    if PLAIN in known:
        told.append((known[PLAIN], "after", name_of_arm(PLAIN).alone))
    if NORMED in known:
        told += [
            (known[NORMED], "before", say("Given to batch norm")),
            (known[NORMED], "after", say("Given by batch norm")),
        ]
    return told


def _known(reading: Reading | None) -> Reading | None:
    return reading if reading is not None and reading.value == reading.value else None
