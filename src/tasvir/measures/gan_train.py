"""Can a classifier learn the real thing from generated images alone?"""

from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.measures.interval import Estimate
from tasvir.measures.mover import balanced_accuracy_estimate


def gan_train(
    classifier: Any,
    samples: np.ndarray,
    y: np.ndarray,
    *,
    X_valid: np.ndarray,
    y_valid: np.ndarray,
    groups: np.ndarray | None = None,
) -> Estimate:
    """How much of what a classifier needs is in generated images?

    Parameters
    ----------
    classifier : unfitted scikit-learn classifier
        It is cloned, trained on `samples` and not changed.
    samples, y : generated images and the labels they were drawn for
        As the classifier takes them.
    X_valid, y_valid : real images and their labels
        Validation images; test images only for a final figure.
    groups : ndarray of shape (n,), optional
        Real images of one group are not independent of each other.

    Returns
    -------
    Estimate
        Balanced accuracy 0..1 on the real images with its interval; compare with the same classifier trained on as many
        real images.

    Raises
    ------
    BadInputError
        Fewer than two classes among the samples.

    References
    ----------
    K. Shmelkov, C. Schmid, K. Alahari, *How good is my GAN?*, ECCV 2018 (GAN-train); balanced accuracy in place of accuracy.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> gan_train(KNeighborsClassifier(), X[:900], y[:900], X_valid=X[900:], y_valid=y[900:]).value > 0.9
    True
    """
    predictions = taught_predictions(classifier, samples, y, X_valid=X_valid)
    return balanced_accuracy_estimate(np.asarray(y_valid), predictions, groups)


def taught_predictions(classifier: Any, samples: np.ndarray, y: np.ndarray, *, X_valid: np.ndarray) -> np.ndarray:
    """What a copy of `classifier` that has seen only `samples` and their labels says of real images."""
    from sklearn.base import clone

    if len(np.unique(y)) < 2:
        raise BadInputError("samples of one class only: a classifier needs samples of at least two classes")
    return np.asarray(clone(classifier).fit(samples, y).predict(X_valid))
