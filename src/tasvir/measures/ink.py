"""What is drawn on a plain ground, and how much of a heat map lies on it. Shape letters: n images, h w pixels."""

import numpy as np

from tasvir.contracts.errors import BadInputError

#: Pixels farther from the ground than this, of 255, are ink.
FAR = 64
#: Images have a ground if half of them have it in at least so much of their pixels.
GROUND = 0.5


def blank_of(images: np.ndarray) -> np.ndarray:
    """The median colour of images (n, h, w[, c]): a number, or one a channel. It stands for a pixel that is not there."""
    return np.median(images, axis=(0, 1, 2)).astype(images.dtype)


def has_ground(images: np.ndarray, blank: np.ndarray) -> bool:
    """Whether images (n, h, w[, c]) uint8 are drawn on a plain ground of this colour."""
    return bool(np.median((~ink_of(images, blank)).mean(axis=(1, 2))) >= GROUND)


def ink_of(images: np.ndarray, blank: np.ndarray) -> np.ndarray:
    """(n, h, w) where images (n, h, w[, c]) uint8 differ from their ground, by more than 64 of 255 in a channel."""
    far = np.abs(images.astype(np.float32) - blank) > FAR
    return far if far.ndim == 3 else far.any(axis=-1)


def mass_on(maps: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Which share of a heat map lies on some of the pixels?

    Parameters
    ----------
    maps : ndarray of shape (n, h, w)
        At least 0.
    where : bool ndarray of shape (n, h, w)
        These pixels, of each image.

    Returns
    -------
    ndarray of shape (n,), float64
        0..1. NaN where a map is 0 everywhere. A map that is the same everywhere gives the share of the pixels.

    Raises
    ------
    BadInputError
        Shapes that do not fit, or a map with a negative value.

    Notes
    -----
    A coarse map cannot lie on thin ink alone, so its share is to be read beside that of a map which is as coarse and knows
    nothing.

    Examples
    --------
    >>> mass_on(np.array([[[1.0, 3.0]]]), np.array([[[False, True]]])).tolist()
    [0.75]
    """
    if maps.shape != where.shape or (maps < 0).any():
        raise BadInputError(f"maps of shape {maps.shape}, pixels of shape {where.shape}: give the same, and maps of at least 0")
    whole = maps.sum(axis=(1, 2), dtype=np.float64)
    on = np.where(where, maps, 0).sum(axis=(1, 2), dtype=np.float64)
    return np.where(whole > 0, on / np.where(whole > 0, whole, 1), np.nan)
