"""Do the probabilities mean what they say? Shape letters: n images, K classes, B bins, R simulations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng
from tasvir.measures.interval import Estimate, wilson

_CHUNK = 2**22  # simulated answers held at once


@dataclass(frozen=True)
class ReliabilityBin:
    """The images whose top probability lies in (low, high]: its mean, and how many of them are right."""

    low: float
    high: float
    confidence: float
    accuracy: Estimate


@dataclass(frozen=True)
class Calibration:
    """How far are the probabilities from the truth, and how far would perfect ones seem to be?

    Parameters
    ----------
    error : float
        Expected calibration error, 0..1, smaller is better.
    by_chance : float
        The error that perfect probabilities stay below in 95 of 100 test sets of this size: a larger `error` is none of chance.
    bins : tuple of ReliabilityBin
        The bins that hold images, from low to high confidence.

    Raises
    ------
    Nothing.

    Notes
    -----
    See `calibration`.

    Examples
    --------
    See `calibration`.
    """

    error: float
    by_chance: float
    bins: tuple[ReliabilityBin, ...]


def calibration(y: np.ndarray, proba: np.ndarray, *, n_bins: int = 10, n_simulated: int = 1000, seed: int = 0) -> Calibration:
    """Of the images that a classifier is 80 % sure of, are 80 % right?

    Parameters
    ----------
    y : ndarray of shape (n,)
        True labels, 0..K-1.
    proba : ndarray of shape (n, K)
        Probabilities, rows that sum to 1; a tie of the largest goes to the first class, as in `predict`.
    n_bins : int
        Bins of equal width over the top probability, 0..1.
    n_simulated : int
        Test sets simulated for `by_chance`.
    seed : int
        Of the simulation.

    Returns
    -------
    Calibration
        The error: the mean over all images of |share of right answers - mean top probability| of their bin. Each bin has Wilson's
        interval; images count as independent. The error itself has none: it is a sum of absolute values, which resampling only
        makes larger, so an interval would lie above the truth. `by_chance` says what to compare it with.

    Raises
    ------
    BadInputError
        Shapes that do not fit, values outside 0..1, fewer than one bin.

    References
    ----------
    C. Guo et al., *On calibration of modern neural networks*, ICML 2017, equation 3 (they use 15 bins); J. Bröcker, L. Smith,
    *Increasing the reliability of reliability diagrams*, Weather and Forecasting 22 (2007): the simulation of right answers
    from the probabilities themselves.

    Examples
    --------
    >>> y, sure = np.array([0, 0, 0, 1]), np.array([[0.75, 0.25]] * 4)
    >>> calibration(y, sure).error
    0.0
    >>> calibration(y, np.array([[1.0, 0.0]] * 4)).error
    0.25
    """
    y, proba = _checked(y, proba, n_bins)
    confidence_n = proba.max(axis=1)
    right_n = proba.argmax(axis=1) == y
    bin_n = np.clip(np.ceil(confidence_n * n_bins).astype(int) - 1, 0, n_bins - 1)
    error = float(_errors(right_n[:, None].astype(float), confidence_n, bin_n, n_bins=n_bins)[0])
    bins = tuple(_bin(b, confidence_n[bin_n == b], right_n[bin_n == b], n_bins=n_bins) for b in np.unique(bin_n))
    return Calibration(error, _by_chance(confidence_n, bin_n, n_bins=n_bins, n_simulated=n_simulated, seed=seed), bins)


def _errors(right_nR: np.ndarray, confidence_n: np.ndarray, bin_n: np.ndarray, *, n_bins: int) -> np.ndarray:
    """The expected calibration error of each column of right answers."""
    members_Bn = (bin_n == np.arange(n_bins)[:, None]).astype(float)
    return np.abs(members_Bn @ (right_nR - confidence_n[:, None])).sum(axis=0) / len(confidence_n)


def _by_chance(confidence_n: np.ndarray, bin_n: np.ndarray, *, n_bins: int, n_simulated: int, seed: int) -> float:
    rng = stream_rng(seed, "calibration")
    n = len(confidence_n)
    errors, step = [], max(1, _CHUNK // n)
    for start in range(0, n_simulated, step):
        right_nR = rng.random((n, min(step, n_simulated - start))) < confidence_n[:, None]
        errors.append(_errors(right_nR, confidence_n, bin_n, n_bins=n_bins))
    return float(np.quantile(np.concatenate(errors), 0.95))


def _bin(b: int, confidence: np.ndarray, right: np.ndarray, *, n_bins: int) -> ReliabilityBin:
    accuracy = wilson(int(right.sum()), len(right))
    return ReliabilityBin(b / n_bins, (b + 1) / n_bins, float(confidence.mean()), accuracy)


def _checked(y: ArrayLike, proba: ArrayLike, n_bins: int) -> tuple[np.ndarray, np.ndarray]:
    y, proba = np.asarray(y), np.asarray(proba, dtype=float)
    if y.ndim != 1 or proba.ndim != 2 or len(y) != len(proba) or len(y) == 0:
        raise BadInputError(f"proba of shape {proba.shape} for labels of shape {y.shape}; expected (n, K) and (n,), n >= 1")
    if not (proba.min() >= 0 and proba.max() <= 1 + 1e-6):
        raise BadInputError(f"proba has values from {proba.min():g} to {proba.max():g}; probabilities lie in 0..1")
    if n_bins < 1:
        raise BadInputError(f"n_bins={n_bins}: give a whole number of at least 1")
    return y, proba
