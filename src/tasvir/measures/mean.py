"""How sure is the mean of one number an image?"""

import numpy as np

from tasvir.measures.interval import Estimate, bca_weighted, enough_groups


def mean_estimate(values_n: np.ndarray, groups: np.ndarray | None = None, *, confidence: float = 0.95) -> Estimate:
    """How sure is a mean over test images?

    Parameters
    ----------
    values_n : ndarray of shape (n,)
        A number for each image; of a difference of two arms on the same images, their differences.
    groups : ndarray of shape (n,), optional
        Images of one group are drawn together.
    confidence : float
        Of the interval, between 0 and 1.

    Returns
    -------
    Estimate
        The mean, in the unit of the values, and its BCa interval; NaN ends where there are fewer than 5 groups or 2 images.

    Raises
    ------
    BadInputError
        Groups of another length.

    References
    ----------
    Efron (1987), JASA 82, 171-185; see `bca`.

    Examples
    --------
    >>> found = mean_estimate(np.arange(20.0))
    >>> found.value, found.low < 9.5 < found.high
    (9.5, True)
    """
    values_n = np.asarray(values_n, dtype=np.float64)
    few = len(values_n) < 2 or (groups is not None and len(np.unique(groups)) < 2)
    if few or not np.isfinite(values_n).all():
        return Estimate(float(values_n.mean()), float("nan"), float("nan"), len(values_n), "no interval")

    def mean(weights_nR: np.ndarray) -> np.ndarray:
        return values_n @ weights_nR / weights_nR.sum(0)

    found = bca_weighted(mean, len(values_n), groups=groups, confidence=confidence)
    return enough_groups(found, groups)
