"""Two published tests of a difference between recipes. `verdict` judges by another that finds more; these stand beside it."""

import numpy as np
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.interval import Estimate


def nadeau_bengio(differences: np.ndarray, overlap: float, confidence: float = 0.95) -> Estimate:
    """How sure is a mean difference over seeds x folds, whose training sets overlap?

    Parameters
    ----------
    differences : ndarray
        One a (seed, fold) cell, at least 2; any shape.
    overlap : float
        n_test / n_train, 0 or more: 1 / (F - 1) for F folds.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        Mean difference with mean +- t(J - 1) sqrt((1 / J + overlap) s^2). Misses its level where a seed brings as much
        to all its folds as a training set does to one, with 1 or 2 seeds: see benchmarks/results/statistics.md.

    Raises
    ------
    BadInputError
        Fewer than 2 differences, or overlap below 0.

    References
    ----------
    Nadeau and Bengio (2003), Machine Learning 52, 239-281, section 4; for repeated cross-validation Bouckaert and Frank
    (2004).

    Examples
    --------
    >>> e = nadeau_bengio(np.array([0.01, 0.03, 0.02, 0.05, 0.04]), overlap=0.25)
    >>> round(e.low, 4), round(e.high, 4)
    (0.0006, 0.0594)
    """
    differences = np.ravel(differences).astype(float)
    J = len(differences)
    if J < 2 or overlap < 0:
        raise BadInputError(f"nadeau_bengio: {J} differences, overlap {overlap}; give at least 2, and 0 or more")
    se = float(np.sqrt((1 / J + overlap) * differences.var(ddof=1)))
    return _around(float(differences.mean()), se, J, method="Nadeau-Bengio", confidence=confidence)


def over_retrainings(differences: np.ndarray, images_variance: float, confidence: float = 0.95) -> Estimate:
    """How sure is a mean difference over retrainings, all tested on one fixed test set?

    Parameters
    ----------
    differences : ndarray of shape (J,)
        One a retraining, at least 2.
    images_variance : float
        Variance of their mean over test images or groups, for example from the paired bootstrap.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        Mean difference with mean +- t(J - 1) sqrt(s^2 / J + v). Keeps its level and is wider than it need be.

    Raises
    ------
    BadInputError
        Fewer than 2 differences, or a variance below 0.

    Notes
    -----
    Our own; `crossed_difference` gives each part its own degrees of freedom.

    Examples
    --------
    >>> e = over_retrainings(np.array([0.01, 0.03, 0.02]), images_variance=0.0)
    >>> round(e.low, 4), round(e.high, 4)
    (-0.0048, 0.0448)
    """
    differences = np.asarray(differences, dtype=float)
    J = differences.size
    if J < 2 or differences.ndim != 1 or images_variance < 0:
        raise BadInputError(f"over_retrainings: {J} differences, variance {images_variance}; give 2 or more, and 0 or more")
    se = float(np.sqrt(differences.var(ddof=1) / J + images_variance))
    return _around(float(differences.mean()), se, J, method="t over retrainings and images", confidence=confidence)


def _around(mean: float, se: float, J: int, *, method: str, confidence: float) -> Estimate:
    half = float(stats.t.ppf(0.5 + confidence / 2, J - 1)) * se
    return Estimate(mean, mean - half, mean + half, J, method)
