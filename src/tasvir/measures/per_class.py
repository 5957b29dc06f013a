"""How many images of a class are found, and how many that are taken for it are of it? Shares with intervals, class by class.

Labels are whole numbers 0..K-1. Shape letters: n images, K classes, G groups.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.interval import Estimate, enough_groups, wilson, wilson_ends


@dataclass(frozen=True)
class ClassScore:
    """Of one class: `recall` (of its images, the share that is found) and `precision` (of those taken for it, the share that is).

    With two classes the recall of the positive class is the sensitivity and that of the other the specificity; their precisions
    are the positive and the negative predictive value.
    """

    recall: Estimate
    precision: Estimate


def class_scores(y: np.ndarray, pred: np.ndarray, K: int, *, groups: np.ndarray | None = None) -> tuple[ClassScore, ...]:
    """How good is one fixed classifier on each class?

    Parameters
    ----------
    y, pred : ndarrays of shape (n,)
        True and predicted labels, 0..K-1.
    K : int
        Number of classes.
    groups : ndarray of shape (n,), optional
        Images of one group (a patient) are not independent of each other.

    Returns
    -------
    tuple of K ClassScore
        Shares 0..1, greater is better, each with its 95 % interval and the number of images (or groups) behind it. NaN where
        there is no image to judge by; no interval with fewer than 5 groups.

    Raises
    ------
    BadInputError
        Labels of different lengths.

    References
    ----------
    Altman and Bland (1994), BMJ 308, 1552 and 309, 102. Precisions hold where classes are as frequent as here.

    Examples
    --------
    >>> sick, well = class_scores(np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 1, 1]), 2)
    >>> sick.recall.value, well.precision.value
    (0.5, 0.75)
    """
    y, pred = np.asarray(y), np.asarray(pred)
    if y.ndim != 1 or y.shape != pred.shape:
        raise BadInputError(f"labels of shape {y.shape} and predictions of shape {pred.shape}; give two of (n,)")

    def share(holds: np.ndarray, among: np.ndarray) -> Estimate:
        return enough_groups(share_among(holds, among, groups), groups)

    return tuple(ClassScore(share(pred == k, y == k), share(y == k, pred == k)) for k in range(K))


def share_among(holds: np.ndarray, among: np.ndarray, groups: np.ndarray | None = None) -> Estimate:
    """The share of the images in `among` for which `holds` is true, with its 95 % interval.

    Wilson's; with groups, Wilson's with as many trials as the images are worth, and the t of the groups' number.
    """
    holds, among = np.asarray(holds, bool), np.asarray(among, bool)
    n = int(among.sum())
    if n == 0:
        return Estimate(float("nan"), float("nan"), float("nan"), 0, "no images")
    if groups is None:
        return wilson(int(holds[among].sum()), n)
    return _grouped(holds[among], np.unique(np.asarray(groups)[among], return_inverse=True)[1].ravel())


def _grouped(holds: np.ndarray, group_of_image: np.ndarray, confidence: float = 0.95) -> Estimate:
    """n images in G groups are worth p(1 - p) / var(p) independent ones, var(p) being the ratio estimator's over groups.

    Korn and Graubard (1998), Survey Methodology 24, 193-201, with Wilson's interval in place of Clopper and Pearson's.
    """
    n, G, p = len(holds), int(group_of_image.max()) + 1, float(holds.mean())
    if G < 2:
        return Estimate(p, 0.0, 1.0, G, "one group")
    apart_G = np.bincount(group_of_image, holds - p)
    variance = G / (G - 1) * float((apart_G**2).sum()) / n**2
    worth = float(G) if variance == 0 else min(float(n), p * (1 - p) / variance)
    low, high = wilson_ends(p, worth, float(stats.t.ppf(0.5 + confidence / 2, G - 1)))
    return Estimate(p, low, high, G, "Wilson over groups")
