"""A user's own images, explained: what the net names, how sure it is, where it looked, and what it has learned that is near."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tasvir.report.cells import Cells, Reading
from tasvir.report.document import Block, Chapter, Figure, Panel, Table, chapter, figure, prose, table
from tasvir.report.numbers import count, percent
from tasvir.report.plots.bars import probability_bars, shortened
from tasvir.report.plots.pictures import tower_with_words
from tasvir.report.view import View, view
from tasvir.report.words.message import Sentence, Shown, Words, listed, literal, say, say_n

NAME, TITLE = "explanation", say("Where the net looked")
CELL = "explanation"
#: Width of a single image beside others.
PICTURE_REM = 7.5


def compose(cells: Cells) -> Chapter | None:
    """The chapter as it is read."""
    found = view(cells, CELL)
    if found is None:
        return None
    told = found.facts["images"]
    blocks: list[Block | None] = [
        _how(found),
        _named_table(found),
        *(_image_figure(found, place) for place in range(len(told))),
        prose(
            say(
                "A map says what the net used for a class, and not whether it is right; what speaks against a class is cut off. "
                "Whether maps of such a net can be believed is asked by the study of saliency (tasvir study saliency)."
            )
        ),
    ]
    headline = say_n("{n} image was looked at.", "{n} images were looked at.", n=count(len(told), found.record("images")))
    return chapter(NAME, TITLE, *blocks, headline=headline, line=TITLE)


def _how(found: View) -> Block | None:
    height, width = (count(side, found.record("places")) for side in found.facts["places"])
    shown: dict[str, Words] = {"layer": literal(found.facts["layer"], found.record("layer")), "h": height, "w": width}
    return prose(
        say(
            "Grad-CAM (Selvaraju et al. 2017) of layer {layer}, which tells {h} × {w} places apart: the lighter and yellower, "
            "the more a place speaks for the class. The maps of an image have one scale; those of different images do not.",
            **shown,
        ),
        None
        if found.array("nearest") is None
        else say(
            "The nearest images are those of the training part of the set whose activations before the last layer are nearest: "
            "alike to the net."
        ),
    )


def _named_table(found: View) -> Table | None:
    record = found.record("images")
    near = any("nearest" in told for told in found.facts["images"])
    rows: list[tuple[Words, ...]] = []
    for told in found.facts["images"]:
        first, second = (_sure(told, place, record) for place in (0, 1))
        rows.append((literal(told["name"], record), first, second, *((_agreeing(told, record),) if near else ())))
    caption = say("What the net names in each image, the class that comes second, and how probable it thinks them.")
    columns = (say("Image"), say("Named"), say("Second"), *((say("Nearest images of that class"),) if near else ()))
    return table("explanation-named", caption, columns=columns, rows=rows)


def _sure(told: Mapping[str, Any], place: int, record: str) -> Words:
    share = Reading(told["probabilities"][place], record=record)
    return say("{name}: {probability}", name=literal(told["classes"][place], record), probability=percent(share))


def _agreeing(told: Mapping[str, Any], record: str) -> Words:
    near = told.get("nearest", ())
    return Shown("of_n", (sum(one["class"] == told["classes"][0] for one in near), len(near)), record)


def _image_figure(found: View, place: int) -> Figure | None:
    images, maps, near = found.array("images"), found.array("maps"), found.array("nearest")
    if images is None or maps is None:
        return None
    told, record = found.facts["images"][place], found.record("images")
    titles: list[Words] = [
        say("the image"),
        *(say("for {name}", name=literal(shortened(name), record)) for name in told["classes"][: maps.shape[1]]),
    ]
    pictures = [_coloured(images[place]), *maps[place]]
    panels: list[Panel] = [tower_with_words(title, one[None], [""]) for title, one in zip(titles, pictures, strict=True)]
    panels.append(probability_bars(say("probability"), told["classes"], told["probabilities"]))
    if near is not None:
        panels += [
            tower_with_words(say("near, in training"), _coloured(one)[None], [literal(words["class"], record)])
            for one, words in zip(near[place], told["nearest"], strict=True)
        ]
    caption = listed((sentence for sentence in _said(told, record) if sentence is not None), " ")
    alt = say("The image, its maps, bars of probabilities, and training images.")
    return figure(f"explanation-{place + 1}", caption, alt=alt, panels=panels, panel_rem=PICTURE_REM)


def _said(told: Mapping[str, Any], record: str) -> list[Sentence | None]:
    """The caption of one image."""
    name = literal(told["classes"][0], record)
    return [
        say("{image}: the net names {name}.", image=literal(told["name"], record), name=name),
        say("Nothing in this layer speaks for {name}: its map is empty.", name=name) if told["empty"][0] else None,
        say("This very image is in the training part of the set.") if told.get("learned") else None,
    ]


def _coloured(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    return np.broadcast_to(image.reshape(height, width, -1), (height, width, 3))
