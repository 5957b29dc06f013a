"""Fidelity and diversity of generated points, from balls around real ones. N real and M generated points, F features."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tasvir.contracts.errors import BadInputError

#: Neighbours that set the radius of a ball, as in Naeem et al.
K = 5


@dataclass(frozen=True)
class Prdc:
    """How well do generated points stand in for real ones?

    Parameters
    ----------
    coverage : float
        How much of the real variety is reached: share 0..1 of real points in whose ball (radius: distance to the k-th nearest
        real point) a generated point lies; greater is better. Generated points of the real distribution give about
        1 - 2^-k where N = M.
    density : float
        How near they lie to crowds of real ones: mean number of real balls in which a generated point lies, over k. 0 or more,
        about 1 for points of the real distribution; below 1: outside the crowds, above 1: only where crowds are densest.
    recall : float
        What the generator could have made: share 0..1 of real points that lie in the ball of a generated point (radius:
        distance to its k-th nearest generated one); greater is better. Far-off points have large balls, so recall flatters a
        generator that has some.

    Raises
    ------
    Nothing.

    Notes
    -----
    See `prdc`.

    Examples
    --------
    See `prdc`.
    """

    coverage: float
    density: float
    recall: float


def prdc(real: ArrayLike, generated: ArrayLike, k: int = K) -> Prdc:
    """How true to the real points are generated ones, and how much of their variety do they have?

    Parameters
    ----------
    real : ndarray of shape (N, F)
        Real points: pixels or features.
    generated : ndarray of shape (M, F)
        Generated ones, as many as the real points where values are compared.
    k : int
        Neighbours, below N and M.

    Returns
    -------
    Prdc
        Coverage, density and recall, from one computation of the distances.

    Raises
    ------
    BadInputError
        Shapes that do not fit, or k that is not below the number of points.

    Notes
    -----
    Precision is left out: density is the same question, answered so that one far-off real point cannot spoil it.

    References
    ----------
    M. Naeem et al., *Reliable fidelity and diversity metrics for generative models*, ICML 2020, equations 4 (density) and
    5 (coverage); T. Kynkäänniemi et al., *Improved precision and recall metric for assessing generative models*, NeurIPS
    2019, equation 2 (recall).

    Examples
    --------
    >>> points = np.random.default_rng(0).random((100, 3))
    >>> prdc(points, points).coverage, prdc(points, np.zeros((100, 3))).coverage
    (1.0, 0.0)
    """
    distance_NM = _distances(real, generated)
    in_real_NM = distance_NM <= _radii(real, k)[:, None]
    in_generated_NM = distance_NM <= _radii(generated, k)[None, :]
    return Prdc(
        coverage=float(in_real_NM.any(axis=1).mean()),
        density=float(in_real_NM.sum() / (k * in_real_NM.shape[1])),
        recall=float(in_generated_NM.any(axis=1).mean()),
    )


def _distances(real: ArrayLike, generated: ArrayLike) -> np.ndarray:
    from scipy.spatial.distance import cdist

    real, generated = np.asarray(real), np.asarray(generated)
    if real.ndim != 2 or generated.ndim != 2 or real.shape[1] != generated.shape[1]:
        raise BadInputError(f"real points of shape {real.shape}, generated ones of {generated.shape}: give (N, F) and (M, F)")
    return cdist(real, generated)


def _radii(points: ArrayLike, k: int) -> np.ndarray:
    """The distance of each point to its k-th nearest other one."""
    from sklearn.neighbors import NearestNeighbors

    points = np.asarray(points)
    if not 1 <= k < len(points):
        raise BadInputError(f"k={k} neighbours of {len(points)} points: give k from 1 to {len(points) - 1}")
    return NearestNeighbors(n_neighbors=k).fit(points).kneighbors()[0][:, -1]
