"""Deletion and insertion: does a map put first what the classifier needs? Shape letters: n images, h w and P pixels, S steps."""

from collections.abc import Callable

import numpy as np

from tasvir.contracts.errors import BadInputError

#: Parts in which the pixels go, or come.
STEPS = 28


def removal_curve(
    probability: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    maps: np.ndarray,
    *,
    blank: np.ndarray,
    insert: bool = False,
    steps: int = STEPS,
) -> np.ndarray:
    """How does the probability of a class fall while pixels go, the most important first, or rise while they come?

    Parameters
    ----------
    probability : callable
        ``probability(images) -> (n,)``, 0..1: of the class that the maps are of.
    images : ndarray of shape (n, h, w[, c])
        As the classifier takes them.
    maps : ndarray of shape (n, h, w)
        The importance of each pixel. Equally important ones go from left to right and from top to bottom.
    blank : ndarray of shape (h, w[, c]) or (n, h, w[, c])
        What stands in the place of a pixel that is not there.
    insert : bool, default=False
        Begin with the blank image, and put pixels in.
    steps : int, default=28
        Parts in which the pixels go, at least 1, and at most the number of pixels.

    Returns
    -------
    ndarray of shape (n, S + 1), float64
        The probability before, and after each part.

    Raises
    ------
    BadInputError
        Maps that do not fit the images, or no steps.

    References
    ----------
    V. Petsiuk, A. Das, K. Saenko, *RISE: randomized input sampling for explanation of black-box models*, BMVC 2018. There
    insertion begins from a blurred image; here both have one blank.

    Examples
    --------
    >>> image, order = np.array([[[1.0, 0.0], [0.0, 0.0]]]), np.array([[[9, 3], [2, 1]]])
    >>> curve = removal_curve(lambda x: x[:, 0, 0], image, order, blank=np.zeros((2, 2)), steps=4)
    >>> curve.tolist(), removal_area(curve).tolist()
    ([[1.0, 0.0, 0.0, 0.0, 0.0]], [0.125])
    """
    if images.shape[:3] != maps.shape or not 1 <= steps <= maps[0].size:
        raise BadInputError(
            f"images of shape {images.shape}, maps of shape {maps.shape}, steps={steps}: give (n, h, w[, c]), (n, h, w) and 1 to "
            f"{maps[0].size if len(maps) else 'h * w'} steps"
        )
    order_nP = np.argsort(-maps.reshape(len(maps), -1), axis=1, kind="stable")
    place_nP = np.argsort(order_nP, axis=1)
    place = place_nP.reshape(maps.shape + (1,) * (images.ndim - 3))
    found = []
    for n_gone in np.rint(np.linspace(0, maps[0].size, steps + 1)):
        gone = place < n_gone
        found.append(probability(np.where(gone != insert, blank, images).astype(images.dtype)))
    return np.stack(found, axis=1).astype(np.float64)


def removal_area(curve_nS: np.ndarray) -> np.ndarray:
    """(n,) the mean height of each curve (by trapezoids), 0..1: small is good for deletion, large for insertion."""
    return np.trapezoid(curve_nS, axis=1) / (curve_nS.shape[1] - 1)
