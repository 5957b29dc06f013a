"""How much each image counts in what a classifier learns: scikit-learn's `sample_weight` and `class_weight`."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.validation import _check_sample_weight, check_consistent_length

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.plain import some


def counted_images(X: np.ndarray, y: Any, sample_weight: Any) -> tuple[np.ndarray, np.ndarray]:
    """(rows, their weights): images of weight 0 are as if they were not there, so that nothing is learned from them."""
    check_consistent_length(X, y)
    weights = _check_sample_weight(sample_weight, X, ensure_non_negative=True)
    rows = np.flatnonzero(weights)
    return rows, weights[rows]


def training_weights(labels: np.ndarray, *, class_weight: Any, sample_weight: np.ndarray | None) -> np.ndarray | None:
    """The factor of each image in the loss, with a mean of 1; None where all count alike."""
    weights = np.ones(len(labels)) if sample_weight is None else sample_weight
    if class_weight is not None:
        classes, targets = np.unique(labels, return_inverse=True)
        weights = weights * _class_weights(class_weight, classes, labels=labels, sample_weight=sample_weight)[targets]
    if not weights.any():
        raise BadInputError(f"class_weight={class_weight!r} gives every image a weight of zero: give one class a weight above 0")
    return None if np.all(weights == weights[0]) else (weights / weights.mean()).astype(np.float32)


def _class_weights(class_weight: Any, classes: np.ndarray, *, labels: np.ndarray, sample_weight: np.ndarray | None) -> np.ndarray:
    if isinstance(class_weight, Mapping):
        bad = [value for value in class_weight.values() if not np.isreal(value) or not 0 <= value < np.inf]
        if bad:
            raise BadInputError(f"class_weight has {bad[0]!r} for a class: give finite numbers of at least 0")
    elif not isinstance(class_weight, str) or class_weight != "balanced":
        raise BadInputError(f"class_weight={class_weight!r}: give None, 'balanced' or a dict of class and weight")
    try:
        return compute_class_weight(class_weight, classes=classes, y=labels, sample_weight=sample_weight)
    except ValueError as error:
        raise BadInputError(f"class_weight={class_weight!r}: {error}; y has {some(classes)}") from None
