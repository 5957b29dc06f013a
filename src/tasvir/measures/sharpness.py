"""Are generated images as sharp as real ones, or as ragged?"""

import numpy as np

from tasvir.contracts.errors import BadInputError


def sharpness(images: np.ndarray, real: np.ndarray) -> float:
    """How sharp are images beside real ones?

    Parameters
    ----------
    images, real : ndarrays of shape (n, h, w) or (n, h, w, 3)
        Both in the same units.

    Returns
    -------
    float
        Mean variance of the Laplacian of `images` over that of `real`: 1 is as sharp, below 1 blurred, above 1 noisy.

    Raises
    ------
    BadInputError
        Shapes that do not fit, or real images without any edge.

    References
    ----------
    J. Pech-Pacheco et al., ICPR 2000 (variance of the Laplacian as focus measure); colours are averaged first.

    Examples
    --------
    >>> real = np.random.default_rng(0).integers(0, 256, (10, 8, 8))
    >>> sharpness(real, real)
    1.0
    """
    images, real = np.asarray(images), np.asarray(real)
    if images.shape[1:] != real.shape[1:] or images.ndim not in (3, 4) or not len(images) or not len(real):
        raise BadInputError(f"images of shape {images.shape}, real ones of {real.shape}: give (n, h, w[, 3]) of equal size")
    edges = _edge_variance(real)
    if edges == 0:
        raise BadInputError("the real images have no edges at all: their sharpness is 0 and cannot be compared with")
    return _edge_variance(images) / edges


def neighbour_difference(images: np.ndarray) -> float:
    """How much do neighbouring pixels differ, on average?

    Parameters
    ----------
    images : ndarray of shape (n, h, w) or (n, h, w, 3)
        In any units; whole numbers are no trouble.

    Returns
    -------
    float
        Mean absolute difference of pixels beside and below each other, in the units of `images`: beside that of real images a
        smaller one is blurred, a greater one ragged.

    Raises
    ------
    BadInputError
        What is no images.

    References
    ----------
    The anisotropic total variation of L. Rudin, S. Osher, E. Fatemi (1992), per pair of neighbours.

    Examples
    --------
    >>> neighbour_difference(np.array([[[0, 1], [0, 1]]]))
    0.5
    """
    images = np.asarray(images, dtype=np.float64)
    if images.ndim not in (3, 4) or not images.size:
        raise BadInputError(f"images of shape {images.shape}: give (n, h, w[, 3])")
    steps = [np.abs(np.diff(images, axis=axis)).ravel() for axis in (1, 2)]
    return float(np.concatenate(steps).mean())


def _edge_variance(images: np.ndarray) -> float:
    from scipy.ndimage import laplace

    gray = images.astype(np.float64)
    gray = gray.mean(axis=3) if gray.ndim == 4 else gray
    return float(np.mean([laplace(image).var() for image in gray]))
