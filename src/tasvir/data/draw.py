"""Which images are for the test? Whole groups, each with the same chance, so that the test part is the set in small."""

import math
from functools import cached_property

import numpy as np

#: A draw that has fewer or more images than so many times what was asked for is repeated so often; then the nearest is kept.
LEAST, MOST, TRIES = 0.8, 1.5, 20


def draw_test(labels: np.ndarray, groups: np.ndarray | None, rng: np.random.Generator, *, share: float) -> np.ndarray:
    """Which images are for the test: `share` of each class, rounded up; or of the groups.

    Every group stays whole, every class keeps at least one group for the training, and has one in the test where it can.
    None is drawn where each class lies in a single group.

    Notes
    -----
    Groups are drawn by the ordered pivotal method (Deville and Tillé, Biometrika 85, 1998) along their classes and sizes: each
    has the same chance, and neighbours are rarely drawn together, so the test part is the set in small. Better than
    scikit-learn's `StratifiedGroupKFold`, which deals the groups out by size and lets chance decide only between equal
    ones, so that 40 groups of 40 sizes have five possible test parts; it knows no shares but 1/k, and may give all groups
    of a rare class to the test.
    """
    return _by_image(labels, rng, share) if groups is None else _by_group(labels, groups, rng, share=share)


def can_be_split(labels: np.ndarray, groups: np.ndarray | None) -> bool:
    """Whether some group can go to the test with its classes still in the training."""
    return bool(_Groups(labels, np.arange(len(labels)) if groups is None else groups).free.any())


def _by_image(labels: np.ndarray, rng: np.random.Generator, share: float) -> np.ndarray:
    """The share of each class, rounded up, but never a whole class."""
    in_test = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        in_test[rows[: min(_rounded_up(len(rows), share), len(rows) - 1)]] = True
    return in_test


def _by_group(labels: np.ndarray, groups: np.ndarray, rng: np.random.Generator, *, share: float) -> np.ndarray:
    """Drawn again where few groups of unequal sizes, or a giant one, make too small a test or too large a one."""
    table = _Groups(labels, groups)
    draws: list[np.ndarray] = []
    while len(draws) < TRIES:
        draws.append(table.mend(table.draw(rng, share), rng)[table.of_image])
        if LEAST * share <= draws[-1].mean() <= MOST * share:
            return draws[-1]
    return min(draws, key=lambda in_test: abs(in_test.mean() - share))


class _Groups:
    """How many images of each class every group has."""

    def __init__(self, labels: np.ndarray, groups: np.ndarray):
        from scipy.sparse import csr_array

        _, self.of_image = np.unique(groups, return_inverse=True)
        shape = (self.of_image.max() + 1, labels.max() + 1)
        self.counts = csr_array((np.ones(len(labels), np.int64), (self.of_image, labels)), shape=shape)
        self.present = (self.counts > 0).astype(np.int64)

    @cached_property
    def main(self) -> np.ndarray:
        """The class that most images of each group have."""
        group = np.repeat(np.arange(len(self.size)), np.diff(self.counts.indptr))
        return self.counts.indices[np.lexsort((self.counts.data, group))[self.counts.indptr[1:] - 1]]

    @cached_property
    def size(self) -> np.ndarray:
        """How many images each group has."""
        return self.counts.sum(axis=1)

    @property
    def free(self) -> np.ndarray:
        """The groups none of whose classes would be lost with them."""
        return ~self._touched(self.present.sum(axis=0) == 1)

    def draw(self, rng: np.random.Generator, share: float) -> np.ndarray:
        """Each group with the same chance; spread over the classes, and over the sizes within each."""
        order = rng.permutation(len(self.main))
        order = order[np.lexsort((self.size[order], self.main[order]))]
        chosen = np.zeros(len(order), bool)
        chosen[order] = _spread(len(order), _rounded_up(len(order), share) / len(order), rng)
        return chosen

    def mend(self, chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Groups go back whose class would have none left for the training; some come whose class has none in the test."""
        left, taken = self.present.T @ ~chosen, self.present.T @ chosen
        order = rng.permutation(len(chosen))
        for group in order[chosen[order] & self._touched(left == 0)[order]]:
            own = self._classes(group)
            if (left[own] == 0).any():
                chosen[group] = False
                left[own] += 1
                taken[own] -= 1
        for group in order[~chosen[order] & self._touched(taken == 0)[order]]:
            own = self._classes(group)
            if (taken[own] == 0).any() and (left[own] > 1).all():
                chosen[group] = True
                left[own] -= 1
                taken[own] += 1
        return chosen

    def _touched(self, classes: np.ndarray) -> np.ndarray:
        """The groups that have one of these classes."""
        return self.present @ classes > 0

    def _classes(self, group: int) -> np.ndarray:
        return self.counts.indices[slice(*self.counts.indptr[group : group + 2])]


def _rounded_up(n: int, share: float) -> int:
    """A share of n, without the error of binary fractions."""
    return math.ceil(round(n * share, 9))


def _spread(n: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Which of `n` in a row are drawn, each with the chance `share`: one after the other, two pool their chances."""
    chosen = np.zeros(n, bool)
    holder, chance = 0, share
    for other, luck in enumerate(rng.random(n - 1).tolist(), 1):
        pooled = chance + share
        if pooled < 1:  # one of the two is out, the other holds both chances
            holder, chance = (other if luck * pooled < share else holder), pooled
        else:  # one of the two is drawn, the other holds what is left
            first = luck * (2 - pooled) < 1 - share
            chosen[holder if first else other] = True
            holder, chance = (other if first else holder), pooled - 1
    chosen[holder] |= rng.random() < chance
    return chosen
