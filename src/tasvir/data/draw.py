"""Which images are for the test? Whole groups, drawn so that the test part is the set in small."""

import math
from functools import cached_property

import numpy as np

#: Draws, and the share of them, nearest to the share of every class, of which chance takes one.
DRAWS, NEAREST = 100, 0.1


def draw_test(labels: np.ndarray, groups: np.ndarray | None, rng: np.random.Generator, *, share: float) -> np.ndarray:
    """Which images are for the test: `share` of each class, rounded up, or as near to it as whole groups come.

    Every group stays whole, every class keeps at least one group for the training, and has one in the test where it can.
    None is drawn where each class lies in a single group.

    Notes
    -----
    Groups are drawn systematically (every fifth, for a share of 0.2, of the groups in random order within their classes),
    small and large ones alike, and of `DRAWS` such draws one of the tenth is kept whose classes are nearest to their shares
    (rerandomisation: Morgan and Rubin, Annals of Statistics 40, 2012). That choice makes chances unequal where few groups are
    much larger than the others: of 15 clusters among 200 images the largest is tested at 1 % of seeds, one of 6 at 53 %.
    scikit-learn's `StratifiedGroupKFold` is not used: it deals the groups out in the order of their sizes and lets chance
    decide only between equal ones, so that 40 groups of 40 different sizes have five possible test parts; it takes no other
    shares than 1/k, and a class of few groups may lose all of them to the test.
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
        wanted = math.ceil(round(len(rows) * share, 9))  # without the error of binary fractions
        in_test[rows[: min(wanted, len(rows) - 1)]] = True
    return in_test


def _by_group(labels: np.ndarray, groups: np.ndarray, rng: np.random.Generator, *, share: float) -> np.ndarray:
    table = _Groups(labels, groups)
    wanted = table.counts.sum(axis=0) * share
    draws = [table.draw(rng, share) for _ in range(DRAWS)]
    apart = np.array([np.abs(table.images(chosen) - wanted).sum() for chosen in draws])
    near = np.flatnonzero(apart <= np.quantile(apart, NEAREST))
    return table.mend(draws[rng.choice(near)], rng)[table.of_image]


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
        return np.asarray(self.counts.argmax(axis=1)).ravel()

    @property
    def free(self) -> np.ndarray:
        """The groups none of whose classes would be lost with them."""
        return self.present @ (self.present.sum(axis=0) == 1) == 0

    def images(self, chosen: np.ndarray) -> np.ndarray:
        """How many images of each class the chosen groups have."""
        return self.counts.T @ chosen

    def draw(self, rng: np.random.Generator, share: float) -> np.ndarray:
        """Evenly spaced ones of the groups in the order of their classes, random within each: all have the same chance."""
        order = rng.permutation(len(self.main))
        order = order[np.argsort(self.main[order], kind="stable")]
        steps = np.floor(np.arange(len(order) + 1) * share + rng.random())
        chosen = np.zeros(len(order), bool)
        chosen[order] = np.diff(steps) > 0
        return chosen

    def mend(self, chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Groups go back whose class would have none left; some come whose class has no test images, or where all are missing."""
        left, taken = self.present.T @ ~chosen, self.images(chosen)
        order = rng.permutation(len(chosen))
        for group in order[chosen[order]]:
            own = self._classes(group)
            if (left[own] == 0).any():
                chosen[group] = False
                left[own] += 1
                taken[own] -= self.counts.data[self._cells(group)]
        for group in order[~chosen[order]]:
            own = self._classes(group)
            if (taken[own] == 0).any() and (left[own] > 1).all():
                chosen[group] = True
                left[own] -= 1
                taken[own] += self.counts.data[self._cells(group)]
        return chosen

    def _cells(self, group: int) -> slice:
        return slice(*self.counts.indptr[group : group + 2])

    def _classes(self, group: int) -> np.ndarray:
        return self.counts.indices[self._cells(group)]
