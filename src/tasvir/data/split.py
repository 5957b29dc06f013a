"""A seeded split into train and test that keeps classes in proportion and groups together."""

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng


def draw_split(labels: np.ndarray, groups: np.ndarray | None, seed: int, source: str) -> np.ndarray:
    """'train' or 'test' for each image; at least a fifth is for the test as far as the groups allow.

    Every group stays whole, and every class keeps at least one group for the training.
    """
    rng = stream_rng(seed, "split")
    in_test = _by_image(labels, rng) if groups is None else _by_group(labels, groups, rng)
    if not in_test.any():
        raise BadInputError(f"{source} cannot be split: each class lies within a single group")
    return np.where(in_test, "test", "train")


def _by_image(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A fifth of each class, rounded up, but never a whole class."""
    in_test = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        in_test[rows[: min(_wanted(len(rows)), len(rows) - 1)]] = True
    return in_test


def _by_group(labels: np.ndarray, groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Whole groups, the large ones first, as long as each brings the classes closer to their fifths."""
    _, group_of = np.unique(groups, return_inverse=True)
    counts = np.zeros((group_of.max() + 1, labels.max() + 1), np.int64)
    np.add.at(counts, (group_of, labels), 1)
    wanted = np.array([_wanted(total) for total in counts.sum(axis=0)])
    order = rng.permutation(len(counts))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    chosen, taken, left = np.zeros(len(counts), bool), np.zeros_like(wanted), (counts > 0).sum(axis=0)
    for must in (False, True):  # second round: what is still missing, even where it goes a little beyond
        for group in order:
            row = counts[group]
            if chosen[group] or (left[row > 0] == 1).any() or not (row * (taken < wanted)).any():
                continue
            closer = np.abs(taken + row - wanted).sum() < np.abs(taken - wanted).sum()
            if closer or (must and taken.sum() < wanted.sum()):
                chosen[group] = True
                taken += row
                left[row > 0] -= 1
        order = order[::-1]  # the small ones first
    return chosen[group_of]


def _wanted(n: int) -> int:
    """A fifth, rounded up without the error of binary fractions."""
    return -(-n // 5)
