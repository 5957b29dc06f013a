"""How sure is the area under the ROC curve? Shape letters: n images, K classes, U units (images, or groups of them)."""

import numpy as np
from scipy import optimize, stats
from scipy.special import expit, logit

from tasvir.measures.interval import Estimate, units

#: The least share of Hanley and McNeil's variance that is believed: near 1 DeLong's sees too few misplaced pairs to know it.
FLOOR = 1 / 3


def auc_estimate(y: np.ndarray, proba: np.ndarray, groups: np.ndarray | None = None, *, confidence: float = 0.95) -> Estimate:
    """The AUC of a score of two classes, or the mean of each class against the rest, with its interval.

    On the scale of the logit, as areas near 1 are far from normal; the variance is DeLong's, at least `FLOOR` of Hanley and
    McNeil's, summed within groups where there are any, with the t of their number. A perfect order has the score interval of
    Hanley and McNeil's variance, with as many images as there are units of a class.

    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845; Hanley and McNeil (1982), Radiology 143, 29-36; the logit:
    Pepe (2003), The Statistical Evaluation of Medical Tests, section 5.2.
    """
    classes = [1] if proba.shape[1] == 2 else [k for k in range(proba.shape[1]) if 0 < (y == k).sum() < len(y)]
    parts = [_placed(y == k, proba[:, k]) for k in classes if 0 < (y == k).sum() < len(y)]
    unit_of_image, n_units = units(len(y), groups) if groups is None or len(np.unique(groups)) > 1 else (np.zeros(len(y), int), 1)
    if not parts:
        return Estimate(float("nan"), float("nan"), float("nan"), n_units, "undefined")
    area = float(np.mean([part.area for part in parts]))
    if n_units < 2:
        return Estimate(area, 0.0, 1.0, n_units, "one group")
    if all(part.tied for part in parts):
        return Estimate(area, area, area, n_units, "one score for all")
    influence_n = np.mean([part.influence_n for part in parts], axis=0)
    if not influence_n.any():  # a perfect order, or its reverse
        low, high = _score_ends(area, parts, unit_of_image, confidence=confidence)
        return Estimate(area, low, high, n_units, "score of Hanley and McNeil")
    variance = float((np.bincount(unit_of_image, influence_n) ** 2).sum()) * n_units / (n_units - 1)
    n_pairs = float(np.mean([part.n_positive * part.n_negative for part in parts]))
    moved = (area * n_pairs + 0.5) / (n_pairs + 1)
    floor = FLOOR * sum(_hanley_mcneil(moved, part.n_positive, part.n_negative) for part in parts) / len(parts) ** 2
    reach = (stats.norm if groups is None else stats.t(n_units - 1)).ppf(0.5 + confidence / 2)
    half = float(reach * np.sqrt(max(variance, floor)) / (moved * (1 - moved)))
    low, high = (float(expit(logit(moved) + side * half)) for side in (-1, 1))
    return Estimate(
        area, min(low, area), max(high, area), n_units, "logit of DeLong" + ("" if groups is None else " over groups")
    )


class _Placed:
    """How the images of one class are placed among the others: the area, and what each image adds to its error."""

    def __init__(self, area: float, influence_n: np.ndarray, positive: np.ndarray, *, tied: bool):
        self.area, self.influence_n, self.positive, self.tied = area, influence_n, positive, tied
        self.n_positive, self.n_negative = int(positive.sum()), int((~positive).sum())


def _placed(positive: np.ndarray, score: np.ndarray) -> _Placed:
    pos, neg = np.sort(score[positive]), np.sort(score[~positive])
    above = _share_below(neg, score[positive])  # of the negatives, for each positive image
    below = 1 - _share_below(pos, score[~positive])
    area = float(above.mean())
    influence_n = np.empty(len(score))
    influence_n[positive] = (above - area) / len(pos)
    influence_n[~positive] = (below - area) / len(neg)
    return _Placed(area, influence_n, positive, tied=bool(np.ptp(score) == 0))


def _share_below(ordered: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Ties count half."""
    return (np.searchsorted(ordered, score, "left") + np.searchsorted(ordered, score, "right")) / (2 * len(ordered))


def _score_ends(area: float, parts: list[_Placed], unit_of_image: np.ndarray, *, confidence: float) -> tuple[float, float]:
    """Areas that a perfect order is no surprise for: where the distance to it is z standard errors of that area."""
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    sizes = [tuple(len(np.unique(unit_of_image[side])) for side in (part.positive, ~part.positive)) for part in parts]

    def beyond(true: float) -> float:
        variance = sum(_hanley_mcneil(true, *size) for size in sizes) / len(sizes) ** 2
        return float(abs(area - true) - z * np.sqrt(variance))

    if area > 0.5:
        return float(optimize.brentq(beyond, 1e-9, 1 - 1e-9)) if beyond(1e-9) > 0 else 0.0, 1.0
    return 0.0, float(optimize.brentq(beyond, 1e-9, 1 - 1e-9)) if beyond(1 - 1e-9) > 0 else 1.0


def _hanley_mcneil(area: float, n_positive: int, n_negative: int) -> float:
    """The variance with N* in place of both sizes: Newcombe (2006), Statistics in Medicine 25, 559-573, method 5."""
    middle = (n_positive + n_negative) / 2 - 1
    factor = 1 + middle * ((1 - area) / (2 - area) + area / (1 + area))
    return area * (1 - area) * factor / (n_positive * n_negative)
