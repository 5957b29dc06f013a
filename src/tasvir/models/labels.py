"""Labels at `fit`, and labels to draw from: shared by every sampler."""

from typing import Any

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, column_or_1d

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.plain import some


def learn_labels(y: Any, n_images: int) -> tuple[np.ndarray, np.ndarray]:
    """(classes, target of each image) of one label an image."""
    y = column_or_1d(y, warn=True)
    if np.issubdtype(y.dtype, np.floating):
        assert_all_finite(y, input_name="y")
    check_classification_targets(y)
    if len(y) != n_images:
        raise BadInputError(f"X has {n_images} images but y has {len(y)} labels: give one label per image")
    classes, targets = np.unique(y, return_inverse=True)
    return classes, targets.astype(np.int64)


def known_targets(classes: np.ndarray, y: Any) -> np.ndarray:
    """The targets of labels that were seen at `fit`; any other label is an error."""
    y = column_or_1d(y, warn=True)
    unknown = np.setdiff1d(y, classes)
    if len(unknown):
        raise BadInputError(f"label {unknown[0]} was never seen at fit: give one of {some(classes)}")
    order = np.argsort(classes)
    return order[np.searchsorted(classes, y, sorter=order)].astype(np.int64)


def validation_targets(classes: np.ndarray, y_val: Any, n_images: int) -> np.ndarray:
    """The targets of the images handed to `fit` as X_val."""
    if y_val is None:
        raise BadInputError("X_val is given without y_val: give one label per image")
    targets = known_targets(classes, y_val)
    if len(targets) != n_images:
        raise BadInputError(f"X_val has {n_images} images but y_val has {len(targets)} labels: give one label per image")
    return targets


def targets_to_draw(
    classes: np.ndarray | None, prior: np.ndarray | None, y: Any, *, n_samples: int, rng: np.random.Generator
) -> np.ndarray | None:
    """The class of each sample: one label for all, n labels, or drawn in training proportion; None for an unlabelled sampler."""
    if isinstance(n_samples, bool) or not hasattr(n_samples, "__index__") or n_samples < 1:
        raise BadInputError(f"n_samples={n_samples!r}: give a whole number of at least 1")
    if classes is None:
        if y is not None:
            raise BadInputError(f"y={y!r} was asked of a sampler that was fitted without labels: fit it with y, or leave y out")
        return None
    if y is None:
        return rng.choice(len(classes), size=n_samples, p=prior)
    if np.ndim(y) == 0:
        y = np.full(n_samples, y)
    if len(y) != n_samples:
        raise BadInputError(f"y has {len(y)} labels for n_samples={n_samples}: give one label, or one per sample")
    return known_targets(classes, y)
