"""Two recipes of which each training gives one number: how far are they apart, and how far could that be by luck of the seeds?"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.verdict import FEWEST_SEEDS_FIXED, Refusal, Verdict


def verdict_over_seeds(
    a: ArrayLike,
    b: ArrayLike,
    *,
    names: tuple[str, str] = ("A", "B"),
    metric: str,
    resolution: float = 0.0,
    confidence: float = 0.95,
) -> Verdict:
    """Is recipe a above recipe b, each training of both measured by one number?

    Parameters
    ----------
    a, b : arrays of shape (S,)
        The number of each recipe at each of S seeds, finite; the same seeds for both.
    names : (str, str)
        The ids of a and b.
    metric : str
        The id of the number.
    resolution : float
        The smallest difference that the number can show, 0 or more. Seeds that all differ by the same are no proof: the standard
        error is at least that of one seed that differed by this.
    confidence : float
        Of the interval.

    Returns
    -------
    Verdict
        'helps' where a is above b. Refused with fewer than 3 seeds, and where a number is missing (NaN: a training failed), of
        which not even the difference is known.

    Raises
    ------
    BadInputError
        Shapes that do not fit.

    Notes
    -----
    Student's paired t over seeds: it holds for other seeds on the same images. `verdict` is for scores of each image.

    Examples
    --------
    >>> found = verdict_over_seeds([2.0, 2.2, 2.1], [1.0, 1.1, 1.2], metric="width")
    >>> found.outcome, round(found.low, 2), round(found.high, 2)
    ('helps', 0.75, 1.25)
    """
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.ndim != 1 or a.shape != b.shape or not a.size:
        raise BadInputError(f"verdict_over_seeds: numbers of shapes {a.shape} and {b.shape}; give one of each a seed")
    known = np.isfinite(a) & np.isfinite(b)
    differences, n = (a - b)[known], int(known.sum())
    missing = n < len(a) or n < FEWEST_SEEDS_FIXED
    d = float(differences.mean()) if n == len(a) else float("nan")
    judged: dict[str, float | None] = dict.fromkeys(("low", "high", "p", "smallest_detectable", "se", "df"))
    if not missing:
        se = max(float(differences.std(ddof=1)) / n**0.5, resolution / n, np.finfo(float).tiny)
        judged |= {"se": se, "df": n - 1.0, "p": float(2 * stats.t.sf(abs(d) / se, n - 1))}
    found = Verdict(
        *names,
        metric,
        d,
        **judged,  # type: ignore[arg-type]
        n=n,
        n_seeds=n,
        n_folds=1,
        this_training_set_only=True,
        refused=Refusal("seeds", n, max(FEWEST_SEEDS_FIXED, len(a))) if missing else None,
    )
    return found.at_confidence(confidence)
