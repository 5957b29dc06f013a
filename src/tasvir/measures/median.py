"""How sure is a median?"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.interval import Estimate


def median_interval(values: ArrayLike, confidence: float = 0.95) -> Estimate:
    """What is the median of these, and between which two of them does the true one lie?

    Parameters
    ----------
    values : array of shape (n,)
        Independent and finite, of any distribution.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        The median and two of the values; NaN for both ends where there are too few for this confidence (below 6 for 95 %).

    Raises
    ------
    BadInputError
        No values, or some that are not finite.

    References
    ----------
    W. Conover, *Practical Nonparametric Statistics*, 3rd ed. (1999), section 3.2: a value is below the median with a probability
    of one half.

    Examples
    --------
    >>> median_interval(range(1, 12))
    Estimate(value=6.0, low=2.0, high=10.0, n=11, method='order statistics')
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    n = len(ordered)
    if not n or not np.isfinite(ordered).all():
        raise BadInputError(f"median_interval: {n} values, of which some are not finite; give finite ones")
    below = int(stats.binom.ppf((1 - confidence) / 2, n, 0.5)) - 1  # the most values that may lie outside on a side
    low, high = (float(ordered[below]), float(ordered[n - 1 - below])) if below >= 0 else (float("nan"), float("nan"))
    return Estimate(float(np.median(ordered)), low, high, n, "order statistics")
