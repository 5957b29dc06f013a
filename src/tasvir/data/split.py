"""Which image is for which part: a given split is kept, a missing one is drawn: classes in proportion, groups together."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.plain import some
from tasvir.contracts.seeds import stream_rng
from tasvir.data.audit.duplicates import IDENTICAL, MOST_COMPARED, Pairs, clusters, components, find_pairs
from tasvir.data.draw import can_be_split, draw_test
from tasvir.data.options import SHARE
from tasvir.data.raw import Raw
from tasvir.data.rules import Told, together, told


@dataclass(frozen=True, eq=False)
class Arranged:
    """The split, the groups that it respects and whose they are, whether it was drawn, and in words how it came about."""

    split: np.ndarray
    groups: np.ndarray | None
    units: np.ndarray | None  # of intervals: images that only look alike are cases of their own
    rule: Told
    notes: tuple[str, ...] = ()
    drawn: bool = False
    groups_from: tuple[str, ...] = ()


def check_split(raw: Raw, labels: np.ndarray, *, share: float = SHARE) -> None:
    """Refuse what cannot be split before any image is read."""
    rows = _drawn_from(raw)
    if not len(rows) and share != SHARE:
        raise BadInputError(f"test_share={share}: {raw.facts.source} has test images of its own; leave test_share out")
    if len(rows) and not can_be_split(labels[rows], None if raw.groups is None else raw.groups[rows]):
        raise BadInputError(f"{raw.facts.source} cannot be split: each class lies in a single group; give a split")


def splits(raw: Raw, labels: np.ndarray) -> bool:
    """Whether a set has parts, or some can be drawn: classes of two images and more, not each in a single group."""
    if raw.split is not None:
        return True
    counts = np.bincount(labels)
    return (counts > 0).sum() > 1 and counts[counts > 0].min() > 1 and can_be_split(labels, raw.groups)


def all_test(raw: Raw) -> Arranged:
    """No parts: every image is for the test."""
    return Arranged(np.full(len(raw.labels), "test"), raw.groups, raw.groups, told("not_split"), groups_from=_whose(raw))


def arrange(raw: Raw, labels: np.ndarray, images: np.ndarray, *, seed: int, share: float = SHARE) -> Arranged:
    """The given split; or, where no test images are given, a share of the others drawn for the test.

    Groups stay whole, and a cluster of near-duplicates counts as one group.
    """
    check_split(raw, labels, share=share)
    rows = _drawn_from(raw)
    if raw.split is not None and not len(rows):
        return Arranged(raw.split, raw.groups, raw.groups, told("given"), _untrained(raw, labels), groups_from=_whose(raw))
    pairs = find_pairs(images)
    joined = len(pairs) > 0
    together = _join(raw.groups, clusters(len(images), pairs)) if joined else raw.groups
    draw = partial(_draw, labels, rows=rows, seed=seed, share=share)
    in_test = draw(together)
    notes: tuple[str, ...] = ()
    if not in_test.any():
        notes = (told("duplicates_apart"),)
        together, joined = raw.groups, False
        in_test = draw(together)
    split = np.full(len(labels), "train") if raw.split is None else raw.split.astype("<U5")
    split[rows[in_test]] = "test"
    rule = _rule(float(in_test.mean()), share, raw, duplicates=joined, seed=seed)
    if len(images) > MOST_COMPARED:
        notes += (told("identical_only"),)
    notes += _untested(labels, rows, in_test)
    return Arranged(split, together, _cases(raw, pairs), rule, notes, drawn=True, groups_from=_whose(raw, duplicates=joined))


def _drawn_from(raw: Raw) -> np.ndarray:
    """The rows of which some have to become the test: none where a test is given."""
    if raw.split is None:
        return np.arange(len(raw.labels))
    if not (raw.split == "train").any():
        raise BadInputError(f"{raw.facts.source} has no part 'train' in its split: name some images so")
    return np.flatnonzero((raw.split == "train") & ~(raw.split == "test").any())


def _draw(labels: np.ndarray, groups: np.ndarray | None, *, rows: np.ndarray, seed: int, share: float) -> np.ndarray:
    return draw_test(labels[rows], None if groups is None else groups[rows], stream_rng(seed, "split"), share=share)


def _whose(raw: Raw, *, duplicates: bool = False) -> tuple[str, ...]:
    """Where the groups come from: the source, or near-duplicates that were found."""
    return ("given",) * (raw.groups is not None) + ("near-duplicates",) * duplicates


def _cases(raw: Raw, pairs: Pairs) -> np.ndarray | None:
    """Groups that were given, and images whose pixels are equal, as one case each."""
    same = pairs.kind == IDENTICAL
    return _join(raw.groups, components(len(raw.labels), pairs.first[same], pairs.second[same])) if same.any() else raw.groups


def _join(groups: np.ndarray | None, cluster: np.ndarray) -> np.ndarray:
    """Groups that share a cluster become one, under the name of the first; without groups, the clusters are them."""
    if groups is None:
        return cluster
    names, first, code = np.unique(groups, return_index=True, return_inverse=True)
    n = len(names) + cluster.max() + 1
    joined = components(n, code, len(names) + cluster)[: len(names)]
    leader = np.full(n, -1)
    for position in np.argsort(first)[::-1]:  # the one that comes first in the data is written last
        leader[joined[position]] = position
    return names[leader[joined[code]]]


def _rule(share: float, asked: float, raw: Raw, *, duplicates: bool, seed: int) -> Told:
    drawn = told("drawn" if raw.split is None else "drawn_from_training", share=share, seed=seed)
    wish = [] if f"{share:.1%}" == f"{asked:.1%}" else [told("asked", share=asked)]
    whole = {("given",): "groups", ("near-duplicates",): "duplicates", ("given", "near-duplicates"): "both"}
    kept = whole.get(_whose(raw, duplicates=duplicates))
    return together([drawn, *wish, *([told(f"{kept}_together")] if kept else [])])


def _untrained(raw: Raw, labels: np.ndarray) -> tuple[str, ...]:
    """A note where a given test has classes that the training lacks."""
    unknown = np.setdiff1d(labels[raw.split == "test"], labels[raw.split == "train"])
    if not len(unknown):
        return ()
    names = some(raw.class_names[label] if raw.class_names else np.unique(raw.labels)[label] for label in unknown)
    return (told("untrained", which=names),)


def _untested(labels: np.ndarray, rows: np.ndarray, in_test: np.ndarray) -> tuple[str, ...]:
    """A note where a class could not be divided."""
    lost = np.setdiff1d(labels[rows], labels[rows[in_test]])
    return (told("untested", n=len(lost)),) if len(lost) else ()
