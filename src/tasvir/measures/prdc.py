"""Fidelity and diversity of generated points, from balls around real ones. N real and M generated points, F features."""

import numpy as np

from tasvir.contracts.errors import BadInputError

#: Neighbours that set the radius of a ball, as in Naeem et al.
K = 5


def coverage(real: np.ndarray, generated: np.ndarray, k: int = K) -> float:
    """How much of the real variety do the generated points reach?

    Parameters
    ----------
    real : ndarray of shape (N, F)
        Real points: pixels or features.
    generated : ndarray of shape (M, F)
        Generated ones, as many as the real points where values are compared.
    k : int
        Neighbours, below N.

    Returns
    -------
    float
        Share 0..1 of real points in whose ball (radius: distance to the k-th nearest real point) a generated point lies; greater
        is better. Generated points of the real distribution give about 1 - 2^-k where N = M.

    Raises
    ------
    BadInputError
        Shapes that do not fit, or k that is not below the number of points.

    Source
    ------
    M. Naeem et al., *Reliable fidelity and diversity metrics for generative models*, ICML 2020, equation 5.

    Examples
    --------
    >>> points = np.random.default_rng(0).random((100, 3))
    >>> coverage(points, points), coverage(points, np.zeros((100, 3)))
    (1.0, 0.0)
    """
    inside_NM = _distances(real, generated) <= _radii(real, k)[:, None]
    return float(inside_NM.any(axis=1).mean())


def density(real: np.ndarray, generated: np.ndarray, k: int = K) -> float:
    """How near do the generated points lie to crowds of real ones?

    Parameters
    ----------
    real, generated, k
        As in `coverage`.

    Returns
    -------
    float
        Mean number of real balls in which a generated point lies, over k: 0 or more, about 1 for points of the real
        distribution; below 1: outside the crowds, above 1: only where crowds are densest.

    Raises
    ------
    BadInputError
        As in `coverage`.

    Source
    ------
    M. Naeem et al., ICML 2020, equation 4.

    Examples
    --------
    >>> density(np.arange(10.0)[:, None], np.full((4, 1), 99.0))
    0.0
    """
    inside_NM = _distances(real, generated) <= _radii(real, k)[:, None]
    return float(inside_NM.sum() / (k * inside_NM.shape[1]))


def recall(real: np.ndarray, generated: np.ndarray, k: int = K) -> float:
    """Which share of the real points could the generator have made?

    Parameters
    ----------
    real, generated, k
        As in `coverage`; k below M.

    Returns
    -------
    float
        Share 0..1 of real points that lie in the ball of a generated point (radius: distance to its k-th nearest generated one);
        greater is better. Far-off points have large balls, so recall flatters a generator that has some.

    Raises
    ------
    BadInputError
        As in `coverage`.

    Source
    ------
    T. Kynkäänniemi et al., *Improved precision and recall metric for assessing generative models*, NeurIPS 2019, equation 2.

    Examples
    --------
    >>> points = np.random.default_rng(0).random((100, 3))
    >>> recall(points, points)
    1.0
    """
    inside_NM = _distances(real, generated) <= _radii(generated, k)[None, :]
    return float(inside_NM.any(axis=1).mean())


def _radii(points: np.ndarray, k: int) -> np.ndarray:
    """The distance of each point to its k-th nearest other one."""
    from sklearn.neighbors import NearestNeighbors

    if not 1 <= k < len(points):
        raise BadInputError(f"k={k} neighbours of {len(points)} points: give k from 1 to {len(points) - 1}")
    return NearestNeighbors(n_neighbors=k).fit(points).kneighbors()[0][:, -1]


def _distances(real: np.ndarray, generated: np.ndarray) -> np.ndarray:
    from scipy.spatial.distance import cdist

    real, generated = np.asarray(real), np.asarray(generated)
    if real.ndim != 2 or generated.ndim != 2 or real.shape[1] != generated.shape[1]:
        raise BadInputError(f"real points of shape {real.shape}, generated ones of {generated.shape}: give (N, F) and (M, F)")
    return cdist(real, generated)
