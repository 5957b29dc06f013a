"""How dear are a classifier's probabilities? Mean losses, and their intervals. Shape letters: n images, K classes, U units."""

import numpy as np
from scipy import stats

from tasvir.measures.interval import Estimate, units, wilson_ends

#: The least probability that a loss believes: the precision of float32, in which most probabilities come.
LEAST = float(np.finfo(np.float32).eps)


def log_loss_estimate(y: np.ndarray, proba: np.ndarray, groups: np.ndarray | None = None) -> Estimate:
    """Minus the mean logarithm of the probability of the true class, in nats, with its 95 % interval."""
    surprise_nK = -np.log(np.maximum(proba, LEAST))
    return mean_loss(surprise_nK[np.arange(len(y)), y], surprise_nK.max(axis=1), groups)


def brier_estimate(y: np.ndarray, proba: np.ndarray, groups: np.ndarray | None = None) -> Estimate:
    """Mean squared distance of the probabilities to the truth, with its 95 % interval; of two classes one is counted.

    0 at best and, for several classes, 2 at worst (for two classes 1), as scikit-learn's ``brier_score_loss`` has it.
    """
    scale = 0.5 if proba.shape[1] == 2 else 1.0
    squared_n = (proba**2).sum(axis=1)
    distance_nK = scale * (squared_n[:, None] + 1 - 2 * proba)  # were class k the true one
    return mean_loss(distance_nK[np.arange(len(y)), y], distance_nK.max(axis=1), groups)


def mean_loss(loss_n: np.ndarray, worst_n: np.ndarray, groups: np.ndarray | None = None, *, confidence: float = 0.95) -> Estimate:
    """The mean of a loss, of which a few images may bear nearly all, with its interval.

    Parameters
    ----------
    loss_n : ndarray of shape (n,)
        0 or more.
    worst_n : ndarray of shape (n,)
        The greatest loss that each image could have had, above 0.
    groups : ndarray of shape (n,), optional
        Images of one group are not independent of each other.
    confidence : float
        Of the interval.

    Returns
    -------
    Estimate
        The mean; NaN ends where there is only one image or group.

    Raises
    ------
    BadInputError
        groups does not fit.

    Notes
    -----
    Wilson's interval on the scale from 0 to the greatest loss there could be, with as many trials as give the variance of the
    mean, and the t of the units' number. The dear mistakes of a good classifier are rare, and none of them may be among the test
    images: their spread is then no measure of how large the mean might be. For the upper end one more image (or group) is
    therefore added, whose loss is the mean of the worst ones. `benchmarks/intervals.py` simulates how often it holds the truth.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24, 193-201, for the number of trials.

    Examples
    --------
    >>> found = mean_loss(np.array([0.1, 0.2, 0.3] * 20), np.full(60, 4.0))
    >>> round(found.value, 2), 0.1 < found.low < found.high < 0.5
    (0.2, True)
    """
    n, mean = len(loss_n), float(loss_n.mean())
    one_unit = n < 2 or (groups is not None and len(np.unique(groups)) < 2)
    if one_unit:
        return Estimate(mean, float("nan"), float("nan"), 1, "one image" if groups is None else "one group")
    unit_of_image, U = units(n, groups)
    sums_U, sizes_U = np.bincount(unit_of_image, loss_n), np.bincount(unit_of_image).astype(float)
    greatest, reach = float(worst_n.max()), float(stats.t.ppf(0.5 + confidence / 2, U - 1))
    low, _ = _ends(sums_U, sizes_U, greatest=greatest, reach=reach)
    one_more = np.append(sums_U, worst_n.mean() * n / U), np.append(sizes_U, n / U)
    _, high = _ends(*one_more, greatest=greatest, reach=reach)
    method = "Wilson of a mean" + ("" if groups is None else " over groups")
    return Estimate(mean, min(low, mean), max(high, mean), U, method)


def _ends(sums_U: np.ndarray, sizes_U: np.ndarray, *, greatest: float, reach: float) -> tuple[float, float]:
    """Wilson's ends on the scale 0..greatest, with as many trials as have the variance of the ratio of both sums."""
    U, n = len(sums_U), sizes_U.sum()
    mean = float(sums_U.sum() / n)
    variance = U / (U - 1) * float(((sums_U - mean * sizes_U) ** 2).sum()) / n**2
    share = mean / greatest
    if variance <= (1e-12 * greatest) ** 2:
        return mean, mean
    low, high = wilson_ends(share, share * (1 - share) * greatest**2 / variance, reach)
    return float(low * greatest), float(high * greatest)
