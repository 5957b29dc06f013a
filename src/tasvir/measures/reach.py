"""Over how wide a range of a setting does a recipe do nearly as well as at its best?"""

import numpy as np
from numpy.typing import ArrayLike

from tasvir.contracts.errors import BadInputError

TINY = 1e-12


def decades_within(settings: ArrayLike, scores: ArrayLike, level: float) -> float:
    """How many decades of a setting score `level` or more?

    Parameters
    ----------
    settings : array of shape (n,)
        Above 0, rising; at least 2.
    scores : array of shape (n,)
        Finite, greater is better.
    level : float
        What is good enough.

    Returns
    -------
    float
        The length of the good part in powers of ten, between the first setting and the last: a score between two settings lies
        on the line between theirs, over the logarithm of the setting. What lies beyond the ends is not counted.

    Raises
    ------
    BadInputError
        Settings that do not rise from above 0, scores that are not finite or not as many.

    Notes
    -----
    Our own; good settings need not stand together.

    Examples
    --------
    >>> round(decades_within([0.01, 0.1, 1.0], [0.5, 1.0, 0.0], level=0.75), 6)
    0.75
    """
    x, y = np.asarray(settings, dtype=float), np.asarray(scores, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or len(x) < 2 or not np.isfinite(y).all() or x[0] <= 0 or (np.diff(x) <= 0).any():
        raise BadInputError(f"decades_within: {x.tolist()} with {y.tolist()}; give rising settings above 0, a finite score each")
    width, above = np.diff(np.log10(x)), y - level
    left, right = above[:-1], above[1:]
    share = (np.maximum(left, right) + TINY) / np.maximum(np.abs(right - left), TINY)  # above 1 where both are good
    return float((np.clip(share, 0, 1) * width).sum())
