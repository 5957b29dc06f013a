"""Labels of any kind become positions in a tuple of class names; words for parts become parts."""

import numpy as np

from tasvir.contracts.errors import BadInputError

#: How people call the parts of a split.
PART_WORDS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}


def encode(
    labels: np.ndarray, class_names: tuple[str, ...] | None, source: str, *, to_learn: bool = True
) -> tuple[np.ndarray, tuple[str, ...]]:
    """(positions, names): given names are counted from 0, others are the sorted labels themselves."""
    labels = _clean(np.asarray(labels), source)
    if class_names is None:
        values, positions = np.unique(labels, return_inverse=True)
        class_names = tuple(str(value) for value in values)
    else:
        positions = labels
        if positions.min() < 0 or positions.max() >= len(class_names):
            worst = positions.max() if positions.min() >= 0 else positions.min()
            raise BadInputError(f"{source} has label {worst}: use 0 to {len(class_names) - 1}")
    positions = positions.astype(np.int64)
    if to_learn:
        check_counts(positions, class_names, source)
    return positions, class_names


def flat(labels: np.ndarray, source: str) -> np.ndarray:
    """Labels (n,) also where they come as a column (n, 1)."""
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim != 1:
        raise BadInputError(f"{source} has labels of shape {labels.shape}: give one label per image")
    return labels


def check_counts(positions: np.ndarray, class_names: tuple[str, ...], source: str) -> None:
    """Two classes at least, and two images at least in each that occurs."""
    counts = np.bincount(positions, minlength=len(class_names))
    present = np.flatnonzero(counts)
    if not len(present):
        raise BadInputError(f"{source} holds no images: give a set of at least two images of each of two classes")
    if len(present) < 2:
        raise BadInputError(f"{source} has one class only ({class_names[present[0]]}): add another class")
    if (counts[present] == 1).any():
        alone = class_names[present[counts[present] == 1][0]]
        raise BadInputError(f"{source} has class {alone!r} with a single image: add images, or remove the class")


def _clean(labels: np.ndarray, source: str) -> np.ndarray:
    """One finite, whole or textual label an image; words that are all whole numbers become numbers."""
    labels = flat(labels, source)
    if labels.dtype.kind == "f":
        if not np.isfinite(labels).all():
            raise BadInputError(f"{source} has labels that are NaN or infinite: give every image its class")
        if (labels != np.rint(labels)).any():
            raise BadInputError(f"{source} has labels with fractions: give classes, not measurements")
        labels = labels.astype(np.int64)
    if labels.dtype.kind not in "biuU":
        raise BadInputError(f"{source} has labels of type {labels.dtype}: give whole numbers or words")
    if labels.dtype.kind == "U" and all(label.isascii() and label.isdigit() for label in np.unique(labels)):
        numbers = labels.astype(np.int64)
        labels = numbers if len(np.unique(numbers)) == len(np.unique(labels)) else labels
    return labels
