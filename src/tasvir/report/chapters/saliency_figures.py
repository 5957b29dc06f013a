"""The figures of the study of saliency. What stands one above the other in a picture was laid there by the cell, or is here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tasvir.report.cells import Reading
from tasvir.report.document import Figure, Key, Panel, figure
from tasvir.report.numbers import count
from tasvir.report.palette import ACCENT, SECOND, SOFT, class_colour
from tasvir.report.plots.architecture import KINDS, architecture
from tasvir.report.plots.dots import dot_plot
from tasvir.report.plots.lines import Series, line_keys, line_plot
from tasvir.report.plots.pictures import pictures_with_words, tower_with_words
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, Shown, Words, listed, say

#: Pictures in a row of ten.
PICTURE_REM = 7.5
#: The orders in which pixels go: how they are called, their colour and marker.
ORDERS: dict[str, tuple[Sentence, str, str]] = {
    "grad_cam": (say("Grad-CAM"), ACCENT, "o"),
    "unrectified": (say("Grad-CAM before the ReLU"), class_colour(4), "D"),
    "random": (say("random maps, as coarse"), SOFT, "s"),
    "contrast": (say("contrast to the blank"), SECOND, "^"),
}
_ALT = say("Single images with words below.")

#: What is said of an image, and where it is recorded, as the lines below it.
Lines = Callable[[Mapping[str, Any], str], tuple[Words, ...]]


def net_figure(net: View | None) -> Figure | None:
    """The net from left to right."""
    layers = () if net is None else net.facts.get("layers") or ()
    if net is None or not layers:
        return None
    title = say("{n} parameters", n=net.count("n_parameters"))
    kinds = {layer["kind"] for layer in layers}
    keys = tuple(Key(name, colour, "s") for kind, (name, colour) in KINDS.items() if kind in kinds)
    caption = say(
        "The net: 3 × 3 convolutions that keep the size, each followed by ReLU and a 2 × 2 max-pooling, which rounds sizes up; "
        "then a dense layer, and one number for each class. Below each the size of what it gives, and how many numbers it learns."
    )
    alt = say("Boxes from left to right, one a layer.")
    return figure(
        "saliency-net", caption, alt=alt, panels=[architecture(title, "x", layers, width_in=6.4)], keys=keys, panel_rem=36.0
    )


def first_figure(net: View | None, names: Sequence[str]) -> Figure | None:
    """The first ten images of the shuffled training set."""
    images = None if net is None else net.array("first_images")
    if net is None or images is None:
        return None
    record = net.record("first_labels")
    panels = [
        pictures_with_words("", image[None], [(_name(names, label, record),)])
        for image, label in zip(images, net.facts.get("first_labels", ()), strict=False)
    ]
    caption = say("The first {n} training images in a random order, each with its label.", n=count(len(panels), record))
    return figure("saliency-first", caption, alt=_ALT, panels=panels, panel_rem=PICTURE_REM)


def maps_figure(maps: View | None, names: Sequence[str], *, which: str) -> Figure | None:
    """Each image above its map: images that the net is right about, or wrong."""
    captions = {
        "right": say("Test images that the net is right about, the classes in turn, and below each the map of its class."),
        "wrong": say(
            "The test images that the net is most surely wrong about, and the map of the class that it names: what it took for "
            "that class. Below: the true class, the named one, and how probable the net thinks it."
        ),
    }

    def lines(told: Mapping[str, Any], record: str) -> tuple[Words, ...]:
        true, predicted = (_name(names, label, record) for label in (told["true"], told["classes"][0]))
        probability = Shown("whole_percent", told["probabilities"][0], record)
        return (true,) if which == "right" else (true, say("→ {predicted}", predicted=predicted), probability)

    return _pictures(maps, which, captions[which], lines=lines)


def competing_figure(maps: View | None, names: Sequence[str]) -> Figure | None:
    """Two maps of one image, on one scale."""

    def lines(told: Mapping[str, Any], record: str) -> tuple[Words, ...]:
        return tuple(
            say("{name}: {probability}", name=_name(names, label, record), probability=Shown("whole_percent", share, record))
            for label, share in zip(told["classes"], told["probabilities"], strict=True)
        )

    caption = say(
        "Two classes that compete: the test images whose two most probable classes are nearest to each other. From top to "
        "bottom the image, the map of the more probable class, and that of the other, in the same shades."
    )
    return _pictures(maps, "competing", caption, lines=lines)


def deep_figure(maps: View | None, names: Sequence[str]) -> Figure | None:
    """The maps of every convolution."""
    if maps is None:
        return None
    sizes = listed((say("{h} × {w}", h=count(h), w=count(w)) for h, w in maps.facts.get("convolutions", ())), ", ")
    caption = say(
        "From top to bottom the image and its map at each convolution, from the first to the last: the deeper, the fewer places "
        "({sizes}), and the nearer to the class.",
        sizes=sizes,
    )
    return _pictures(
        maps, "deep", caption, lines=lambda told, record: (_name(names, told["true"], record),), told=maps.facts.get("right", ())
    )


def _pictures(
    maps: View | None, which: str, caption: Sentence, *, lines: Lines, told: Sequence[Mapping[str, Any]] | None = None
) -> Figure | None:
    """One panel an image, its maps below it."""
    images, drawn = (None, None) if maps is None else (maps.array(f"{which}_images"), maps.array(f"{which}_maps"))
    if maps is None or images is None or drawn is None:
        return None
    record = maps.record(which)
    described = maps.facts.get(which, ()) if told is None else told
    panels = [
        tower_with_words("", _tower(image, own), lines(words, record))
        for image, own, words in zip(images, drawn, described, strict=False)
    ]
    return figure(f"saliency-{which}", caption, alt=_ALT, panels=panels, panel_rem=PICTURE_REM)


def _tower(image: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """An image (h, w[, c]) above one map or several ([m,] h, w, 3)."""
    height, width = image.shape[:2]
    colours = np.broadcast_to(image.reshape(height, width, -1), (height, width, 3))
    return np.concatenate([colours[None], maps.reshape(-1, height, width, 3)])


def agreement_figure(weights: View | None) -> Figure | None:
    """How alike the maps stay while layer after layer forgets, and beside it another training and another image."""
    if weights is None:
        return None
    stages = weights.facts.get("stages", ())
    rows: list[tuple[Words, Reading]] = []
    named: list[tuple[str, Words]] = [("other_training", say("another training"))]
    for place, stage in enumerate(stages, start=1):
        shown: dict[str, Words] = {
            "n": count(place, weights.record("stages")),
            "all": count(len(stages), weights.record("stages")),
        }
        named.append((stage, say("{n} of {all} layers forgotten", **shown)))
    named.append(("other_image", say("another image")))
    for against, title in named:
        if (reading := weights.reading("map_agreement", against=against)) is not None:
            rows.append((title, reading))
    caption = say(
        "How alike the maps of {n} test images remain (Spearman's rank correlation over the places of a map, 1 for the same "
        "order; 95 % intervals over images) when layers forget what they have learned, the last ones first, in {draws} draws of "
        "fresh weights (Adebayo et al. 2018). A map that did not change would not come from the weights. Above it the maps of a "
        "net that was trained from another seed, below it those of another image.",
        n=weights.count("n"),
        draws=weights.count("draws"),
    )
    panel = dot_plot("", rows, as_percent=False, level=0.0, marks_best=False, width_in=5.0) if rows else None
    return figure("saliency-weights", caption, alt=say("Dots with intervals, one row for each."), panels=[panel], panel_rem=30.0)


def removal_figure(removal: View | None) -> Figure | None:
    """The probability of the class while pixels go, and while they come."""
    if removal is None:
        return None
    titles = {
        "deletion": say("Deletion: lower is better for a map"),
        "insertion": say("Insertion: higher is better for a map"),
    }
    panels: list[Panel] = []
    keys: tuple[Key, ...] = ()
    for way, title in titles.items():
        found = removal.curve(way)
        if found is None:
            continue
        lines = [
            Series(name, colour, "", found.x, tuple(Reading(value, record=found.record) for value in found.series[order]))
            for order, (name, colour, _) in ORDERS.items()
            if order in found.series
        ]
        panels.append(replace(line_plot(title, lines, x_name=say("share of the pixels"), percent=True), width_in=3.6))
        keys = tuple(replace(key, line="-") for key in line_keys(lines))
    caption = say(
        "The mean probability of the class that is named, over {n} test images, while pixels are taken away, the ones first "
        "that an order holds for most important, and while they are put into a blank image. Contrast to the blank knows no net: "
        "it takes the pixels first that differ most from what is put in their place.",
        n=removal.count("n"),
    )
    return figure("saliency-removal", caption, alt=say("Lines that fall, and lines that rise."), panels=panels, keys=keys)


def _name(names: Sequence[str], label: int, record: str) -> Words:
    """The word of a class; its number where the data card is missing."""
    return names[label] if label < len(names) else count(label, record)
