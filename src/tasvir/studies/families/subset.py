"""A small, unequal training set: the case in which generating more images could help."""

from dataclasses import dataclass

import numpy as np

from tasvir.contracts.seeds import stream_rng
from tasvir.data.dataset import Dataset
from tasvir.measures.neighbours import spread_sample

#: Most images of the subset; the classes count as equal up to this ratio; what is left of a cut class, at least so many images.
MOST_IMAGES, EQUAL, CUT, FEWEST = 1000, 1.5, 5, 10


@dataclass(frozen=True)
class Subset:
    """Rows of the training part that were kept and `cut_away`; by class `before` and `after`, and which classes were `cut`."""

    rows: np.ndarray
    cut_away: np.ndarray
    before: np.ndarray
    after: np.ndarray
    cut: tuple[int, ...]


def unequal_subset(data: Dataset, seed: int) -> Subset:
    """At most 1,000 training images, stratified; where the classes are equal every second one is cut to a fifth, at least 10."""
    y = data.targets("train")[0]
    K = len(data.class_names)
    rows = spread_sample(y, MOST_IMAGES, seed)
    before = np.bincount(y[rows], minlength=K)
    if before.max() > EQUAL * before.min():
        return Subset(rows, rows[:0], before, before, ())
    cut = tuple(label for label in range(K) if label % 2 == 0)
    kept = np.concatenate([_kept(rows[y[rows] == label], label, is_cut=label in cut, seed=seed) for label in range(K)])
    after = np.bincount(y[kept], minlength=K)
    return Subset(np.sort(kept), np.setdiff1d(rows, kept), before, after, cut)


def _kept(rows: np.ndarray, label: int, *, is_cut: bool, seed: int) -> np.ndarray:
    if not is_cut:
        return rows
    n_kept = min(len(rows), max(FEWEST, len(rows) // CUT))
    return stream_rng(seed, f"cut {label}").permutation(rows)[:n_kept]


def missing_labels(y: np.ndarray, n_classes: int) -> np.ndarray:
    """The labels that are missing to make every class as large as the largest."""
    counts = np.bincount(y, minlength=n_classes)
    return np.repeat(np.arange(n_classes), counts.max() - counts)
