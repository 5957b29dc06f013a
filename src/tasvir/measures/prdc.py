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
    clipped_density : float
        Density in which no sample counts for more than one, and no ball is larger than the median one, over what real points
        have in each other's: 0..1, read as the share of samples that might as well be real. A far-off real point, and a crowd of
        samples, weigh less than in the density.
    clipped_coverage : float
        Coverage by k samples a ball, in which more do not count: 0..1, as the share of samples that would give as much, were
        they real and the others nowhere.

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
    clipped_density: float
    clipped_coverage: float


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
        Coverage, density and recall, and the first two clipped, from one computation of the distances.

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
    2019, equation 2 (recall). N. Salvy, H. Talbot, B. Thirion, *Enhanced generative model evaluation with clipped density and
    coverage*, arXiv 2507.01761 (the clipped ones; a sample on the edge of a ball counts as inside, as in the others).

    Examples
    --------
    >>> points = np.random.default_rng(0).random((100, 3))
    >>> prdc(points, points).coverage, prdc(points, np.zeros((100, 3))).coverage
    (1.0, 0.0)
    """
    distance_NM = _distances(real, generated)
    near_real_Nk = _near(real, k)
    radius_N = near_real_Nk[0][:, -1]
    in_real_NM = distance_NM <= radius_N[:, None]
    in_generated_NM = distance_NM <= _near(generated, k)[0][:, -1][None, :]
    return Prdc(
        coverage=float(in_real_NM.any(axis=1).mean()),
        density=float(in_real_NM.sum() / (k * in_real_NM.shape[1])),
        recall=float(in_generated_NM.any(axis=1).mean()),
        clipped_density=_clipped_density(distance_NM, *near_real_Nk),
        clipped_coverage=_clipped_coverage(in_real_NM, k),
    )


def _clipped_density(distance_NM: np.ndarray, distance_Nk: np.ndarray, neighbour_Nk: np.ndarray) -> float:
    """Section 4.1 of Salvy et al.: the mean over samples, over that of the real points in each other's balls."""
    (N, k), radius_N = distance_Nk.shape, distance_Nk[:, -1]
    radius_N = np.minimum(radius_N, np.median(radius_N))
    of_samples = np.minimum((distance_NM <= radius_N[:, None]).sum(axis=0) / k, 1).mean()
    inside_Nk = distance_Nk <= radius_N[:, None]
    of_real = np.minimum(np.bincount(neighbour_Nk[inside_Nk], minlength=N) / k, 1).mean()
    return float(min(of_samples / of_real, 1.0))


def _clipped_coverage(in_real_NM: np.ndarray, k: int) -> float:
    """Section 4.2: the mean filling of the balls, read off what so many real samples of M would give.

    The mass of a ball that holds k of N - 1 other real points is Beta(k, N - k), so the number of real samples in it is
    beta-binomial.
    """
    from scipy.stats import betabinom

    N, M = in_real_NM.shape
    filled = float(np.minimum(in_real_NM.sum(axis=1), k).mean())
    good, few = np.arange(M + 1), np.arange(k)
    chance = betabinom.pmf(few[:, None], good, k, N - k)  # of fewer than k in a ball
    expected = k - ((k - few)[:, None] * chance).sum(axis=0)
    return float(np.interp(filled, expected, good / M))


def _distances(real: ArrayLike, generated: ArrayLike) -> np.ndarray:
    from scipy.spatial.distance import cdist

    real, generated = np.asarray(real), np.asarray(generated)
    if real.ndim != 2 or generated.ndim != 2 or real.shape[1] != generated.shape[1]:
        raise BadInputError(f"real points of shape {real.shape}, generated ones of {generated.shape}: give (N, F) and (M, F)")
    return cdist(real, generated)


def _near(points: ArrayLike, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Distances of each point to its k nearest other ones, nearest first, and which these are."""
    from sklearn.neighbors import NearestNeighbors

    points = np.asarray(points)
    if not 1 <= k < len(points):
        raise BadInputError(f"k={k} neighbours of {len(points)} points: give k from 1 to {len(points) - 1}")
    return tuple(NearestNeighbors(n_neighbors=k).fit(points).kneighbors())
