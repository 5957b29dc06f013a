"""How sure is a mean of independent shares, such as balanced accuracy? From the intervals of the shares."""

from collections.abc import Sequence

import numpy as np

from tasvir.measures.interval import Estimate
from tasvir.measures.per_class import share_among


def mean_of_shares(shares: Sequence[Estimate], n: int) -> Estimate:
    """The mean of shares of disjoint images, with an interval that each share's own interval gives.

    Parameters
    ----------
    shares : sequence of Estimate
        At least one, each 0..1 with its interval.
    n : int
        Independent units behind all of them.

    Returns
    -------
    Estimate
        0..1; the distance to each end is the root of the sum of squares of the shares' own distances, over their number.

    Raises
    ------
    Nothing.

    References
    ----------
    Zou and Donner (2008), Statistics in Medicine 27, 1693-1702 (MOVER). With Wilson's intervals it never has length 0, and
    does not fail where a class has no error, as resampling does.

    Examples
    --------
    >>> from tasvir.measures.interval import wilson
    >>> found = mean_of_shares([wilson(5, 5), wilson(44, 45)], 50)
    >>> round(found.low, 2), round(found.high, 2)
    (0.77, 1.0)
    """
    value, low, high = (np.array([getattr(share, name) for share in shares]) for name in ("value", "low", "high"))
    mean = float(value.mean())
    below, above = (float(np.sqrt(((end - value) ** 2).sum())) / len(shares) for end in (low, high))
    return Estimate(mean, max(0.0, mean - below), min(1.0, mean + above), n, "MOVER of Wilson's intervals")


def balanced_accuracy_estimate(y: np.ndarray, pred: np.ndarray, groups: np.ndarray | None = None) -> Estimate:
    """Balanced accuracy over the classes that are there, with its 95 % interval; of groups where there are any."""
    y, pred = np.asarray(y), np.asarray(pred)
    shares = [share_among(pred == label, y == label, groups) for label in np.unique(y)]
    return mean_of_shares(shares, len(y) if groups is None else len(np.unique(groups)))
