"""By how much should a classifier be less sure than it says? Shape letters: n images, K classes."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize
from scipy.special import log_softmax, softmax

from tasvir.contracts.errors import BadInputError

#: Temperatures that are tried lie between 1/HOTTEST and HOTTEST.
HOTTEST = 50.0
#: A probability of 0 is taken as this one.
LEAST = 1e-12


def fitted_temperature(y: np.ndarray, scores: np.ndarray) -> float:
    """By which number should the scores be divided, so that their softmax tells how often the answers are right?

    Parameters
    ----------
    y : ndarray of shape (n,)
        True labels, 0..K-1, of validation images: neither trained on nor tested on.
    scores : ndarray of shape (n, K)
        Logits, decision values, or the logarithms of probabilities (`log_probabilities`).

    Returns
    -------
    float
        The temperature of the lowest log-loss, 1/50..50: above 1 the classifier was surer than it may be, below 1 less sure.

    Raises
    ------
    BadInputError
        Shapes that do not fit, scores that are not finite, or labels outside 0..K-1.

    Notes
    -----
    To the n images one is added that is of every class alike: without it, images that are all classified rightly would ask for
    probabilities of 1.

    References
    ----------
    C. Guo et al., *On calibration of modern neural networks*, ICML 2017, section 4.2.

    Examples
    --------
    >>> y, sure = np.array([0, 0, 0, 1] * 50), np.log([[0.999, 0.001]] * 200)
    >>> softened(sure, fitted_temperature(y, sure))[0].round(2).tolist()
    [0.75, 0.25]
    """
    y, scores = np.asarray(y), np.asarray(scores, dtype=float)
    if y.ndim != 1 or scores.ndim != 2 or len(y) != len(scores) or len(y) == 0:
        raise BadInputError(f"scores of shape {scores.shape} for labels of shape {y.shape}; give (n, K) and (n,), n >= 1")
    if not np.isfinite(scores).all():
        raise BadInputError("scores that are not finite: a training failed, or logarithms of 0 (see log_probabilities)")
    if y.min() < 0 or y.max() >= scores.shape[1]:
        raise BadInputError(f"labels from {y.min()} to {y.max()} for {scores.shape[1]} columns; give labels from 0 on")
    rows = np.arange(len(y))

    def loss(log_temperature: float) -> float:
        told = log_softmax(scores / np.exp(log_temperature), axis=1)
        return float(-told[rows, y].sum() - told.mean())

    bound = float(np.log(HOTTEST))
    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-bound, bound), method="bounded").x))


def softened(scores: ArrayLike, temperature: float) -> np.ndarray:
    """The probabilities (n, K) of scores at a temperature; the most probable class stays the same."""
    return np.asarray(softmax(np.asarray(scores, dtype=float) / temperature, axis=1))


def log_probabilities(proba: ArrayLike) -> np.ndarray:
    """Probabilities as scores."""
    return np.asarray(np.log(np.maximum(np.asarray(proba, dtype=float), LEAST)))
