"""What could be found with this much data? Asked before anything is trained, answered for the test that `verdict` uses.

Shape letters: S seeds, n images, F folds, J cells; B, E, U, W the four variances of a `Spread`.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache

import numpy as np
from scipy import optimize, stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.crossed import cells_of_folds, crossed_difference, overlap_variance

_QUANTILES = 60  # of what a standard error may be estimated to be


@dataclass(frozen=True)
class Spread:
    """How do differences between two recipes scatter when nothing is the matter? Standard deviations, in units of the score.

    Parameters
    ----------
    image : float
        Of what an image makes of the two recipes at every seed.
    noise : float
        Of what one image makes at one seed: when the recipes' answers to it disagree with probability q, about sqrt(q).
    seed : float
        Of a seed's mean difference, apart from its images.
    training : float
        Of what one training set brings to one (seed, fold) cell. On a fixed test set it is part of `seed`.

    Raises
    ------
    Nothing.

    Notes
    -----
    The components of variance in `crossed_difference`.

    Examples
    --------
    >>> Spread(image=0.0, noise=0.4).noise
    0.4
    """

    image: float
    noise: float
    seed: float = 0.0
    training: float = 0.0


def measured_spread(difference_Sn: np.ndarray, strata: np.ndarray | None = None, folds_Sn: np.ndarray | None = None) -> Spread:
    """How did the differences of a pilot scatter?

    Parameters
    ----------
    difference_Sn : ndarray of shape (S, n)
        Score of one recipe minus that of the other, per seed and image; at least 2 seeds.
    strata : ndarray of shape (n,), optional
        Classes that count alike.
    folds_Sn : ndarray of shape (S, n), optional
        Folds, counted from 0; None: a fixed test set.

    Returns
    -------
    Spread
        Components of variance by moments; one that comes out below 0 is 0.

    Raises
    ------
    BadInputError
        Fewer than 2 seeds.

    Notes
    -----
    Analysis of variance, as in `crossed_difference`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> spread = measured_spread(rng.normal(0, 0.4, (6, 2000)))
    >>> round(spread.noise, 2), spread.training
    (0.4, 0.0)
    """
    S, n = np.shape(difference_Sn)
    if S < 2:
        raise BadInputError(f"measured_spread: {S} seed; the spread over seeds needs at least 2")
    codes = np.zeros(n, int) if strata is None else np.unique(strata, return_inverse=True)[1].ravel()
    found = crossed_difference(difference_Sn, strata, folds_Sn)
    per_image = _variance_per_image(np.bincount(codes))
    one_seed = np.mean([_images_variance(row, codes) for row in difference_Sn])  # (B + E) per_image
    E = (one_seed - found.images) * S / (S - 1)
    B = found.images - E / S
    W, F = 0.0, found.n_folds
    if folds_Sn is not None:
        W = cells_of_folds(difference_Sn, codes, folds_Sn)[1]
    weight_n = 1 / (len(np.bincount(codes)) * np.bincount(codes)[codes])
    U = (difference_Sn @ weight_n).var(ddof=1) - E - max(W, 0) / F * (F > 1)
    B, E, U, W = np.sqrt(np.maximum([B / per_image, E / per_image, U, W], 0)).tolist()
    return Spread(image=B, noise=E, seed=U, training=W)


def smallest_effect(
    spread: Spread, class_sizes: Sequence[int], n_seeds: int, *, n_folds: int = 1, power: float = 0.8, confidence: float = 0.95
) -> float:
    """What is the smallest effect that `verdict` would find, with this spread and this much data?

    Parameters
    ----------
    spread : Spread
        Stated, or measured in a pilot.
    class_sizes : sequence of int
        Test images in each class; one number where every image counts alike.
    n_seeds, n_folds : int
        S >= 2 and F; F = 1 is one fixed test set.
    power : float
        Probability of finding it.
    confidence : float
        Of the verdict's interval.

    Returns
    -------
    float
        In the unit of the score.

    Raises
    ------
    BadInputError
        Fewer than 2 seeds, or no images.

    Notes
    -----
    The same `standard_errors_found` that a `Verdict` multiplies its own standard error by, times the one that
    `crossed_difference` would find on average with this spread, at its degrees of freedom; never below `least_error`, the floor
    of a verdict on scores of 0..1. `benchmarks/power.py` plants the effect and counts how often it is found.

    Examples
    --------
    >>> few = smallest_effect(Spread(0.0, 0.4, 0.01), (42, 114), n_seeds=5)
    >>> many = smallest_effect(Spread(0.0, 0.4, 0.01), (42, 114), n_seeds=20)
    >>> many < few < 0.15
    True
    """
    if n_seeds < 2 or min(class_sizes, default=0) < 1 or n_folds < 1:
        raise BadInputError(f"smallest_effect: {n_seeds} seeds, classes of {list(class_sizes)}; give 2 seeds and images")
    sizes = np.asarray(class_sizes)
    variance, df = _expected(spread, sizes, n_seeds, F=n_folds)
    return standard_errors_found(round(df, 1), confidence, power) * max(variance**0.5, least_error(sizes))


def least_error(class_sizes: np.ndarray) -> float:
    """The least standard error of a difference of scores of 0..1: as if one image (or group) of each class had differed by that.

    As Wilson's interval has a length where no trial failed: that none was seen is no proof.
    """
    return float(np.sqrt((1 / class_sizes**2.0).sum()) / len(class_sizes))


@lru_cache
def standard_errors_found(df: float, confidence: float = 0.95, power: float = 0.8) -> float:
    """How many standard errors, as a study estimates them, has an effect that another study like it finds with this power?

    Both studies know their standard error by `df` degrees of freedom only: the power is averaged over what the first might have
    estimated, and the second judges by its own. With many degrees of freedom it is 2.8 for a power of 80 % at 95 %.
    """
    critical = stats.t.ppf(0.5 + confidence / 2, df)
    estimated = np.sqrt(stats.chi2.ppf((np.arange(_QUANTILES) + 0.5) / _QUANTILES, df) / df)

    def missing(factor: float) -> float:
        shift = factor * estimated
        found = stats.nct.sf(critical, df, shift) + stats.nct.cdf(-critical, df, shift)
        return float(np.mean(np.nan_to_num(found, nan=1.0))) - power  # NaN far beyond the critical value

    return float(optimize.brentq(missing, 0.0, 12 * critical, xtol=1e-4))


def _expected(spread: Spread, sizes: np.ndarray, S: int, *, F: int) -> tuple[float, float]:
    """The variance that `crossed_difference` finds on average, and its degrees of freedom."""
    B, E, U, W = np.array(astuple(spread)) ** 2
    W *= F > 1  # on a fixed test set it is part of U
    per_image, J = _variance_per_image(sizes), S * F
    images = (B + E / S) * per_image
    seeds_variance = U + W / F + E * per_image
    seeds, overlap = seeds_variance / S, 0.0
    if F > 1:
        cell_images = (B + E) * per_image * F
        within = (W + cell_images) * S * (F - 1)
        cells_variance = (F * (S - 1) * seeds_variance + within) / (J - 1)
        overlap = overlap_variance(cells_variance, cells_variance - cell_images, J=J, n_folds=F)
        seeds = max(seeds, cells_variance / J)
    variance = images + seeds + overlap
    per_df = images / max(sizes.sum() - len(sizes), 1) + seeds / (S - 1) + overlap / (J - 1)
    return float(variance), float(variance / per_df) if variance > 0 else float(S - 1)


def _variance_per_image(sizes: np.ndarray) -> float:
    """The variance of a mean of class means when each image has variance 1."""
    return float((1 / sizes).sum() / len(sizes) ** 2)


def _images_variance(difference_n: np.ndarray, codes: np.ndarray) -> float:
    """The images' part in the variance of the mean difference at one seed."""
    sizes = np.bincount(codes)
    variances = [difference_n[codes == k].var(ddof=1) / size for k, size in enumerate(sizes)]
    return float(np.sum(variances) / len(sizes) ** 2)
