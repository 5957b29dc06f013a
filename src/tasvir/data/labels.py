"""Labels of any kind become positions in a tuple of class names."""

import numpy as np

from tasvir.contracts.errors import BadInputError


def encode(labels: np.ndarray, class_names: tuple[str, ...] | None, source: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """(positions, names): given names are counted from 0, others are the sorted labels themselves."""
    labels = _clean(np.asarray(labels), source)
    if class_names is None:
        values, positions = np.unique(labels, return_inverse=True)
        class_names = tuple(str(value) for value in values)
    else:
        positions = labels
        if positions.min() < 0 or positions.max() >= len(class_names):
            worst = positions.max() if positions.min() >= 0 else positions.min()
            raise BadInputError(f"{source} has label {worst}: expected 0 to {len(class_names) - 1}")
    positions = positions.astype(np.int64)
    _check_counts(positions, class_names, source)
    return positions, class_names


def flat(labels: np.ndarray, source: str) -> np.ndarray:
    """Labels (n,) also where they come as a column (n, 1)."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise BadInputError(f"{source} has labels of shape {labels.shape}: expected one label an image")
    return labels


def _clean(labels: np.ndarray, source: str) -> np.ndarray:
    """One finite, whole or textual label an image."""
    labels = flat(labels, source)
    if labels.dtype.kind == "f":
        if not np.isfinite(labels).all():
            raise BadInputError(f"{source} has labels that are NaN: every image needs a label")
        if (labels != np.rint(labels)).any():
            raise BadInputError(f"{source} has labels with fractions: expected classes, not measurements")
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "biuU":
        raise BadInputError(f"{source} has labels of type {labels.dtype}: expected whole numbers or words")
    return labels


def _check_counts(positions: np.ndarray, class_names: tuple[str, ...], source: str) -> None:
    counts = np.bincount(positions, minlength=len(class_names))
    present = np.flatnonzero(counts)
    if len(present) < 2:
        raise BadInputError(f"{source} has one class only ({class_names[present[0]]}): expected at least two")
    if (counts[present] == 1).any():
        alone = class_names[present[counts[present] == 1][0]]
        raise BadInputError(f"{source} has class {alone!r} with a single image: add images, or remove the class")
