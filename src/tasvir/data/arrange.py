"""Which image is for which part: a given split is kept, a missing one is drawn."""

from dataclasses import dataclass

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng
from tasvir.data.duplicates import clusters, components, find_pairs
from tasvir.data.raw import Raw
from tasvir.data.split import draw_test


@dataclass(frozen=True, eq=False)
class Arranged:
    """The split, the groups that it respects, and in words how it came about."""

    split: np.ndarray
    groups: np.ndarray | None
    rule: str
    notes: tuple[str, ...] = ()


def arrange(raw: Raw, labels: np.ndarray, images: np.ndarray, seed: int) -> Arranged:
    """The given split; or, where no test images are given, a fifth of the others drawn for the test.

    Groups stay whole, and a cluster of near-duplicates counts as one group.
    """
    if raw.split is not None and (raw.split == "test").any():
        if not (raw.split == "train").any():
            raise BadInputError(f"{raw.facts.source} has no part 'train' in its split: name some images so")
        return Arranged(raw.split, raw.groups, "given")
    split = np.full(len(labels), "train") if raw.split is None else raw.split.astype("<U5")
    rows = np.flatnonzero(split == "train")
    if not len(rows):
        raise BadInputError(f"{raw.facts.source} has neither 'train' nor 'test' in its split: name some images so")
    pairs = find_pairs(images)
    n_pairs = len(pairs)
    together = _join(raw.groups, clusters(len(images), pairs)) if n_pairs else raw.groups
    notes: tuple[str, ...] = ()
    in_test = _draw(labels, together, rows, seed)
    if not in_test.any() and n_pairs:
        notes = ("near-duplicates stand on both sides of the split, as each class is one cluster of them",)
        together, n_pairs = raw.groups, 0
        in_test = _draw(labels, together, rows, seed)
    if not in_test.any():
        raise BadInputError(f"{raw.facts.source} cannot be split: each class lies in a single group; give a split")
    split[rows[in_test]] = "test"
    rule = _words(in_test.mean(), raw, n_pairs, seed)
    return Arranged(split, together, rule, notes + _untested(labels, rows, in_test))


def _draw(labels: np.ndarray, groups: np.ndarray | None, rows: np.ndarray, seed: int) -> np.ndarray:
    return draw_test(labels[rows], None if groups is None else groups[rows], stream_rng(seed, "split"))


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


def _words(share: float, raw: Raw, n_pairs: int, seed: int) -> str:
    whole = [word for word, there in (("groups", raw.groups is not None), ("near-duplicates", n_pairs > 0)) if there]
    kept = f", {' and '.join(whole)} kept together" if whole else ""
    source = "the images" if raw.split is None else "the given training images"
    return f"drawn: {share:.1%} of {source} for the test, stratified, seed {seed}{kept}"


def _untested(labels: np.ndarray, rows: np.ndarray, in_test: np.ndarray) -> tuple[str, ...]:
    """A note where a class could not be divided."""
    lost = np.setdiff1d(labels[rows], labels[rows[in_test]])
    if not len(lost):
        return ()
    return (f"{len(lost)} of the classes have no test images, because each lies in a single group",)
