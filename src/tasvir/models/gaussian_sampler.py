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

if TYPE_CHECKING:
    import torch

#: The variance that rounding to 256 levels leaves in a pixel, on the 0..1 scale: no model of pixels is surer than that.
ROUNDING = 1 / 255**2 / 12


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
    means_, noise_ : ndarrays of shape (K, features) and (K,)
        The mean image of each class and the variance of a pixel outside its plane, 0..1 scale.

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
        planes = [self._plane(unit[targets == k]) for k in range(len(counts))]
        self.means_ = np.stack([mean for mean, _, _ in planes])
        self.axes_ = [axes for _, axes, _ in planes]
        self.noise_ = np.array([noise for _, _, noise in planes])
        return self

    def sample(self, n_samples: int = 1, y: Any = None, *, random_state: Any = None) -> np.ndarray:
        """`n_samples` new X, of label(s) `y` where given, else in training proportion; shape and dtype as at `fit`."""
        check_is_fitted(self)
        rng = stream_rng(seed_from(self.random_state if random_state is None else random_state), "sample")
        asked = targets_to_draw(self.classes_, self.class_prior_, y, n_samples=n_samples, rng=rng)
        targets = np.zeros(n_samples, np.int64) if asked is None else asked
        unit = np.empty((n_samples, self.means_.shape[1]))
        for k in np.unique(targets):
            rows = np.flatnonzero(targets == k)
            codes = rng.standard_normal((len(rows), len(self.axes_[k])))
            noise = np.sqrt(self.noise_[k]) * rng.standard_normal((len(rows), unit.shape[1]))
            unit[rows] = self.means_[k] + codes @ self.axes_[k] + noise
        return self.space_.as_seen(unit)

    def score(self, X: Any, y: Any = None) -> float:
        """Mean log-likelihood in nats an image (0..1 scale), of the given labels or over all of them; greater is better."""
        check_is_fitted(self)
        unit = self._unit(self._space.check(self, X, reset=False))
        log_nK = np.stack([self._log_likelihood(unit, k) for k in range(len(self.means_))], axis=1)
        if y is None or self.classes_ is None:
            return float(logsumexp(log_nK + np.log(self.class_prior_), axis=1).mean())
        return float(log_nK[np.arange(len(unit)), known_targets(self.classes_, y)].mean())

    def _weights(self) -> "dict[str, torch.Tensor]":
        import torch

        axes = {f"axes_{k}": torch.from_numpy(axes.copy()) for k, axes in enumerate(self.axes_)}
        return axes | {"means": torch.from_numpy(self.means_), "noise": torch.from_numpy(self.noise_)}

    def _take_weights(self, weights: "Mapping[str, torch.Tensor]") -> None:
        self.means_, self.noise_ = weights["means"].numpy(), weights["noise"].numpy()
        self.axes_ = [weights[f"axes_{k}"].numpy() for k in range(len(self.means_))]

    def _more_learned(self) -> dict[str, Any]:
        return {"classes_": self.classes_, "class_prior_": self.class_prior_}

    def _unit(self, X: np.ndarray) -> np.ndarray:
        flat = X.reshape(len(X), -1).astype(np.float64)
        return (flat - self.space_.offset) / self.space_.scale

    def _plane(self, unit: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
        """Mean, axes (rows, each as long as a standard deviation beyond the noise) and the noise outside of one class."""
        mean = unit.mean(0)
        _, singular, directions = np.linalg.svd(unit - mean, full_matrices=False)
        variances = singular**2 / (len(unit) - 1)
        n_axes = self._n_axes(variances, len(unit))
        left_over = variances[n_axes:].sum() / max(1, unit.shape[1] - n_axes)
        noise = max(float(left_over), ROUNDING)
        lengths = np.sqrt(np.maximum(variances[:n_axes] - noise, 0.0))
        return mean, lengths[:, None] * directions[:n_axes], noise

    def _n_axes(self, variances: np.ndarray, n_images: int) -> int:
        most = min(n_images - 1, len(variances))
        if isinstance(self.n_components, int | np.integer):
            return min(int(self.n_components), most)
        shares = np.cumsum(variances) / max(variances.sum(), np.finfo(float).tiny)
        return min(int(np.searchsorted(shares, self.n_components)) + 1, most)

    def _log_likelihood(self, unit: np.ndarray, k: int) -> np.ndarray:
        """Log density of N(mean, axes' axes + noise I), by the matrix inversion lemma in the plane."""
        axes, noise, centred = self.axes_[k], self.noise_[k], unit - self.means_[k]
        within = axes @ axes.T / noise + np.eye(len(axes))
        projected = centred @ axes.T / noise
        squared = (centred**2).sum(1) / noise - np.einsum("ij,ij->i", projected, np.linalg.solve(within, projected.T).T)
        log_det = np.linalg.slogdet(within)[1] + unit.shape[1] * np.log(noise)
        return -0.5 * (squared + log_det + unit.shape[1] * np.log(2 * np.pi))
