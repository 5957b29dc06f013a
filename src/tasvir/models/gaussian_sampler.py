"""The baseline of every generator: a Gaussian of each class, in the plane of its principal components."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.special import logsumexp
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.pixels import PixelSpace
from tasvir.contracts.seeds import seed_from, stream_rng
from tasvir.contracts.settings import Number, check_settings
from tasvir.models.keepable import Keepable
from tasvir.models.labels import known_targets, learn_labels, targets_to_draw
from tasvir.models.plane import Plane

if TYPE_CHECKING:
    import torch


class GaussianSampler(Keepable, BaseEstimator):
    """How far does the simplest generator get: means and covariances, and nothing learned?

    Each class (the whole set, without labels) is a Gaussian: its principal components keep `n_components` of its variance,
    what is left is spread evenly over all pixels. This is probabilistic PCA, fitted in closed form.

    Parameters
    ----------
    n_components : float or int, default=0.95
        Share of the variance that the components of each class keep, in (0, 1); or their number, at least 1 (fewer where a
        class has fewer images).
    random_state : int, RandomState or None, default=None
        Seed of `sample` where that is given none; None takes fresh entropy.

    Attributes
    ----------
    classes_ : ndarray of shape (K,), or None without labels
        The labels, sorted.
    class_prior_ : ndarray of shape (K,)
        Their shares of the training images.
    planes_ : list of K Planes
        Mean, axes and noise of each class, 0..1 scale.
    means_, noise_ : ndarrays of shape (K, features) and (K,)
        The mean image of each class and the variance of a pixel outside its plane.

    Raises
    ------
    BadInputError
        A class with fewer than 2 images; a label at sampling that was never seen; a label asked of a sampler without labels.

    References
    ----------
    M. Tipping, C. Bishop, *Probabilistic principal component analysis*, JRSS B 61 (1999), equations 3 and 8; the variance
    outside the plane is at least that of rounding to 256 levels.

    Examples
    --------
    >>> from tasvir import GaussianSampler, load_data
    >>> X, y, _ = load_data("digits").part("train")
    >>> GaussianSampler().fit(X, y).sample(5, y=3, random_state=0).shape
    (5, 8, 8)
    """

    _space = PixelSpace

    def __init__(self, *, n_components: float = 0.95, random_state: Any = None) -> None:
        self.n_components = n_components
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn mean and plane of each class of X (n, h, w[, c]) or (n, features)."""
        whole = isinstance(self.n_components, int | np.integer)
        check_settings(
            self, {"n_components": Number(low=1, whole=True) if whole else Number(0, 1, open_low=True, open_high=True)}
        )
        X = self._space.check(self, X, reset=True)
        self.space_ = self._space.learn(X)
        classes, targets = (None, np.zeros(len(X), np.int64)) if y is None else learn_labels(y, len(X))
        self.classes_ = classes
        counts = np.bincount(targets)
        if counts.min() < 2:
            which = "X" if classes is None else f"class {classes[counts.argmin()]}"
            raise BadInputError(f"{which} has 1 sample: a Gaussian needs at least 2 images of each class")
        self.class_prior_ = counts / counts.sum()
        unit = self._unit(X)
        self.planes_ = [Plane.fitted(unit[targets == k], self.n_components) for k in range(len(counts))]
        return self

    def sample(self, n_samples: int = 1, y: Any = None, *, random_state: Any = None) -> np.ndarray:
        """`n_samples` new X, of label(s) `y` where given, else in training proportion; shape and dtype as at `fit`."""
        check_is_fitted(self)
        rng = stream_rng(seed_from(self.random_state if random_state is None else random_state), "sample")
        asked = targets_to_draw(self.classes_, self.class_prior_, y, n_samples=n_samples, rng=rng)
        targets = np.zeros(n_samples, np.int64) if asked is None else asked
        unit = np.empty((n_samples, len(self.planes_[0].mean_F)))
        for k in np.unique(targets):
            rows = np.flatnonzero(targets == k)
            unit[rows] = self.planes_[k].draw(len(rows), rng)
        return self.space_.as_seen(unit)

    def score(self, X: Any, y: Any = None) -> float:
        """Mean log-likelihood in nats an image (0..1 scale), of the given labels or over all of them; greater is better."""
        check_is_fitted(self)
        unit = self._unit(self._space.check(self, X, reset=False))
        log_nK = np.stack([plane.log_likelihood(unit) for plane in self.planes_], axis=1)
        if y is None or self.classes_ is None:
            return float(logsumexp(log_nK + np.log(self.class_prior_), axis=1).mean())
        return float(log_nK[np.arange(len(unit)), known_targets(self.classes_, y)].mean())

    @property
    def means_(self) -> np.ndarray:
        """The mean image of each class, 0..1 scale."""
        return np.stack([plane.mean_F for plane in self.planes_])

    @property
    def noise_(self) -> np.ndarray:
        """The variance of a pixel outside of each class's plane."""
        return np.array([plane.noise for plane in self.planes_])

    def _weights(self) -> "dict[str, torch.Tensor]":
        import torch

        axes = {f"axes_{k}": torch.from_numpy(plane.axes_AF.copy()) for k, plane in enumerate(self.planes_)}
        return axes | {"means": torch.from_numpy(self.means_), "noise": torch.from_numpy(self.noise_)}

    def _take_weights(self, weights: "Mapping[str, torch.Tensor]") -> None:
        means, noise = weights["means"].numpy(), weights["noise"].numpy()
        self.planes_ = [Plane(mean, weights[f"axes_{k}"].numpy(), float(noise[k])) for k, mean in enumerate(means)]

    def _more_learned(self) -> dict[str, Any]:
        return {"classes_": self.classes_, "class_prior_": self.class_prior_}

    def _unit(self, X: np.ndarray) -> np.ndarray:
        flat = X.reshape(len(X), -1).astype(np.float64)
        return (flat - self.space_.offset) / self.space_.scale
