"""Two classifiers on the same images: how far are they apart?"""

from collections.abc import Callable

import numpy as np

from tasvir.measures.interval import Estimate, bca


def paired_bootstrap(
    statistic: Callable[[np.ndarray, np.ndarray], float],
    y: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    groups: np.ndarray | None = None,
    *,
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

    Source
    ------
    Efron and Tibshirani (1993), chapter 8 (both arms are resampled together) and 14 (BCa).

    Examples
    --------
    >>> from tasvir.measures.classification import accuracy
    >>> y = np.array([0, 1] * 10)
    >>> paired_bootstrap(accuracy, y, y, np.zeros(20, int)).value
    0.5
    """
    return bca(lambda y, a, b: statistic(y, a) - statistic(y, b), y, a, b, groups=groups, n_resamples=n_resamples, seed=seed)
