"""What the images are: counts, classes, origin, how they were split, and what so many images can show."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tasvir.data.known.facts import KNOWN, plain
from tasvir.data.rules import RULES
from tasvir.measures.interval import wilson
from tasvir.report.cells import Cells, Reading
from tasvir.report.document import Block, Chapter, Figure, Table, analysis, chapter, figure, prose, table, trouble
from tasvir.report.names import part_name
from tasvir.report.numbers import count, percent, span
from tasvir.report.numbers import plain as written
from tasvir.report.plots.bars import class_histogram, part_keys
from tasvir.report.plots.pictures import picture_row
from tasvir.report.view import View, problems, view
from tasvir.report.words.message import Sentence, Shown, Words, listed, literal, say

NAME, TITLE = "data-card", say("Data card")
CELL = "data"
_MOST_CLASSES_SHOWN = 20
#: What stands for an origin, a licence or a place where there is none to name.
_PHRASES = {
    "unknown": say("unknown"),
    "embedded": say("embedded"),
    "not stated by its authors": say("not stated by its authors"),
}
_GROUPS_FROM = {
    ("given",): say("Images in each part of the split; groups are those of the source."),
    ("near-duplicates",): say("Images in each part of the split; groups are clusters of near-duplicates that were found."),
    ("given", "near-duplicates"): say(
        "Images in each part of the split; groups are those of the source, joined where near-duplicates were found."
    ),
}


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read; None where the run describes no data."""
    if not cells.names(CELL):
        return None
    card = view(cells, CELL)
    if card is None:
        return chapter(NAME, TITLE, trouble(problems(cells, CELL)))
    counts = {part: tuple(numbers) for part, numbers in card.facts.get("counts", {}).items()}
    names = tuple(map(str, card.facts.get("class_names", ())))
    blocks: list[Block | None] = [
        prose(*(say("{about}.", about=words) for words in _about(card.facts))),
        _facts_table(card, counts),
        _counts_table(card, counts),
        _histogram(counts, names),
        _samples(card, names),
        analysis(_balance(counts, names), _majority(counts), _resolution(counts)),
    ]
    return chapter(NAME, TITLE, *blocks, headline=_headline(card, counts), line=say("Data"))


def rule_words(part: Mapping[str, Any]) -> Words:
    """A recorded rule in words; words of another origin as they are."""
    if "rule" not in part:
        return str(part.get("words", ""))
    return Sentence(RULES.get(part["rule"], part["rule"]), {k: _value(k, v) for k, v in part.items() if k != "rule"})


def _value(name: str, value: Any) -> Words:
    if name == "share":
        return percent(Reading(value, record=f"{CELL} split_rule"))
    return literal(value) if isinstance(value, str) else written(value)


def _about(facts: Mapping[str, Any]) -> list[Words]:
    if facts.get("known") and (known := KNOWN.get(plain(str(facts.get("name", ""))))):
        return [Sentence(known.about)]
    return [rule_words(part) for part in facts.get("about") or ()]


def _facts_table(card: View, counts: Mapping[str, tuple[int, ...]]) -> Table | None:
    facts = card.facts

    def said(fact: str) -> Words:
        text = str(facts.get(fact) or "")
        return _PHRASES.get(text) or text

    def ruled(fact: str) -> Words:
        return listed((rule_words(part) for part in facts.get(fact) or ()), "; ")

    rows: list[tuple[Words, Words]] = [
        (say("Images"), count(sum(map(sum, counts.values())), f"{CELL} n_images")),
        (say("Classes"), count(len(facts.get("class_names", ())), f"{CELL} class_names")),
        (say("Shape"), shape_words(facts.get("image_shape") or ())),
        (say("Origin"), said("origin")),
        (say("Licence"), said("licence")),
        (say("Read from"), said("source")),
        *([(say("Split"), ruled("split_rule"))] if facts.get("split_rule") else []),
        *([(say("Size"), ruled("resize_rule"))] if facts.get("resize_rule") else []),
        *((say("Note"), rule_words(note)) for note in facts.get("notes") or ()),
        (say("Fingerprint (sha256)"), literal(facts.get("fingerprint", ""), f"{CELL} fingerprint")),
    ]
    caption = say("The data set: {title}.", title=_title(card))
    return table(
        "data-set", caption, columns=(say("Property"), say("Value")), rows=((name, value) for name, value in rows if value != "")
    )


def _counts_table(card: View, counts: Mapping[str, tuple[int, ...]]) -> Table | None:
    groups = card.facts.get("groups") or {}
    rows = []
    for part, numbers in counts.items():
        shown = [count(n, f"{CELL} counts.{part}") for n in (sum(numbers), min(numbers), max(numbers))]
        rows.append([part_name(part), *shown, *([count(groups.get(part), f"{CELL} groups.{part}")] if groups else [])])
    columns = [say("Part"), say("Images"), say("Smallest class"), say("Largest class"), *([say("Groups")] if groups else [])]
    alone = say("Images in each part of the split.")
    whose = tuple(card.facts.get("groups_from") or ()) if groups else ()
    return table("split", _GROUPS_FROM.get(whose, alone), columns=columns, rows=rows)


def _histogram(counts: Mapping[str, tuple[int, ...]], names: Sequence[str]) -> Figure | None:
    alt = say("Horizontal bars, one for each of {n} classes.", n=count(len(names)))
    panels = [class_histogram(counts, names)] if counts else []
    return figure(
        "class-histogram", say("Images in each class, by part of the split."), alt=alt, panels=panels, keys=part_keys(counts)
    )


def _samples(card: View, names: Sequence[str]) -> Figure | None:
    samples = card.array("class_samples")
    if samples is None:
        return None
    real = card.facts.get("sample_counts") or [len(samples[0])] * len(names)
    shown = list(zip(names, samples, real, strict=False))[:_MOST_CLASSES_SHOWN]
    numbers = {"n": count(_MOST_CLASSES_SHOWN), "all": count(len(names))}
    caption = say("Images of each class, drawn at random from the training part.")
    if len(names) > _MOST_CLASSES_SHOWN:
        caption = say("Images of each of the first {n} of {all} classes, drawn at random from the training part.", **numbers)
    panels = (picture_row(name, images[:n]) for name, images, n in shown if n)
    return figure(
        "class-samples", caption, alt=say("Rows of small example images, one for each class."), panels=panels, panel_rem=11.0
    )


def _balance(counts: Mapping[str, tuple[int, ...]], names: Sequence[str]) -> Sentence | None:
    totals = [sum(numbers) for numbers in zip(*counts.values(), strict=True)]
    if not totals:
        return None
    small, large = int(np.argmin(totals)), int(np.argmax(totals))
    record = f"{CELL} counts"
    shown: dict[str, Words] = {
        "large": names[large],
        "n_large": count(totals[large], record),
        "small": names[small],
        "n_small": count(totals[small], record),
    }
    ratio = totals[large] / max(totals[small], 1)
    if ratio == 1:
        return say("Every class has {n} images.", n=shown["n_large"])
    if ratio < 1.5:
        return say("The classes are about equally large, from {n_small} ({small}) to {n_large} ({large}) images.", **shown)
    return say("The classes are unequal: {large} has {n_large} images, {small} has {n_small}.", **shown)


def _majority(counts: Mapping[str, tuple[int, ...]]) -> Sentence | None:
    train, test = counts.get("train", ()), counts.get("test", ())
    if not (sum(train) and sum(test)):
        return None
    share = Reading(test[int(np.argmax(train))] / sum(test), record=f"{CELL} counts")
    return say(
        "Answering always with the most frequent training class is right for {share} of the test images.", share=percent(share)
    )


def _resolution(counts: Mapping[str, tuple[int, ...]]) -> Sentence | None:
    """Half the 95 % interval of an accuracy of 90 % measured on the test part."""
    n, record = sum(counts.get("test", ())), f"{CELL} counts.test"
    if not n:
        return None
    near = wilson(round(0.9 * n), n)
    return say(
        "With {n} test images an accuracy near 90 % is known to about ± {width}: smaller differences between methods are not "
        "visible in one run.",
        n=count(n, record),
        width=span(Reading((near.high - near.low) / 2, record=record)),
    )


def _headline(card: View, counts: Mapping[str, tuple[int, ...]]) -> Sentence:
    return say(
        "{title} has {n} images of {shape} in {classes} classes; {n_test} of them are kept for the test.",
        title=_title(card),
        n=count(sum(map(sum, counts.values())), f"{CELL} n_images"),
        shape=shape_words(card.facts.get("image_shape") or ()),
        classes=count(len(card.facts.get("class_names", ())), f"{CELL} class_names"),
        n_test=count(sum(counts.get("test", ())), f"{CELL} counts.test"),
    )


def _title(card: View) -> Words:
    return str(card.facts.get("title") or card.facts.get("name") or "") or say("this data set")


def shape_words(shape: Sequence[int]) -> Words:
    """(28, 28) is '28 × 28 pixels (gray)'."""
    if len(shape) < 2:
        return Shown("plain", None)
    height, width = (count(side, f"{CELL} image_shape") for side in shape[:2])
    if len(shape) > 2 and shape[2] == 3:
        return say("{height} × {width} pixels (RGB)", height=height, width=width)
    return say("{height} × {width} pixels (gray)", height=height, width=width)
