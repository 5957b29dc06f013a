"""The inner validation split of a trained estimator."""

import math
from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError

#: Below this many images nothing is held out.
FEWEST_IMAGES = 10


def inner_split(n_images: int, y: Any, groups: Any, *, fraction: float | None, seed: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Indices (train, validation): stratified by `y` where its classes allow it, no group on both sides.

    Validation is None where no split was asked for, below 10 images, and where there is a single group.
    """
    y = None if y is None else np.asarray(y)
    everything = np.arange(n_images)
    if fraction is None or n_images < FEWEST_IMAGES:
        return everything, None
    if groups is not None:
        return _split_groups(y, np.asarray(groups), fraction=fraction, seed=seed)
    if math.ceil(n_images * fraction) >= n_images:
        raise BadInputError(f"validation_fraction={fraction} of {n_images} images leaves none to train on: give a smaller one")
    from sklearn.model_selection import train_test_split

    train, valid = train_test_split(
        everything, test_size=fraction, random_state=seed % 2**32, stratify=_strata(y, n_images, fraction)
    )
    return np.sort(train), np.sort(valid)


def _strata(y: np.ndarray | None, n_images: int, fraction: float) -> np.ndarray | None:
    """`y` if each class has an image for both sides and both sides have room for each class, else None."""
    if y is None:
        return None
    _, counts = np.unique(y, return_counts=True)
    room = min(int(n_images * fraction), n_images - int(np.ceil(n_images * fraction)))
    return y if counts.min() >= 2 and len(counts) <= room else None


def _split_groups(
    y: np.ndarray | None, groups: np.ndarray, *, fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """The fold of a shuffled (stratified) group split that comes nearest to `fraction`."""
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    everything = np.arange(len(groups))
    n_folds = min(round(1 / fraction), len(np.unique(groups)))
    if n_folds < 2:
        return everything, None
    counts = np.unique(y, return_counts=True)[1] if y is not None else np.array([0])
    folds = StratifiedGroupKFold if counts.min() >= n_folds else GroupKFold
    return next(folds(n_folds, shuffle=True, random_state=seed % 2**32).split(everything, y, groups))
