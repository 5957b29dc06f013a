"""A seeded split into train and test that keeps classes in proportion and groups together."""

import numpy as np


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
