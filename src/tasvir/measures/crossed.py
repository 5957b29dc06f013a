"""How far apart are two recipes, and how far could that be by luck? One variance with the three kinds of luck in it.

A recipe meets luck in the images it is tested on, in the seeds it is trained with, and in the training set it was given.
With d_si the difference of two recipes' scores on image i at seed s, D_s its mean at seed s (a mean of class means where
every class counts alike) and d_sf that of one (seed, fold) cell, the variance of the mean difference is taken as

    V = v + max(s^2(D_s) / S, s^2(d_sf) / J) + q (W + se(W) / 2)        J = S F cells

    v    over images or groups, of the seeds' mean difference           images and what recipes have with them
    max  between seeds, never less than independent cells would give    seeds
    W    = max(0, s^2(d_sf) - the images' part in it), the variance that a training set brings to a cell;
    q    = n_test / n_train, by which cells are correlated because their training sets overlap (Nadeau and Bengio)

and the interval is t with 1 / df = (each part's share of V) / (its degrees of freedom), summed: S - 1 for the seeds, J - 1
for W. (Satterthwaite's rule, with squared shares, is sharper and breaks its level where few seeds make most of V.) On one
fixed test set a seed is a cell, the training set is one and the same and q = 0: that is mean +- t sqrt(s^2 / S + v), and
holds for this training set only. Half a standard error is added to W because a small variance is often estimated as none.
What all this keeps and finds beside its rivals is in benchmarks/results/statistics.md.

Shape letters: S seeds, n images, F folds, K classes, J cells.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from tasvir.measures.interval import units

Numbers = TypeVar("Numbers", float, np.ndarray)


@dataclass(frozen=True)
class CrossedDifference:
    """A mean difference d with its variance in parts; `images`, `seeds` and `overlap` sum to se squared."""

    d: float
    se: float
    df: float
    images: float
    seeds: float
    overlap: float
    n_units: int
    n_seeds: int
    n_folds: int


def crossed_difference(
    difference_Sn: np.ndarray,
    strata: np.ndarray | None = None,
    folds_Sn: np.ndarray | None = None,
    *,
    groups: np.ndarray | None = None,
) -> CrossedDifference:
    """How large is the mean difference, and how sure?

    Parameters
    ----------
    difference_Sn : ndarray of shape (S, n)
        Score of one recipe minus that of the other on each image at each seed; at least 2 seeds.
    strata : ndarray of shape (n,), optional
        Classes, each of which counts alike: differences of right answers give balanced accuracy. None: one mean.
    folds_Sn : ndarray of shape (S, n), optional
        The fold in which each image was tested at each seed; each class occurs in each. None: one fixed test set.
    groups : ndarray of shape (n,), optional
        Images of one group are not independent; a group lies in one fold.

    Returns
    -------
    CrossedDifference
        In the unit of the scores. `verdict` judges whether it may be used.

    Raises
    ------
    BadInputError
        groups of another length, or a single one.

    Notes
    -----
    Differs from both references: q multiplies only what a training set brings, not the test images' noise, which is known
    from the images themselves.

    References
    ----------
    Nadeau and Bengio (2003), Machine Learning 52, 239-281, for q; Owen (2007), Annals of Applied Statistics 1, 386-411,
    for crossed images and seeds.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> found = crossed_difference(rng.normal(0.5, 1.0, (5, 100)))
    >>> bool(abs(found.d - 0.5) < 3 * found.se)
    True
    """
    S, n = difference_Sn.shape
    codes = np.zeros(n, int) if strata is None else np.unique(strata, return_inverse=True)[1].ravel()
    own_unit, n_units = units(n, groups)
    unit_of_image = None if groups is None else own_unit
    size_K = np.bincount(codes)
    weight_n = 1 / (len(size_K) * size_K[codes])

    images, images_per_df = _images(difference_Sn.mean(axis=0), codes, weight_n=weight_n, unit_of_image=unit_of_image)
    D_S = difference_Sn @ weight_n
    seeds, overlap, J, n_folds = D_S.var(ddof=1) / S, 0.0, S, 1
    if folds_Sn is not None:
        n_folds = int(folds_Sn.max()) + 1
        J = S * n_folds
        cells_variance, training = cells_of_folds(difference_Sn, codes, folds_Sn, unit_of_image=unit_of_image)
        overlap = overlap_variance(cells_variance, training, J=J, n_folds=n_folds)
        seeds = max(seeds, cells_variance / J)
    variance = images + seeds + overlap
    per_df = images_per_df + seeds / (S - 1) + overlap / (J - 1)
    df = variance / per_df if variance > 0 else float(S - 1)
    return CrossedDifference(
        float(D_S.mean()), float(np.sqrt(variance)), float(df), images, float(seeds), float(overlap), n_units, S, n_folds
    )


def overlap_variance(cells_variance: Numbers, training: Numbers, *, J: int, n_folds: int) -> Numbers:
    """What overlapping training sets leave in the mean of J cells: q (W + se(W) / 2)."""
    return (np.maximum(training, 0.0) + cells_variance * np.sqrt(2 / (J - 1)) / 2) / (n_folds - 1)


def cells_of_folds(
    difference_Sn: np.ndarray, codes: np.ndarray, folds_Sn: np.ndarray, *, unit_of_image: np.ndarray | None = None
) -> tuple[float, float]:
    """The variance between (seed, fold) cells, and what is left of it without the images' part (may be below 0)."""
    S, n = difference_Sn.shape
    K, n_folds = int(codes.max()) + 1, int(folds_Sn.max()) + 1
    cell_Sn = np.arange(S)[:, None] * n_folds + folds_Sn
    part_Sn = (cell_Sn * K + codes).ravel()
    J = S * n_folds
    size = np.bincount(part_Sn, minlength=J * K)
    mean = np.bincount(part_Sn, weights=difference_Sn.ravel(), minlength=J * K) / size
    cells_variance = float(mean.reshape(J, K).mean(axis=1).var(ddof=1))

    influence_Sn = _centred(difference_Sn, codes) / (K * size[part_Sn].reshape(S, n))
    images = float((_summed(influence_Sn, unit_of_image) ** 2).sum()) / J
    return cells_variance, cells_variance - images


def _images(
    mean_n: np.ndarray, codes: np.ndarray, *, weight_n: np.ndarray, unit_of_image: np.ndarray | None
) -> tuple[float, float]:
    """The variance of the weighted mean over images or groups, and that variance over its degrees of freedom."""
    influence_n = weight_n * _centred(mean_n[None], codes)[0]
    squares = _summed(influence_n[None], unit_of_image)[0] ** 2
    if unit_of_image is not None:
        variance = squares.sum() * len(squares) / (len(squares) - 1)
        return float(variance), float(variance) / (len(squares) - 1)
    variance_K = np.bincount(codes, weights=squares)
    return float(variance_K.sum()), float((variance_K / (np.bincount(codes) - 1)).sum())


def _centred(values_Sn: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Distance from the class's mean at each seed, scaled so that its squares are unbiased."""
    members_nK = (codes[:, None] == np.arange(codes.max() + 1)).astype(float)
    size_K = members_nK.sum(axis=0)
    mean_SK = values_Sn @ members_nK / size_K
    return (values_Sn - mean_SK[:, codes]) * np.sqrt(size_K / (size_K - 1))[codes]


def _summed(influence_Sn: np.ndarray, unit_of_image: np.ndarray | None) -> np.ndarray:
    """Influences added up inside each group, where there are any."""
    if unit_of_image is None:
        return influence_Sn
    return np.array([np.bincount(unit_of_image, weights=row) for row in influence_Sn])
