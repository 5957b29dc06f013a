"""The figures of the study of batch norm."""

from collections.abc import Sequence

import numpy as np

from tasvir.report.cells import Reading
from tasvir.report.chapters.batchnorm_rows import ARMS, NORMED, PLAIN, Found, name_of_arm
from tasvir.report.document import Figure, Key, Panel, figure
from tasvir.report.numbers import count, percent, plain
from tasvir.report.palette import ACCENT, SECOND, SOFT, class_colour, class_marker
from tasvir.report.plots.lines import Series, line_keys, line_plot
from tasvir.report.plots.pictures import picture_row
from tasvir.report.rows import Row, find
from tasvir.report.view import View
from tasvir.report.words.message import Words, literal, say

_LOOKS = {PLAIN: (SECOND, "s"), NORMED: (ACCENT, "o")}
#: How the noise of a mean falls with the size of the batch; it reads from the left in every language.
_LAW = literal("1 / √B")
_OVER = {
    "rate": (say("By learning rate"), say("learning rate")),
    "size": (say("By batch size"), say("images a batch")),
    "scale": (say("By first weights"), say("times the usual size")),
}


def losses_figure(found: Found) -> Figure | None:
    """Training loss on the way, over updates and over seconds."""
    judge = found.judge
    if judge is None:
        return None
    ends, by_updates, by_seconds = tuple(map(float, judge.facts["ends"])), [], []
    for arm in ARMS:
        losses, took = judge.array(f"losses_{arm}"), found.update_s(arm)
        if losses is None:
            continue
        by_updates.append(_line(arm, ends, _over_seeds(losses, judge.record(f"losses_{arm}"))))
        if took is not None:
            places = tuple(took.value * end for end in ends)
            by_seconds.append(_line(arm, places, _over_seeds(losses, judge.record(f"losses_{arm}"))))
    panels = [
        line_plot(say("Over updates"), by_updates, x_name=say("updates")) if by_updates else None,
        line_plot(say("Over seconds"), by_seconds, x_name=say("seconds")) if by_seconds else None,
    ]
    caption = say(
        "Training loss at the learning rate that suits each net, by its running averages, on {n} training images; over the "
        "updates, and over the seconds that these take. Bands: the lowest and the highest of the seeds.",
        n=judge.count("n_looked_at"),
    )
    return figure("batchnorm-losses", caption, alt=say("Two falling lines."), panels=panels, keys=line_keys(by_updates))


def _over_seeds(values: np.ndarray, record: str) -> tuple[Reading, ...]:
    """(seeds, looks): the mean with the lowest and the highest; a look without a number leaves a gap."""
    return tuple(
        Reading(float(column.mean()), low=float(column.min()), high=float(column.max()), record=record) for column in values.T
    )


def _line(arm: str, x: Sequence[float], readings: Sequence[Reading]) -> Series:
    return Series(name_of_arm(arm).alone, *_LOOKS[arm], tuple(x), tuple(readings))


def accuracy_figure(found: Found) -> Figure | None:
    """Accuracy over each kind of setting."""
    panels, lines = [], []
    for what, (title, x_name) in _OVER.items():
        own = []
        for arm in ARMS:
            known = [(at, reading) for at in found.places(what) if (reading := found.accuracy(arm, what, at)) is not None]
            if known:
                own.append(_line(arm, *zip(*known, strict=True)))
        panels.append(line_plot(title, own, x_name=x_name, percent=True, log_x=True) if own else None)
        lines += own
    caption = say(
        "Accuracy on held-out training images after equal updates, by one setting each: the learning rate; the images a batch, "
        "each net at the rate that suits it there; the size of the first weights, each net at the rate that suits it at the "
        "usual size. Bands: the lowest and the highest of the seeds. A training whose loss was no number any more is right "
        "for no image."
    )
    alt = say("Lines that rise and fall.")
    return figure("batchnorm-accuracy", caption, alt=alt, panels=panels, keys=line_keys(lines), panel_rem=14.0)


def noise_figure(noise: View | None) -> Figure | None:
    """How far the statistics of a batch scatter."""
    curve = None if noise is None else noise.curve("noise")
    if noise is None or curve is None:
        return None
    titles = {"mean": (say("the mean"), ACCENT, "o"), "variance": (say("the variance"), SECOND, "s")}
    lines = []
    for name, (title, colour, marker) in titles.items():
        known = [(x, Reading(y, record=curve.record)) for x, y in zip(curve.x, curve.series[name], strict=True) if x > 1]
        if known:
            x, readings = zip(*known, strict=True)
            lines.append(Series(title, colour, marker, x, readings))
    law = tuple(Reading(x**-0.5) for x in curve.x if x > 1)
    dotted = Series(_LAW, SOFT, "", tuple(x for x in curve.x if x > 1), law, ":")
    panel = line_plot("", [*lines, dotted], x_name=say("images a batch, B"), log_x=True, lowest=0.0) if lines else None
    slopes = {name: noise.reading("slope", of=name) for name in titles}
    caption = say(
        "How far the mean and the variance of a batch scatter around those of all images, as standard deviations over {draws} "
        "batches, in standard deviations of the unit and in its variances; the mean over {units} units of chance weights on "
        "{n} training images. From batches of {fewest} on, the slopes over the logarithms are {mean} and {variance}; that of "
        "{law} is −0.5.",
        fewest=noise.count("fewest"),
        law=_LAW,
        draws=noise.count("draws"),
        units=noise.count("units"),
        n=noise.count("n_images"),
        mean=plain(_rounded(slopes["mean"])),
        variance=plain(_rounded(slopes["variance"])),
    )
    keys = (*line_keys(lines), Key(_LAW, SOFT, "", ":"))
    return figure("batchnorm-noise", caption, alt=say("Two falling lines."), panels=[panel], keys=keys)


def _rounded(reading: Reading | None) -> float | None:
    return None if reading is None else round(reading.value, 2)


def pixels_figure(epsilon: View | None) -> Figure | None:
    """Where the pixels vary, and which never do."""
    maps = None if epsilon is None else epsilon.array("maps")
    share = None if epsilon is None else epsilon.reading("constant_share")
    if epsilon is None or maps is None or share is None:
        return None
    caption = say(
        "The pixels of {n} training images. Left: the brighter, the more a pixel varies. Right: white where all images have the "
        "same number, as {share} of the numbers of an image are.",
        n=epsilon.count("n_images"),
        share=percent(share),
    )
    return figure("batchnorm-pixels", caption, alt=say("Two pictures of pixels."), panels=[picture_row("", maps)])


def epsilon_figure(epsilon: View | None) -> Figure | None:
    """What is left of a pixel's standard deviation."""
    sds, outputs = (None, None) if epsilon is None else (epsilon.array("sds"), epsilon.array("output_sds"))
    if epsilon is None or sds is None or outputs is None or len(sds) < 2:
        return None
    lines = []
    for place, (value, row) in enumerate(zip(epsilon.facts["epsilons"], outputs, strict=True)):
        if not value:
            continue  # by itself each has 1
        readings = tuple(Reading(float(one), record=epsilon.record("output_sds")) for one in row)
        label: Words = say("epsilon {value}", value=plain(value))
        lines.append(Series(label, class_colour(place), "", tuple(map(float, sds)), readings))
    panel = line_plot("", lines, x_name=say("standard deviation of the pixel"), log_x=True, lowest=0.0)
    keys = tuple(Key(line.label, line.colour, "", "-") for line in lines)
    caption = say(
        "What standard deviation is left of each pixel that varies, by its own before. Without epsilon all have 1, however "
        "little they vary; with it those far below √epsilon stay near 0."
    )
    return figure("batchnorm-fading", caption, alt=say("Lines that rise from 0 to 1."), panels=[panel], keys=keys)


def outputs_figure(rows: Sequence[Row]) -> Figure | None:
    """The standard deviations of the dimensions of each layer, of the first trainings."""
    plain_row, normed = find(rows, PLAIN), find(rows, NORMED)
    wanted = [(plain_row, "after", name_of_arm(PLAIN).alone), (normed, "before", say("Given to batch norm"))]
    wanted.append((normed, "after", say("Given by batch norm")))
    panels: list[Panel] = []
    keys: tuple[Key, ...] = ()
    layer = 1
    while any(row is not None and row.first.array(f"end_{place}_{layer}") is not None for row, place, _ in wanted):
        lines = []
        for place, (row, part, name) in enumerate(wanted):
            found = None if row is None else row.first.array(f"end_{part}_{layer}")
            if row is None or found is None:
                continue
            sds = np.sort(found[1])
            readings = tuple(Reading(float(one), record=row.first.record(f"end_{part}_{layer}")) for one in sds)
            colour = (SECOND, SOFT, ACCENT)[place]
            lines.append(Series(name, colour, class_marker(place) if len(sds) < 20 else "", _ranks(len(sds)), readings))
        panels.append(line_plot(say("Layer {n}", n=count(layer)), lines, x_name=say("dimension"), lowest=0.0))
        keys = keys or tuple(Key(line.label, line.colour, "", "-") for line in lines)
        layer += 1
    caption = say(
        "Standard deviations of the dimensions of each hidden layer after the training, the smallest first, of the first "
        "trainings: of what the activation is given without batch norm; of what batch norm is given, and of what it gives."
    )
    alt = say("Lines that rise from left to right.")
    return figure("batchnorm-outputs", caption, alt=alt, panels=panels, keys=keys, panel_rem=14.0)


def _ranks(n: int) -> tuple[float, ...]:
    return tuple(map(float, range(1, n + 1)))
