"""How well are images classified? Scores, and the intervals of one fixed classifier on one test set.

Labels are whole numbers 0..K-1. Shape letters: n images, K classes, R resamples.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from tasvir.contracts.errors import BadInputError
from tasvir.measures.area import auc_estimate
from tasvir.measures.interval import Estimate, WeightedStatistic, enough_groups, units
from tasvir.measures.losses import brier_estimate, log_loss_estimate
from tasvir.measures.mover import balanced_accuracy_estimate
from tasvir.measures.per_class import share_among
from tasvir.measures.probabilities import checked_probabilities


def accuracy(y: np.ndarray, pred: np.ndarray) -> float:
    """Which share of the images is classified rightly?

    Parameters
    ----------
    y, pred : ndarrays of shape (n,)
        True and predicted labels.

    Returns
    -------
    float
        0..1, greater is better.

    Raises
    ------
    BadInputError
        Different or no lengths.

    Examples
    --------
    >>> accuracy(np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0]))
    0.75
    """
    y, pred = _same_length(y, pred)
    return float(np.mean(y == pred))


def balanced_accuracy(y: np.ndarray, pred: np.ndarray) -> float:
    """Which share is classified rightly when every class counts alike?

    Parameters
    ----------
    y, pred : ndarrays of shape (n,)
        True and predicted labels.

    Returns
    -------
    float
        Mean recall over the classes present in y: 0..1, greater is better, 1/K for guessing.

    Raises
    ------
    BadInputError
        Different or no lengths.

    References
    ----------
    Brodersen et al. (2010); scikit-learn's ``balanced_accuracy_score``.

    Examples
    --------
    >>> balanced_accuracy(np.array([0, 1, 1, 1]), np.array([1, 1, 1, 1]))
    0.5
    """
    y, pred = _same_length(y, pred)
    return float(balanced_accuracy_of_weights(y, pred)(np.ones((len(y), 1)))[0])


def auc(y: np.ndarray, proba: np.ndarray) -> float:
    """How well do the probabilities order the images?

    Parameters
    ----------
    y : ndarray of shape (n,)
        True labels.
    proba : ndarray of shape (n, K)
        Probabilities or scores, one column a class; with two classes the second is used.

    Returns
    -------
    float
        Two classes: P(a positive image scores above a negative one), ties counted half. Several: the mean over the
        classes present, each against the rest. 0..1, greater is better, 0.5 for guessing; NaN with one class only.

    Raises
    ------
    BadInputError
        proba is not of shape (n, K).

    References
    ----------
    Hanley and McNeil (1982), Radiology 143, 29-36; by ranks, as the Mann-Whitney statistic.

    Examples
    --------
    >>> auc(np.array([0, 0, 1, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]]))
    0.75
    """
    y, proba = _check_proba(y, proba)
    return float(auc_of_weights(y, proba)(np.ones((len(y), 1)))[0])


def confusion(y: np.ndarray, pred: np.ndarray, K: int) -> np.ndarray:
    """Which classes are taken for which?

    Parameters
    ----------
    y, pred : ndarrays of shape (n,)
        True and predicted labels, 0..K-1.
    K : int
        Number of classes.

    Returns
    -------
    ndarray of shape (K, K), int64
        Rows: true class; columns: predicted class; entries: images.

    Raises
    ------
    BadInputError
        Different or no lengths, or a label outside 0..K-1.

    Examples
    --------
    >>> confusion(np.array([0, 1, 1]), np.array([0, 1, 0]), 2).tolist()
    [[1, 0], [1, 1]]
    """
    y, pred = _same_length(y, pred)
    if min(y.min(), pred.min()) < 0 or max(y.max(), pred.max()) >= K:
        raise BadInputError(f"confusion: labels from {y.min()} to {max(y.max(), pred.max())}; expected 0..{K - 1}")
    return np.bincount(y.astype(int) * K + pred.astype(int), minlength=K * K).reshape(K, K)


def roc_curve(y: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which true positive rate can be had at which false positive rate?

    Parameters
    ----------
    y : ndarray of shape (n,)
        0 or 1, both present.
    score : ndarray of shape (n,)
        Greater means rather 1.

    Returns
    -------
    (fpr, tpr) : ndarrays of the same length
        From (0, 0) to (1, 1), one point a distinct score.

    Raises
    ------
    BadInputError
        Labels other than 0 and 1, or only one of them.

    Notes
    -----
    The area below is `auc`.

    Examples
    --------
    >>> fpr, tpr = roc_curve(np.array([0, 1]), np.array([0.2, 0.7]))
    >>> fpr.tolist(), tpr.tolist()
    ([0.0, 0.0, 1.0], [0.0, 1.0, 1.0])
    """
    y, score = _same_length(y, score)
    if not np.array_equal(np.unique(y), [0, 1]):
        raise BadInputError(f"roc_curve: labels {np.unique(y)[:5].tolist()}; expected both 0 and 1")
    order = np.argsort(-score, kind="stable")
    positive = y[order] == 1
    last_of_tie = np.append(np.flatnonzero(np.diff(score[order])), len(y) - 1)
    tpr = np.cumsum(positive)[last_of_tie] / positive.sum()
    fpr = np.cumsum(~positive)[last_of_tie] / (~positive).sum()
    return np.append(0.0, fpr), np.append(0.0, tpr)


def score_classifier(
    y: ArrayLike, probabilities: ArrayLike, groups: ArrayLike | None = None, *, classes: Sequence | None = None
) -> dict[str, Estimate]:
    """How good is one fixed classifier, and how sure is that?

    Parameters
    ----------
    y : array-like of shape (n,)
        True labels. Whole numbers of 0..K-1 are the columns' numbers; others, words too, stand for the columns in sorted order.
    probabilities : array-like of shape (n, K)
        Those of every class, from whatever made them: 0..1, rows that sum to 1.
    groups : array-like of shape (n,), optional
        Images of one group (a patient) are not independent of each other.
    classes : sequence of K labels, optional
        The label of each column, where sorting does not tell or y lacks a class.

    Returns
    -------
    dict
        Estimates with `value`, `low`, `high` (95 %), the number `n` of images or groups behind it, and the `method`. 'accuracy'
        (Wilson), 'balanced_accuracy' (MOVER of the classes' Wilson intervals) and 'auc' (DeLong on the logit), 0..1, greater
        is better; 'log_loss' (nats) and 'brier' (0..1 with two classes, else 0..2), smaller is better (`mean_loss`). Over
        groups the t of their number is used; with fewer than 5 there is no interval (NaN). Perfect scores have intervals too.

    Raises
    ------
    BadInputError
        Shapes that do not fit, what is no probability, labels without a column, or a single group.

    Notes
    -----
    `benchmarks/intervals.py` simulates how often they hold the truth. A probability below 1.2e-7 counts as that in the log-loss.
    The balanced accuracy of probabilities that are the same for all images is known, so its interval has no length. The
    calibration error has no honest interval: see `tasvir evaluate`.

    Examples
    --------
    >>> y = np.array(["cat", "dog"] * 20)
    >>> scores = score_classifier(y, [[0.9, 0.1], [0.2, 0.8]] * 20)
    >>> scores["accuracy"].value, round(scores["accuracy"].low, 2)
    (1.0, 0.91)
    >>> round(scores["log_loss"].value, 3), scores["log_loss"].low < 0.164 < scores["log_loss"].high
    (0.164, True)
    """
    codes, proba = checked_probabilities(y, probabilities, classes)
    if groups is not None:
        groups = np.asarray(groups)
        units(len(codes), groups)  # refuses groups that do not fit
    pred = proba.argmax(axis=1)
    scores = {
        "accuracy": share_among(codes == pred, np.ones(len(codes), bool), groups),
        "balanced_accuracy": balanced_accuracy_estimate(codes, pred, groups),
        "auc": auc_estimate(codes, proba, groups),
        "log_loss": log_loss_estimate(codes, proba, groups),
        "brier": brier_estimate(codes, proba, groups),
    }
    if not np.ptp(proba, axis=0).any() and pred[0] in codes:  # it does not look at the images
        known = scores["balanced_accuracy"]
        scores["balanced_accuracy"] = replace(known, low=known.value, high=known.value, method="one answer for all")
    return {name: enough_groups(found, groups) for name, found in scores.items()}


def accuracy_of_weights(y: np.ndarray, pred: np.ndarray) -> WeightedStatistic:
    """Accuracy as a function of the images' weights (n, R)."""
    right_n = (y == pred).astype(float)
    return lambda weights_nR: (right_n @ weights_nR) / weights_nR.sum(axis=0)


def balanced_accuracy_of_weights(y: np.ndarray, pred: np.ndarray) -> WeightedStatistic:
    """Balanced accuracy as a function of the images' weights (n, R)."""
    members_Kn = (y == np.unique(y)[:, None]).astype(float)
    right_Kn = members_Kn * (y == pred)

    def statistic(weights_nR: np.ndarray) -> np.ndarray:
        return mean_of_present(right_Kn @ weights_nR, members_Kn @ weights_nR)

    return statistic


def mean_of_present(part_KR: np.ndarray, whole_KR: np.ndarray) -> np.ndarray:
    """Mean over the classes of part / whole, classes with an empty whole left out; NaN when all are."""
    present = whole_KR > 0
    shares = np.divide(part_KR, whole_KR, out=np.zeros_like(whole_KR), where=present)
    n_present = present.sum(axis=0)
    return np.where(n_present > 0, shares.sum(axis=0) / np.maximum(n_present, 1), np.nan)


def auc_of_weights(y: np.ndarray, proba: np.ndarray) -> WeightedStatistic:
    """Macro one-against-rest AUC as a function of the images' weights (n, R)."""
    classes = [1] if proba.shape[1] == 2 else range(proba.shape[1])
    parts = [_pairs_of_weights(y == c, proba[:, c]) for c in classes]

    def statistic(weights_nR: np.ndarray) -> np.ndarray:
        won, pairs = zip(*(part(weights_nR) for part in parts), strict=True)
        return mean_of_present(np.array(won), np.array(pairs))

    return statistic


def _pairs_of_weights(positive: np.ndarray, score: np.ndarray) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Weight of the pairs (positive, negative) ordered rightly, ties half, and weight of all pairs."""
    pos, neg = np.flatnonzero(positive), np.flatnonzero(~positive)
    neg = neg[np.argsort(score[neg], kind="stable")]
    below = np.searchsorted(score[neg], score[pos], side="left")
    not_above = np.searchsorted(score[neg], score[pos], side="right")

    def statistic(weights_nR: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        pos_w = weights_nR[pos]
        neg_sums = np.zeros((len(neg) + 1, weights_nR.shape[1]))
        np.cumsum(weights_nR[neg], axis=0, out=neg_sums[1:])
        won = np.einsum("pr,pr->r", pos_w, neg_sums[below] + neg_sums[not_above]) / 2
        return won, pos_w.sum(axis=0) * neg_sums[-1]

    return statistic


def _same_length(y: ArrayLike, pred: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    y, pred = np.asarray(y), np.asarray(pred)
    if y.ndim != 1 or y.shape != pred.shape or len(y) == 0:
        raise BadInputError(f"labels of shape {y.shape} and predictions of shape {pred.shape}; give two of (n,), n >= 1")
    return y, pred


def _check_proba(y: ArrayLike, proba: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    y, proba = np.asarray(y), np.asarray(proba)
    if y.ndim != 1 or proba.ndim != 2 or len(y) != len(proba) or len(y) == 0 or proba.shape[1] < 2:
        raise BadInputError(f"proba of shape {proba.shape} for labels of shape {y.shape}; expected (n, K), K >= 2")
    return y, proba
