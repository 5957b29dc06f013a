"""Are generated images as sharp as real ones?"""

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


def _edge_variance(images: np.ndarray) -> float:
    from scipy.ndimage import laplace

    gray = images.astype(np.float64)
    gray = gray.mean(axis=3) if gray.ndim == 4 else gray
    return float(np.mean([laplace(image).var() for image in gray]))
