"""Several arms judged at once: how often may one of them look good by luck alone?"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.measures.verdict import Verdict


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Which p-values are left when several questions are asked at once?

    Parameters
    ----------
    p_values : sequence of float
        One a question, 0..1.

    Returns
    -------
    ndarray
        Adjusted p-values in the same order, 0..1: the chance of any false finding stays below a bound when only those
        below that bound are taken.

    Raises
    ------
    BadInputError
        A number outside 0..1.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=float)
    if not ((p >= 0) & (p <= 1)).all():
        raise BadInputError(f"holm: p-values {p.tolist()}; expected numbers from 0 to 1")
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1)
    return adjusted


def holm_verdicts(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Which verdicts stand when several arms were judged at once?

    Parameters
    ----------
    verdicts : sequence of Verdict
        Of one study, made at one confidence 1 - alpha. Refused ones are no questions and stay as they are.

    Returns
    -------
    list of Verdict
        In the same order, with Holm's p, and the interval widened to the level at which Holm judges that arm, so that it
        leaves out 0 exactly where Holm rejects.

    Raises
    ------
    BadInputError
        Verdicts made at different confidences.

    Notes
    -----
    `holm`. The m-th smallest p of k is judged at alpha / (k + 1 - m); from the first that fails on, all are shown at the
    level it failed at.

    Examples
    --------
    >>> holm_verdicts([])
    []
    """
    asked = [(i, v.p) for i, v in enumerate(verdicts) if not v.refused and v.p is not None]
    if len({verdicts[i].confidence for i, _ in asked}) > 1:
        raise BadInputError("holm_verdicts: verdicts at different confidences; make all at one")
    judged = list(verdicts)
    adjusted = holm([p for _, p in asked])
    left, failed = len(asked), False
    for rank in np.argsort([p for _, p in asked], kind="stable"):
        index, p = asked[rank]
        alpha = 1 - verdicts[index].confidence
        judged[index] = replace(verdicts[index].at_confidence(1 - alpha / left), p=float(adjusted[rank]))
        failed = failed or p > alpha / left
        left -= 0 if failed else 1
    return judged
