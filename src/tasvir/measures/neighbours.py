"""How well does a representation keep the classes apart? k nearest neighbours, k chosen on training data.

Shape letters: n images, F features, K classes, k neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng
from tasvir.measures.interval import Estimate, enough_groups
from tasvir.measures.per_class import share_among

#: Training images on which k is chosen, at most.
CHOSEN_ON = 10_000


@dataclass(frozen=True, eq=False)
class NeighbourScore:
    """k-NN on one representation: the k chosen, what was seen in choosing, and the test result.

    Parameters
    ----------
    k : int
        Number of neighbours, chosen by cross-validation on training data.
    cv_accuracy : dict
        Cross-validated accuracy (0..1) of each k tried.
    probabilities : ndarray of shape (n_test, K), float32
        Share of the neighbours' votes; columns in the order of `classes`.
    predictions : ndarray of shape (n_test,)
        The class with most votes; of several, the smallest label, as in scikit-learn.
    classes : ndarray of shape (K,)
        The labels seen in training.
    accuracy : Estimate
        On the test images, Wilson (with groups, as many trials as they are worth).

    Raises
    ------
    Nothing.

    Examples
    --------
    See `knn_accuracy`.
    """

    k: int
    cv_accuracy: dict[int, float]
    probabilities: np.ndarray
    predictions: np.ndarray
    classes: np.ndarray
    accuracy: Estimate


def knn_accuracy(
    train: np.ndarray,
    y_train: np.ndarray,
    *,
    test: np.ndarray,
    y_test: np.ndarray,
    ks: Sequence[int] = (1, 3, 5, 10),
    groups: np.ndarray | None = None,
    test_groups: np.ndarray | None = None,
    seed: int = 0,
) -> NeighbourScore:
    """How well does a representation keep the classes apart?

    Parameters
    ----------
    train, test : ndarrays of shape (n, F)
        Representations of training and test images, finite.
    y_train, y_test : ndarrays of shape (n,)
        Their labels.
    ks : sequence of int
        The k to choose from, by stratified 5-fold cross-validation on at most 10,000 training images. All k are read off
        one neighbour search for the largest. Of equally good ones the smallest k is taken.
    groups, test_groups : ndarrays of shape (n,), optional
        Images of one group stay in one fold; test images of one group are resampled together.
    seed : int
        Of the folds and of the choice of 10,000.

    Returns
    -------
    NeighbourScore
        k, its cross-validation, test predictions and accuracy (0..1, greater is better) with interval.

    Raises
    ------
    BadInputError
        Shapes that do not fit, numbers that are not finite, fewer than 4 training images, no usable k.

    References
    ----------
    Cover and Hart (1967); scikit-learn's ``NearestNeighbors``, Euclidean, uniform votes.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> X, y = load_digits(return_X_y=True)
    >>> result = knn_accuracy(X[:1000], y[:1000], test=X[1000:], y_test=y[1000:])
    >>> result.accuracy.value > 0.95
    True
    """
    train, y_train = _check(train, y_train, "train")
    test, y_test = _check(test, y_test, "test")
    classes, codes = np.unique(y_train, return_inverse=True)
    rows = spread_sample(codes, CHOSEN_ON, seed)
    folds = spread_folds(codes[rows], None if groups is None else np.asarray(groups)[rows], seed=seed)
    cv_accuracy = _cross_validate(train[rows], codes[rows], folds, ks=ks, n_classes=len(classes))
    k = max(cv_accuracy, key=lambda tried: (cv_accuracy[tried], -tried))
    votes = _votes(codes[nearest(train, test, k)], len(classes))
    predictions = classes[votes.argmax(axis=1)]
    found = enough_groups(share_among(y_test == predictions, np.ones(len(y_test), bool), test_groups), test_groups)
    return NeighbourScore(k, cv_accuracy, (votes / k).astype(np.float32), predictions, classes, found)


def nearest(reference: np.ndarray, query: np.ndarray, k: int) -> np.ndarray:
    """Rows of `reference` nearest to each row of `query`, nearest first: (n_query, k)."""
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=k).fit(reference).kneighbors(query, return_distance=False)


def spread_sample(codes: np.ndarray, most: int, seed: int) -> np.ndarray:
    """At most `most` row numbers, in which every class has its share, up to one image."""
    if len(codes) <= most:
        return np.arange(len(codes))
    by_class = _mixed_by_class(codes, seed)
    return np.sort(by_class[(np.arange(most) * len(codes)) // most])


def spread_folds(codes: np.ndarray, groups: np.ndarray | None = None, *, n_folds: int = 5, seed: int = 0) -> np.ndarray:
    """The fold 0..n_folds-1 of each image; each class, and with groups each group's first class, is spread evenly."""
    if groups is None:
        folds = np.empty(len(codes), dtype=int)
        folds[_mixed_by_class(codes, seed)] = np.arange(len(codes)) % n_folds
        return folds
    _, first, group_of_image = np.unique(groups, return_index=True, return_inverse=True)
    return spread_folds(codes[first], n_folds=n_folds, seed=seed)[group_of_image.ravel()]


def _mixed_by_class(codes: np.ndarray, seed: int) -> np.ndarray:
    """Row numbers, class after class, in random order inside each."""
    return np.lexsort((stream_rng(seed, "spread").random(len(codes)), codes))


def _cross_validate(
    points: np.ndarray, codes: np.ndarray, folds: np.ndarray, *, ks: Sequence[int], n_classes: int
) -> dict[int, float]:
    """Accuracy of each k that every fold allows; one search for the largest serves all."""
    splits = [(np.flatnonzero(folds != f), np.flatnonzero(folds == f)) for f in np.unique(folds)]
    largest = min(len(rest) for rest, _ in splits)
    ks = sorted({int(k) for k in ks if 1 <= k <= largest})
    if not ks:
        raise BadInputError(f"k-NN: no k between 1 and {largest}, the smallest training fold; give such a k")
    right = dict.fromkeys(ks, 0)
    for rest, held in splits:
        labels = codes[rest][nearest(points[rest], points[held], ks[-1])]
        for k in ks:
            right[k] += int((_votes(labels[:, :k], n_classes).argmax(axis=1) == codes[held]).sum())
    return {k: right[k] / len(codes) for k in ks}


def _votes(labels_nk: np.ndarray, n_classes: int) -> np.ndarray:
    """How many neighbours are of each class: (n, K)."""
    n = len(labels_nk)
    return np.bincount((labels_nk + np.arange(n)[:, None] * n_classes).ravel(), minlength=n * n_classes).reshape(n, -1)


def _check(points: ArrayLike, y: ArrayLike, which: str) -> tuple[np.ndarray, np.ndarray]:
    points, y = np.asarray(points), np.asarray(y)
    if points.ndim != 2 or y.shape != points.shape[:1] or len(y) < (4 if which == "train" else 1):
        raise BadInputError(f"k-NN: {which} of shape {points.shape} with labels {y.shape}; expected (n, F) and (n,)")
    if not np.isfinite(points).all():
        raise BadInputError(f"k-NN: {which} holds numbers that are not finite; the representation failed")
    return points, y
