"""What the planes of codes say, computed from what was measured: one function a question."""

import math
from collections.abc import Sequence
from itertools import groupby

import numpy as np

from tasvir.report.cells import Reading
from tasvir.report.chapters.generation_training import ACTIVE_NATS
from tasvir.report.chapters.latent_rows import MANY, plane_of
from tasvir.report.numbers import count, decimal, percent, plain, share_of
from tasvir.report.rows import Row
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, Words, listed, literal, say, say_n

#: Silhouettes from which on classes lie apart, and partly apart (Kaufman and Rousseeuw, 1990: 0.5 and 0.25).
APART, PARTLY = 0.5, 0.25
#: A class whose median is nearer to 0 than this, in standard deviations of the prior, lives in the middle.
MIDDLE = 0.5
#: Filled as the prior is, so much of it is far: twice that is more than chance.
FILLED = 0.01
#: Shares of holes that differ by less than this factor are not told apart: a rule of thumb, as each is one training or few.
CLEARLY = 1.5
#: Where a class lives: eighths of a turn, counted from the right against the clock.
DIRECTIONS = (
    say("right"),
    say("upper right"),
    say("up"),
    say("upper left"),
    say("left"),
    say("lower left"),
    say("down"),
    say("lower right"),
)
IN_THE_MIDDLE = say("in the middle")


def where(x: float, y: float) -> Sentence:
    """In which direction from 0 a place lies, in a word.

    >>> where(0.0, 1.2).template, where(-1.0, -1.0).template, where(0.1, 0.2).template
    ('up', 'lower left', 'in the middle')
    """
    if math.hypot(x, y) < MIDDLE:
        return IN_THE_MIDDLE
    return DIRECTIONS[round(math.atan2(y, x) / (math.pi / 4)) % len(DIRECTIONS)]


def separation(row: Row, class_names: Sequence[str]) -> list[Sentence | None]:
    """Does the plane keep the classes apart?"""
    plane, accuracy, silhouette = plane_of(row), row.reading("knn_accuracy"), row.reading("silhouette")
    if plane is None:
        return []
    if accuracy is None:
        return [say("All images are of one class: there is nothing to keep apart.")]
    chance = _chance(plane)
    shown: dict[str, Words] = {"accuracy": percent(accuracy), "k": plain(_value(plane, "neighbours"), plane.record("neighbours"))}
    return [
        say("Two numbers tell the class of {accuracy} of the held-out images, by their {k} nearest training codes.", **shown)
        if chance is None
        else say(
            "Two numbers tell the class of {accuracy} of the held-out images, by their {k} nearest training codes; always naming "
            "the most frequent class is right for {chance}.",
            chance=percent(chance),
            **shown,
        ),
        _silhouette(silhouette),
        confused(plane, class_names),
    ]


def _value(view: View, metric: str) -> int | None:
    found = view.reading(metric)
    return None if found is None else int(found.value)


def _chance(plane: View) -> Reading | None:
    matrix = plane.array("confusion")
    if matrix is None or not matrix.sum():
        return None
    return Reading(float(matrix.sum(axis=1).max() / matrix.sum()), record=plane.record("confusion"))


def _silhouette(found: Reading | None) -> Sentence | None:
    if found is None or not math.isfinite(found.value):
        return None
    value = decimal(found, 2)
    if found.value >= APART:
        return say("The classes lie apart: the mean silhouette is {value}.", value=value)
    if found.value >= PARTLY:
        return say("The classes lie partly apart: the mean silhouette is {value}.", value=value)
    return say("The classes run into each other: the mean silhouette is {value}, where 1 is apart.", value=value)


def confused(plane: View, class_names: Sequence[str]) -> Sentence | None:
    """The pair of classes that is taken for each other most often, as a share of the images of both."""
    matrix = plane.array("confusion")
    if matrix is None:
        return None
    found, record = most_confused(matrix), plane.record("confusion")
    if found is None:
        return say("No held-out image is taken for another class.")
    a, b, n_wrong, n_both = found
    return say(
        "The pair that is confused most often is {a} and {b}: {wrong} held-out images of the two are taken for the other.",
        a=literal(_name(class_names, a), record),
        b=literal(_name(class_names, b), record),
        wrong=share_of(n_wrong, n_both, record),
    )


def most_confused(matrix: np.ndarray) -> tuple[int, int, int, int] | None:
    """Two classes, how many of their images are taken for the other, and how many they have; rows are true classes.

    >>> most_confused(np.array([[9, 1, 0], [3, 5, 0], [0, 1, 1]]))
    (0, 1, 4, 18)
    """
    sizes = matrix.sum(axis=1)
    pairs = [(a, b) for a in range(len(matrix)) for b in range(a) if sizes[a] + sizes[b]]
    wrong = {(b, a): int(matrix[a, b] + matrix[b, a]) for a, b in pairs}
    if not any(wrong.values()):
        return None
    a, b = max(wrong, key=lambda pair: wrong[pair] / (sizes[pair[0]] + sizes[pair[1]]))
    return a, b, wrong[a, b], int(sizes[a] + sizes[b])


def _name(class_names: Sequence[str], label: int) -> str:
    return class_names[label] if label < len(class_names) else str(label)


def places(plane: View | None, class_names: Sequence[str]) -> Sentence | None:
    """Which class lives where, the directions in turn."""
    found = None if plane is None else plane.array("class_places")
    if plane is None or found is None or not np.isfinite(found).any():
        return None
    living = [(where(*found[label]), _name(class_names, label)) for label in range(len(found)) if np.isfinite(found[label]).all()]
    order = (*DIRECTIONS, IN_THE_MIDDLE)
    living.sort(key=lambda one: order.index(one[0]))
    record = plane.record("class_places")
    told = [
        say("{where}: {names}", where=place, names=listed((literal(name, record) for _, name in names), ", "))
        for place, names in groupby(living, key=lambda one: one[0])
    ]
    return say("Where the classes live, by their medians: {told}.", told=listed(told, "; "))


def emptiness(row: Row) -> list[Sentence | None]:
    """How much of the grid and of the prior is far from the codes."""
    grid, prior = row.reading("far_grid", of="codes"), row.reading("far_prior", of="draws")
    filled = row.reading("far_grid", of="filled")
    if grid is None or prior is None or filled is None:
        return []
    told = say(
        "{grid} of the grid is far from the code of any training image; if the codes filled the prior, it would be {filled}.",
        grid=percent(grid),
        filled=percent(filled),
    )
    if prior.value <= 2 * FILLED:
        return [
            told,
            say(
                "Of what the prior draws, {prior} is far from all that the decoder has learned from: no holes.",
                prior=percent(prior),
            ),
        ]
    return [
        told,
        say(
            "Of what the prior draws, {prior} is far from all that the decoder has learned from (1 % if it were filled): "
            "these are holes.",
            prior=percent(prior),
        ),
    ]


def holes(rows: Sequence[Row]) -> Sentence | None:
    """The nets side by side."""
    telling = [row for row in rows if not is_collapsed(row)]
    known = [(row, found) for row in telling if (found := row.reading("far_prior", of="draws")) is not None]
    if len(known) < 2:
        return None
    most, least = (choose(known, key=lambda one: one[1].value) for choose in (max, min))
    each = listed((say("{value} ({title})", value=percent(found), title=row.name.inside) for row, found in known), ", ")
    if most[1].value < CLEARLY * least[1].value:
        return say("Of what the prior draws, so much falls into holes: {each}. The planes hardly differ.", each=each)
    return say(
        "Of what the prior draws, so much falls into holes: {each}. Here the emptiest plane is that of {most}, the fullest that "
        "of {least}.",
        each=each,
        most=most[0].name.inside,
        least=least[0].name.inside,
    )


def is_collapsed(row: Row) -> bool:
    """Whether none of its latents tells anything."""
    nats = row.first.array("kl_per_latent")
    return nats is not None and bool((nats < ACTIVE_NATS).all())


def collapsed(rows: Sequence[Row]) -> list[Sentence | None]:
    """Which latents tell nothing; nets of which all tell something share a sentence."""
    known = [(row, nats) for row in rows if (nats := row.first.array("kl_per_latent")) is not None]
    told = [_collapsed(row, nats) for row, nats in known if (nats < ACTIVE_NATS).any()]
    whole = [row.name.inside for row, nats in known if not (nats < ACTIVE_NATS).any()]
    if whole:
        shown: dict[str, Words] = {"nets": listed(whole), "nats": plain(ACTIVE_NATS)}
        told.append(say("Every latent tells something (a KL divergence of {nats} nats or more) in: {nets}.", **shown))
    return told


def _collapsed(row: Row, nats: np.ndarray) -> Sentence | None:
    record, dead = row.first.record("kl_per_latent"), np.flatnonzero(nats < ACTIVE_NATS)
    shown: dict[str, Words] = {"net": row.name.inside, "all": count(len(nats), record), "nats": plain(ACTIVE_NATS)}
    which = listed((plain(int(latent) + 1, record) for latent in dead), ", ")
    return say_n(
        "{n} of the {all} latents of {net} has collapsed (KL divergence below {nats} nats): latent {which}.",
        "{n} of the {all} latents of {net} have collapsed (KL divergence below {nats} nats): latents {which}.",
        n=count(len(dead), record),
        which=which,
        **shown,
    )


def walks(walk: View | None, class_names: Sequence[str]) -> list[Sentence | None]:
    """What lies on the ways between the two images."""
    return [] if walk is None else [_passed(walk, class_names), _lengths(walk)]


def _passed(walk: View, class_names: Sequence[str]) -> Sentence | None:
    straight, round_, ends = (walk.array(name) for name in ("plane_straight_labels", "plane_spherical_labels", "ends"))
    if straight is None or round_ is None or ends is None:
        return None

    def passed(labels: np.ndarray) -> Words:
        record = walk.record("plane_straight_labels")
        return listed((literal(_name(class_names, int(label)), record) for label, _ in groupby(labels.tolist())), ", ")

    return say(
        "Classes of the nearest training codes on the way through the plane: {straight} if it is straight, {spherical} on the "
        "sphere.",
        straight=passed(straight),
        spherical=passed(round_),
    )


def _lengths(walk: View) -> Sentence | None:
    least = {path: walk.reading("least_norm", space=MANY, path=path) for path in ("straight", "spherical")}
    usual = walk.reading("usual_norm", space=MANY)
    if usual is None or least["straight"] is None or least["spherical"] is None:
        return None
    shown: dict[str, Words] = {"usual": decimal(usual, 2), **{path: decimal(found, 2) for path, found in least.items()}}
    if least["straight"].value < least["spherical"].value - 0.005:
        return say(
            "In the larger VAE the straight way comes as near to 0 as {straight}, the spherical one stays at {spherical} or "
            "more; half of the training images' codes are farther out than {usual}.",
            **shown,
        )
    return say(
        "In the larger VAE both ways stay equally far from 0 ({straight} and {spherical}); half of the training images' "
        "codes are farther out than {usual}.",
        **shown,
    )
