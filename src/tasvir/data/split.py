"""Which image is for which part: a given split is kept, a missing one is drawn: classes in proportion, groups together."""

from dataclasses import dataclass

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng
from tasvir.data.audit.duplicates import MOST_COMPARED, RULE_FOR_MANY, clusters, components, find_pairs
from tasvir.data.raw import Raw


@dataclass(frozen=True, eq=False)
class Arranged:
    """The split, the groups that it respects, and in words how it came about."""

    split: np.ndarray
    groups: np.ndarray | None
    rule: str
    notes: tuple[str, ...] = ()


def check_split(raw: Raw, labels: np.ndarray, seed: int) -> None:
    """Refuse what cannot be split before any image is read."""
    rows = _drawn_from(raw)
    if len(rows) and not _draw(labels, raw.groups, rows=rows, seed=seed).any():
        raise BadInputError(f"{raw.facts.source} cannot be split: each class lies in a single group; give a split")


def arrange(raw: Raw, labels: np.ndarray, images: np.ndarray, *, seed: int) -> Arranged:
    """The given split; or, where no test images are given, a fifth of the others drawn for the test.

    Groups stay whole, and a cluster of near-duplicates counts as one group.
    """
    check_split(raw, labels, seed)
    rows = _drawn_from(raw)
    if raw.split is not None and not len(rows):
        return Arranged(raw.split, raw.groups, "given")
    pairs = find_pairs(images)
    joined = len(pairs) > 0
    together = _join(raw.groups, clusters(len(images), pairs)) if joined else raw.groups
    in_test = _draw(labels, together, rows=rows, seed=seed)
    notes: tuple[str, ...] = ()
    if not in_test.any():
        notes = ("near-duplicates stand on both sides of the split, as each class is one cluster of them",)
        together, joined = raw.groups, False
        in_test = _draw(labels, together, rows=rows, seed=seed)
    split = np.full(len(labels), "train") if raw.split is None else raw.split.astype("<U5")
    split[rows[in_test]] = "test"
    rule = _words(in_test.mean(), raw, duplicates=joined, seed=seed)
    if len(images) > MOST_COMPARED:
        notes += (RULE_FOR_MANY,)
    return Arranged(split, together, rule, notes + _untested(labels, rows, in_test))


def _drawn_from(raw: Raw) -> np.ndarray:
    """The rows of which some have to become the test: none where a test is given."""
    if raw.split is None:
        return np.arange(len(raw.labels))
    if not (raw.split == "train").any():
        raise BadInputError(f"{raw.facts.source} has no part 'train' in its split: name some images so")
    return np.flatnonzero((raw.split == "train") & ~(raw.split == "test").any())


def _draw(labels: np.ndarray, groups: np.ndarray | None, *, rows: np.ndarray, seed: int) -> np.ndarray:
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


def _words(share: float, raw: Raw, *, duplicates: bool, seed: int) -> str:
    whole = [word for word, there in (("groups", raw.groups is not None), ("near-duplicates", duplicates)) if there]
    kept = f", {' and '.join(whole)} kept together" if whole else ""
    source = "the images" if raw.split is None else "the given training images"
    return f"drawn: {share:.1%} of {source} for the test, stratified, seed {seed}{kept}"


def _untested(labels: np.ndarray, rows: np.ndarray, in_test: np.ndarray) -> tuple[str, ...]:
    """A note where a class could not be divided."""
    lost = np.setdiff1d(labels[rows], labels[rows[in_test]])
    if not len(lost):
        return ()
    return (f"{len(lost)} of the classes have no test images, because each lies in a single group",)


def draw_test(labels: np.ndarray, groups: np.ndarray | None, rng: np.random.Generator) -> np.ndarray:
    """Which images are for the test: at least a fifth, as far as the groups allow.

    Every group stays whole, and every class keeps at least one group for the training: none is drawn where each class
    lies in a single group.
    """
    return _by_image(labels, rng) if groups is None else _by_group(labels, groups, rng)


def _by_image(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A fifth of each class, rounded up, but never a whole class."""
    in_test = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        in_test[rows[: min(_wanted(len(rows)), len(rows) - 1)]] = True
    return in_test


def _by_group(labels: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whole groups, the large ones first, as long as each brings the classes closer to their fifths.

    Then the small ones first, where a class has nothing or the whole is below a fifth.
    """
    _, group_of = np.unique(groups, return_inverse=True)
    counts = np.zeros((group_of.max() + 1, labels.max() + 1), np.int64)
    np.add.at(counts, (group_of, labels), 1)
    wanted = np.array([_wanted(total) for total in counts.sum(axis=0)])
    order = rng.permutation(len(counts))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    chosen, taken, left = np.zeros(len(counts), bool), np.zeros_like(wanted), (counts > 0).sum(axis=0)

    def take(group: int) -> None:
        chosen[group] = True
        taken[:] += counts[group]
        left[counts[group] > 0] -= 1

    for group in order:
        closer = np.abs(taken + counts[group] - wanted).sum() < np.abs(taken - wanted).sum()
        if closer and (left[counts[group] > 0] > 1).all():
            take(group)
    for group in order[::-1]:
        needed = (counts[group] > 0) & ((taken == 0) | (taken.sum() < _wanted(len(labels))))
        if needed.any() and not chosen[group] and (left[counts[group] > 0] > 1).all():
            take(group)
    return chosen[group_of]


def _wanted(n: int) -> int:
    """A fifth, rounded up without the error of binary fractions."""
    return -(-n // 5)
