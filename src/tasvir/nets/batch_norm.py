"""Batch normalisation, forward only and in numpy, as the paper writes it (algorithms 1 and 2).

Legend: B batch, F features (or C channels), H W pixels; n values of a feature: B of them, or B H W where it is a channel.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from tasvir.contracts.errors import BadInputError


@dataclass(frozen=True)
class Moments:
    """Of each feature of a batch: its mean, its variance (over n, not n - 1), and n, how many values it has."""

    mean: np.ndarray
    variance: np.ndarray
    n: int


def moments(x: ArrayLike) -> Moments:
    """The statistics of a batch (B, F) or (B, C, H, W): of each feature over the batch, of each channel over all its pixels.

    >>> moments([[1.0, 5.0], [3.0, 5.0]])
    Moments(mean=array([2., 5.]), variance=array([1., 0.]), n=2)
    """
    x = _checked(x)
    over = _other_axes(x)
    mean = x.mean(axis=over)
    variance = ((x - _beside(mean, x)) ** 2).mean(axis=over)
    return Moments(mean, variance, x.size // x.shape[1])


def normalise(x: ArrayLike, of: Moments, *, gamma: ArrayLike = 1.0, beta: ArrayLike = 0.0, epsilon: float = 1e-5) -> np.ndarray:
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, by the statistics `of` this batch or of others.

    >>> normalise([[1.0, 5.0], [3.0, 5.0]], moments([[1.0, 5.0], [3.0, 5.0]]), epsilon=0.01).round(3)
    array([[-0.995,  0.   ],
           [ 0.995,  0.   ]])
    """
    x = _checked(x)
    mean, variance, gamma, beta = (_beside(numbers, x) for numbers in (of.mean, of.variance, gamma, beta))
    with np.errstate(divide="ignore", invalid="ignore"):  # without epsilon a constant feature is 0 / 0
        return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


@dataclass
class BatchNorm:
    """The whole layer: `train` normalises by the batch and keeps running averages, `infer` normalises by these.

    As in PyTorch, `momentum` is the weight of the new batch, and the variance that enters the running average is over n - 1.

    >>> norm = BatchNorm(2, momentum=0.5)
    >>> norm.train([[1.0, 5.0], [3.0, 5.0]]).round(3)
    array([[-1.,  0.],
           [ 1.,  0.]])
    >>> norm.running_mean, norm.running_variance
    (array([1. , 2.5]), array([1.5, 0.5]))
    >>> norm.infer([[1.0, 2.5]])
    array([[0., 0.]])
    """

    n_features: int
    epsilon: float = 1e-5
    momentum: float = 0.1
    gamma: np.ndarray = field(init=False)
    beta: np.ndarray = field(init=False)
    running_mean: np.ndarray = field(init=False)
    running_variance: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.gamma, self.beta = np.ones(self.n_features), np.zeros(self.n_features)
        self.running_mean, self.running_variance = np.zeros(self.n_features), np.ones(self.n_features)

    def train(self, x: ArrayLike) -> np.ndarray:
        """The batch by its own statistics, which move the running averages; one value a feature, without variance, is refused."""
        of = moments(self._fitting(x))
        if of.n < 2:
            raise BadInputError(
                f"batch norm is trained on {of.n} value a feature, which has no variance: give two images or more"
            )
        self.running_mean = self._moved(self.running_mean, of.mean)
        self.running_variance = self._moved(self.running_variance, of.variance * of.n / (of.n - 1))
        return self._normalised(x, of)

    def infer(self, x: ArrayLike) -> np.ndarray:
        """Each image by the running averages, whatever else is in its batch."""
        x = self._fitting(x)
        return self._normalised(x, Moments(self.running_mean, self.running_variance, x.size // x.shape[1]))

    def _normalised(self, x: ArrayLike, of: Moments) -> np.ndarray:
        return normalise(x, of, gamma=self.gamma, beta=self.beta, epsilon=self.epsilon)

    def _moved(self, running: np.ndarray, new: np.ndarray) -> np.ndarray:
        return (1 - self.momentum) * running + self.momentum * new

    def _fitting(self, x: ArrayLike) -> np.ndarray:
        x = _checked(x)
        if x.shape[1] != self.n_features:
            raise BadInputError(f"batch norm of {self.n_features} features is given {x.shape[1]}: give as many")
        return x


def _checked(x: ArrayLike) -> np.ndarray:
    x = np.asarray(x, dtype=np.float64)
    if x.ndim not in (2, 4) or not x.size:
        raise BadInputError(f"batch norm is given numbers of shape {x.shape}: give (batch, features) or (batch, channels, h, w)")
    return x


def _other_axes(x: np.ndarray) -> tuple[int, ...]:
    """All axes but that of the features."""
    return (0, *range(2, x.ndim))


def _beside(of_features: ArrayLike, x: np.ndarray) -> np.ndarray:
    """One number a feature, so shaped that it meets x at its axis."""
    numbers = np.asarray(of_features, dtype=np.float64)
    return numbers.reshape(-1, *(1,) * (x.ndim - 2)) if numbers.ndim else numbers
