"""What generators make of the training images: how they look, how near and varied they are, what they teach, what they copy."""

from collections.abc import Sequence

import numpy as np

from tasvir.report.blocks import best_of
from tasvir.report.cells import Cells, Reading
from tasvir.report.chapters.flight import recorder_blocks
from tasvir.report.chapters.generation_copies import copies_sentences
from tasvir.report.chapters.generation_training import (
    bound_sentence,
    decoded_figure,
    latents_figure,
    training_figure,
    used_latents,
)
from tasvir.report.document import Block, Chapter, Figure, Table, analysis, chapter, figure, prose, table, trouble
from tasvir.report.numbers import MISSING, count, decimal, percent
from tasvir.report.plots.pictures import picture_grid
from tasvir.report.quantities import quantity
from tasvir.report.view import View, problems, views
from tasvir.report.words.message import Sentence, Words, listed, say

NAME, TITLE = "generation", say("Generation")
CELLS = "generation"
SAMPLES, HELD_OUT = "samples", "held_out"
#: Where neighbours are looked for; sentences speak of the first one that was recorded.
_SPACES = {"embedding": say("a classifier's features"), "pixels": say("raw pixels")}
_NEIGHBOURS = ("coverage", "density", "recall", "clipped_coverage", "clipped_density")
_FEW_CLASSES = 4  # these are drawn large, below each other
_AS_SHARP = (0.8, 1.25)


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run declares no generator."""
    if not cells.names(CELLS):
        return None
    rows = views(cells, CELLS)
    measured = [row for row in rows if row.readings("coverage") or _gan_train(row)]
    intro = say(
        "A generator learns to draw new images of a class from the training images. Its samples are compared with real ones: "
        "by their neighbourhoods, by their sharpness, and by what a classifier learns from them alone."
    )
    blocks: list[Block | None] = [prose(intro), trouble(problems(cells, CELLS)), _pictures(rows)]
    blocks += [
        _neighbours_table(measured),
        _worth_table(measured),
        decoded_figure(rows),
        training_figure(measured),
        latents_figure(measured),
    ]
    blocks += recorder_blocks(rows, tuple(map(str, cells.facts("data").get("class_names", ()))))
    blocks.append(prose(*(told for row in measured for told in (used_latents(row), bound_sentence(row)))))
    blocks.append(analysis(_lesson(measured), _coverage(measured), *_sharpness(measured), *copies_sentences(measured)))
    return chapter(NAME, TITLE, *blocks, headline=_headline(measured))


def _gan_train(row: View, of: str | None = None) -> Reading | None:
    """Balanced accuracy on real images of a classifier that saw only its samples; of "real": as many real images."""
    return row.reading("gan_train", of=of)


def _best(measured: Sequence[View]) -> View | None:
    """The one from whose samples a classifier learns most."""
    return best_of([row for row in measured if _gan_train(row)], "gan_train")


def _real(measured: Sequence[View]) -> Reading | None:
    return next((reading for row in measured if (reading := _gan_train(row, "real"))), None)


def _pictures(rows: Sequence[View]) -> Figure | None:
    drawn = [(row, samples) for row in rows if (samples := row.array("samples")) is not None]
    if not drawn:
        return None
    first, samples = drawn[0]
    names = tuple(map(str, first.facts.get("shown_classes") or ()))
    few = len(samples) <= _FEW_CLASSES
    columns, width_in = (8, 5.0) if few else (5, 1.95)
    grids: list[tuple[Words, np.ndarray | None]] = [(say("Real images"), first.array("real"))]
    grids += [(row.title, images) for row, images in drawn]
    panels = [picture_grid(t, x[:, :columns], row_names=names, width_in=width_in) for t, x in grids if x is not None]
    caption = say("Real training images and samples of each generator, one class a row, none of them chosen.")
    alt = say("Grids of small images, real ones beside generated ones.")
    return figure("generated-samples", caption, alt=alt, panels=panels, panel_rem=36 if few else 9.4)


def _neighbours_table(measured: Sequence[View]) -> Table | None:
    rows: dict[tuple, tuple[Words, ...]] = {}
    held_out = say("Held-out real images")
    for space, words in _SPACES.items():
        for of in (HELD_OUT, SAMPLES):
            for row in measured:
                shown = [row.shown(name, space=space, of=of) for name in _NEIGHBOURS]
                title = row.title if of == SAMPLES else held_out
                if any(one is not MISSING for one in shown):  # held-out images are the same beside every generator
                    rows.setdefault((title.template, space, *(one.value for one in shown)), (title, words, *shown))
    caption = say(
        "Neighbourhoods, beside the values of as many held-out real images. Coverage: real images with a sample nearer than "
        "their fifth nearest real image; density: such neighbourhoods around a sample, a fifth each (1 is usual); recall: "
        "real images that lie within the like neighbourhood of a sample. The clipped ones read as the share of samples that are "
        "as good as real. With fewer than 100 images they and the density mean nothing: two sets of real images differ by 0.1 "
        "and more."
    )
    columns = (say("Images"), say("Seen in"), *(quantity(name).title for name in _NEIGHBOURS))
    return table(
        "neighbourhoods",
        caption,
        columns=columns,
        rows=rows.values(),
        bold=(i for i, row in enumerate(rows.values()) if row[0] == held_out),
    )


def _worth_table(measured: Sequence[View]) -> Table | None:
    rows: list[tuple[Words, ...]] = []
    for row in measured:
        near_samples = row.shown("nearest_training", of=SAMPLES)
        shown = (percent(_gan_train(row)), row.shown("sharpness"), near_samples, row.shown("copies"))
        rows.append((row.title, *shown, row.shown("fit_s"), row.shown("sample_s")))
    real = _real(measured)
    near = next((r for row in measured if (r := row.reading("nearest_training", of=HELD_OUT))), None)
    if real or near:
        rows.append((say("Real images"), percent(real), count(1), decimal(near, 3), MISSING, MISSING, MISSING))
    caption = say(
        "What the samples are worth. GAN-train: balanced accuracy on real validation images of a classifier trained on samples "
        "alone; sharpness: 1 is that of real images; nearest: median distance to the nearest training image (root mean "
        "square, pixels from 0 to 1); copies: samples so much nearer to one training image than to the 50 nearest that they lie "
        "closer to planted copies than to held-out real images."
    )
    metrics = ("gan_train", "sharpness", "nearest_training", "copies", "fit_s", "sample_s")
    columns = (say("Images"), *(quantity(metric).title for metric in metrics))
    return table("samples-worth", caption, columns=columns, rows=rows, bold=[len(measured)])


def _lesson(measured: Sequence[View]) -> Sentence | None:
    known = [(row, reading) for row in measured if (reading := _gan_train(row))]
    if not known:
        return None
    told = listed((say("{value} ({title})", title=row.title, value=percent(reading)) for row, reading in known), ", ")
    real = _real(measured)
    if real is None:
        return say("A classifier that learns from samples alone reaches a balanced accuracy of {told}.", told=told)
    return say(
        "A classifier that learns from samples alone reaches a balanced accuracy of {told}; from as many real images, {real}.",
        told=told,
        real=percent(real),
    )


def _coverage(measured: Sequence[View]) -> Sentence | None:
    space = next((space for space in _SPACES if any(row.reading("coverage", space=space) for row in measured)), None)
    if space is None:
        return None
    known = [(row, reading) for row in measured if (reading := row.reading("coverage", space=space, of=SAMPLES))]
    real = next((r for row in measured if (r := row.reading("coverage", space=space, of=HELD_OUT))), None)
    told = listed((say("{value} ({title})", title=row.title, value=percent(reading)) for row, reading in known), ", ")
    if not known:
        return None
    if real is None:
        return say("Seen in {space}, samples cover this share of the real images: {told}.", space=_SPACES[space], told=told)
    return say(
        "Seen in {space}, samples cover this share of the real images: {told}; held-out real images cover {real}.",
        space=_SPACES[space],
        told=told,
        real=percent(real),
    )


def _sharpness(measured: Sequence[View]) -> tuple[Sentence, ...]:
    known = [(row, reading) for row in measured if (reading := row.reading("sharpness"))]
    told = listed((_how_sharp(row, reading) for row, reading in known), ", ")
    return (say("Sharpness, where real images have 1: {told}.", told=told),) if known else ()


def _how_sharp(row: View, reading: Reading) -> Sentence:
    low, high = _AS_SHARP
    shown: dict[str, Words] = {"title": row.title, "value": decimal(reading, 2)}
    if reading.value < low:
        return say("{title} {value} (blurred)", **shown)
    if reading.value > high:
        return say("{title} {value} (grainy)", **shown)
    return say("{title} {value} (as sharp as real ones)", **shown)


def _headline(measured: Sequence[View]) -> Sentence | None:
    best, real = _best(measured), _real(measured)
    if best is None:
        return None
    shown: dict[str, Words] = {"best": best.title, "value": percent(_gan_train(best))}
    if real is None:
        return say("From samples alone, a classifier reaches a balanced accuracy of {value} at best ({best}).", **shown)
    return say(
        "From samples alone, a classifier reaches a balanced accuracy of {value} at best ({best}); from as many real images, "
        "{real}.",
        real=percent(real),
        **shown,
    )
