"""Two classifiers on the same images: how far are they apart?"""

from collections.abc import Callable

import numpy as np
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.interval import Estimate, bca


def paired_bootstrap(
    statistic: Callable[[np.ndarray, np.ndarray], float],
    y: np.ndarray,
    *,
    a: np.ndarray,
    b: np.ndarray,
    groups: np.ndarray | None = None,
    n_resamples: int = 2000,
    seed: int = 0,
) -> Estimate:
    """By how much is one fixed classifier better than another on the same test images?

    Parameters
    ----------
    statistic : callable
        ``statistic(y, prediction) -> float``, for example `balanced_accuracy`.
    y : ndarray of shape (n,)
        True labels.
    a, b : ndarrays of shape (n, ...)
        What the two classifiers say of each image (labels or probabilities, as `statistic` takes them).
    groups : ndarray of shape (n,), optional
        Images of one group are drawn together.
    n_resamples, seed : int
        Of the bootstrap.

    Returns
    -------
    Estimate
        statistic(y, a) - statistic(y, b) with its BCa interval over images or groups. It holds for these two fitted
        classifiers: whether the recipes differ also depends on the seeds, see `verdict`.

    Raises
    ------
    BadInputError
        Arrays of different or no length.

    References
    ----------
    Efron and Tibshirani (1993), chapter 8 (both arms are resampled together) and 14 (BCa).

    Examples
    --------
    >>> from tasvir.measures.classification import accuracy
    >>> y = np.array([0, 1] * 10)
    >>> paired_bootstrap(accuracy, y, a=y, b=np.zeros(20, int)).value
    0.5
    """
    return bca(lambda y, a, b: statistic(y, a) - statistic(y, b), y, a, b, groups=groups, n_resamples=n_resamples, seed=seed)


def mcnemar(right_a: np.ndarray, right_b: np.ndarray) -> tuple[int, int, float]:
    """Does one of two fixed classifiers err on more of these images than the other? A description, not a verdict.

    Parameters
    ----------
    right_a, right_b : bool ndarrays of shape (n,)
        Which independent images each classifier gets right.

    Returns
    -------
    (only_a, only_b, p) : int, int, float
        Images only a, and only b, gets right; exact two-sided p of as many either way.

    Raises
    ------
    BadInputError
        Different or no lengths.

    References
    ----------
    McNemar (1947), Psychometrika 12, 153-157; exact binomial. It takes both fits as given: retraining may turn it.

    Examples
    --------
    >>> mcnemar(np.array([True] * 9 + [False]), np.array([True] * 3 + [False] * 7))
    (6, 0, 0.03125)
    """
    right_a, right_b = np.asarray(right_a, dtype=bool), np.asarray(right_b, dtype=bool)
    if right_a.ndim != 1 or right_a.shape != right_b.shape or right_a.size == 0:
        raise BadInputError(f"mcnemar: answers of shapes {right_a.shape} and {right_b.shape}; give two of (n,)")
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    if only_a + only_b == 0:
        return 0, 0, 1.0
    return only_a, only_b, float(stats.binomtest(only_a, only_a + only_b).pvalue)
