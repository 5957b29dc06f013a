"""What the images are: counts, classes, origin, how they were split, and what so many images can show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tasvir.measures.interval import wilson
from tasvir.report.cells import PARTS, Cells
from tasvir.report.document import Chapter, Figure, Prose, Sentence, Table, analysis, capital, say, trouble
from tasvir.report.numbers import MISSING, NBSP, Shown, count
from tasvir.report.plots.bars import class_histogram, part_keys
from tasvir.report.plots.pictures import picture_row

NAME, TITLE = "data-card", "Data card"
CELL = "data"
_MOST_CLASSES_SHOWN = 20


#: Whose groups there are.
_GROUPS_FROM = {"given": "those of the source", "near-duplicates": "clusters of near-duplicates that were found"}


@dataclass(frozen=True, eq=False)
class DataCardSummary:
    """The facts of the data cell; `counts` has the images of each class for each part of the split."""

    title: str = "this data set"
    class_names: tuple[str, ...] = ()
    counts: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    image_shape: tuple[int, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    samples: np.ndarray | None = None
    sample_counts: tuple[int, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def totals(self) -> tuple[int, ...]:
        """Images of each class over all parts."""
        return tuple(sum(numbers) for numbers in zip(*self.counts.values(), strict=True))

    @property
    def n_images(self) -> int:
        """Images over all classes and parts."""
        return sum(self.totals)

    @property
    def n_test(self) -> int:
        """Images of the test part."""
        return sum(self.counts.get("test", ()))

    @property
    def majority_share(self) -> float | None:
        """What answering always with the most frequent training class gives on the test part."""
        train, test = self.counts.get("train", ()), self.counts.get("test", ())
        return test[int(np.argmax(train))] / sum(test) if sum(train) and sum(test) else None

    @property
    def half_width(self) -> float | None:
        """Half the 95 % interval of an accuracy of 90 % measured on the test part."""
        if not self.n_test:
            return None
        near = wilson(round(0.9 * self.n_test), self.n_test)
        return (near.high - near.low) / 2


def summarise(cells: Cells) -> DataCardSummary | None:
    """The data card of a run; None where the run describes no data."""
    if not cells.names(CELL):
        return None
    problem = cells.problem(CELL)
    if problem:
        return DataCardSummary(problems={CELL: problem})
    facts = cells.facts(CELL)
    return DataCardSummary(
        title=str(facts.get("title") or facts.get("name") or "this data set"),
        class_names=tuple(map(str, facts.get("class_names", ()))),
        counts={part: tuple(numbers) for part, numbers in facts.get("counts", {}).items()},
        image_shape=tuple(facts.get("image_shape", ())),
        facts=facts,
        samples=cells.array(CELL, "class_samples"),
        sample_counts=tuple(facts.get("sample_counts") or ()),
    )


def compose(summary: DataCardSummary) -> Chapter:
    """The chapter as it is read."""
    if summary.problems:
        return Chapter(NAME, TITLE, trouble(summary.problems))
    blocks: list = []
    if summary.facts.get("about"):
        blocks.append(Prose((say("{about}", about=_as_sentence(str(summary.facts["about"]))),)))
    blocks.append(_facts_table(summary))
    if summary.counts:
        blocks += [_counts_table(summary), _histogram(summary)]
    if summary.samples is not None:
        blocks.append(_samples(summary))
    blocks.append(analysis(_balance(summary), _resolution(summary)))
    return Chapter(NAME, TITLE, tuple(blocks), _headline(summary), line="Data")


def _facts_table(summary: DataCardSummary) -> Table:
    facts = summary.facts
    rows = [
        ("Images", count(summary.n_images, "data n_images")),
        ("Classes", count(len(summary.class_names), "data class_names")),
        ("Shape", Shown(shape_words(summary.image_shape), "data image_shape")),
        ("Origin", facts.get("origin")),
        ("Licence", facts.get("licence")),
        ("Read from", facts.get("source")),
        ("Split", facts.get("split_rule")),
        ("Size", facts.get("resize_rule")),
        *(("Note", note) for note in facts.get("notes") or ()),
        ("Fingerprint (sha256)", Shown(str(facts.get("fingerprint", "")), "data fingerprint")),
    ]
    shown = tuple((name, value) for name, value in rows if value and str(value))
    return Table("data-set", f"The data set: {summary.title}.", ("Property", "Value"), shown)


def _counts_table(summary: DataCardSummary) -> Table:
    groups = summary.facts.get("groups") or {}
    rows = []
    for part, numbers in summary.counts.items():
        shown = [count(n, f"data counts.{part}") for n in (sum(numbers), min(numbers), max(numbers))]
        rows.append((PARTS.get(part, part), *shown))
        if groups:
            rows[-1] = (*rows[-1], count(groups.get(part), f"data groups.{part}"))
    columns = ("Part", "Images", "Smallest class", "Largest class", *(["Groups"] if groups else []))
    whose = " and ".join(_GROUPS_FROM[source] for source in summary.facts.get("groups_from") or () if source in _GROUPS_FROM)
    caption = "Images in each part of the split" + (f"; groups are {whose}." if groups and whose else ".")
    return Table("split", caption, columns, tuple(rows))


def _histogram(summary: DataCardSummary) -> Figure:
    return Figure(
        "class-histogram",
        "Images in each class, by part of the split.",
        f"Horizontal bars, one for each of {len(summary.class_names)} classes.",
        (class_histogram(summary.counts, summary.class_names),),
        part_keys(summary.counts),
    )


def _samples(summary: DataCardSummary) -> Figure:
    shown = list(zip(summary.class_names, summary.samples, strict=True))[:_MOST_CLASSES_SHOWN]
    real = summary.sample_counts or (len(summary.samples[0]),) * len(summary.class_names)
    panels = (picture_row(name, images[:n]) for (name, images), n in zip(shown, real, strict=False) if n)
    which = "each class"
    if len(summary.class_names) > _MOST_CLASSES_SHOWN:
        which = f"each of the first {_MOST_CLASSES_SHOWN} of {len(summary.class_names)} classes"
    return Figure(
        "class-samples",
        f"Images of {which}, drawn at random from the training part.",
        f"Rows of small example images of {which}.",
        tuple(panels),
        panel_rem=11.0,
    )


def _balance(summary: DataCardSummary) -> Sentence | None:
    totals = summary.totals
    if not totals:
        return None
    small, large = int(np.argmin(totals)), int(np.argmax(totals))
    shares = {
        "large": summary.class_names[large],
        "n_large": count(totals[large], "data counts"),
        "small": summary.class_names[small],
        "n_small": count(totals[small], "data counts"),
        "share": _percent_or_missing(summary.majority_share),
    }
    ratio = totals[large] / max(totals[small], 1)
    if ratio == 1:
        text = "Every class has {n_large} images; "
    elif ratio < 1.5:
        text = "The classes are about equally large, from {n_small} ({small}) to {n_large} ({large}) images; "
    else:
        text = "The classes are unequal: {large} has {n_large} images, {small} has {n_small}; "
    text += "answering always with the most frequent training class is right for {share} of the test images."
    return say(text, **shares)


def _resolution(summary: DataCardSummary) -> Sentence | None:
    if not summary.half_width:
        return None
    return say(
        "With {n} test images an accuracy near 90 % is known to about ±\N{NO-BREAK SPACE}{width}: "
        "smaller differences between methods are not visible in one run.",
        n=count(summary.n_test, "data counts.test"),
        width=Shown(f"{100 * summary.half_width:.1f}{NBSP}points", "data counts.test"),
    )


def _headline(summary: DataCardSummary) -> Sentence:
    return say(
        "{title} has {n} images of {shape} in {classes} classes; {n_test} of them are kept for the test.",
        title=summary.title,
        n=count(summary.n_images, "data n_images"),
        shape=Shown(shape_words(summary.image_shape), "data image_shape"),
        classes=count(len(summary.class_names), "data class_names"),
        n_test=count(summary.n_test, "data counts.test"),
    )


def shape_words(shape: tuple[int, ...]) -> str:
    """(28, 28) is '28 × 28 pixels (gray)'."""
    if len(shape) < 2:
        return MISSING.text
    colour = "RGB" if len(shape) > 2 and shape[2] == 3 else "gray"
    return f"{shape[0]}{NBSP}×{NBSP}{shape[1]} pixels ({colour})"


def _as_sentence(words: str) -> str:
    return capital(words).rstrip(".") + "."


def _percent_or_missing(share: float | None) -> Shown:
    return MISSING if share is None else Shown(f"{100 * share:.1f}{NBSP}%", "data counts")
