"""What X may be, and the way from X to the 0..1 scale and back.

X is images ``(n, h, w)`` / ``(n, h, w, c)`` with c 1 or 3, ``uint8`` 0..255 or float 0..1; or flat ``(n, features)`` of any
finite numbers. Inside, pixels stay ``uint8`` (scaled on the batch, by 255) or become float32 on the 0..1 scale.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from tasvir.contracts.errors import BadInputError


@dataclass(frozen=True)
class PixelSpace:
    """The units and the shape of X as seen at `fit`: ``unit = (x - offset) / scale``."""

    shape: tuple[int, ...]
    dtype: str
    offset: float
    scale: float

    @classmethod
    def learn(cls, X: np.ndarray) -> "PixelSpace":
        """Read units and shape off checked X; flat numbers other than uint8 get one affine map for all features."""
        offset, scale = 0.0, 1.0
        if X.dtype == np.uint8:
            scale = 255.0
        elif X.ndim == 2:
            offset = float(X.min())
            scale = float(X.max()) - offset or 1.0
        return cls(tuple(X.shape[1:]), X.dtype.name, offset, scale)

    @property
    def n_features(self) -> int:
        return math.prod(self.shape)

    def image_shape(self, given: tuple[int, ...] | None = None) -> tuple[int, int, int]:
        """(height, width, channels): of the images, as `given` for flat X, else a square if possible, else one line."""
        if given is not None:
            return self._given_shape(given)
        if len(self.shape) > 1:
            return _with_channels(self.shape)
        side = math.isqrt(self.n_features)
        return (side, side, 1) if side * side == self.n_features else (1, self.n_features, 1)

    def _given_shape(self, given: tuple[int, ...]) -> tuple[int, int, int]:
        numbers = isinstance(given, tuple | list) and all(isinstance(n, Integral) and n > 0 for n in given)
        if not numbers or len(given) not in (2, 3):
            raise BadInputError(f"image_shape={given!r}: give (height, width) or (height, width, channels)")
        shape = _with_channels(given)
        if len(self.shape) > 1 and shape != _with_channels(self.shape):
            raise BadInputError(f"image_shape={tuple(given)} is for flat X, but X has images of shape {self.shape}: leave it out")
        if math.prod(shape) != self.n_features:
            raise BadInputError(
                f"image_shape={tuple(given)} has {math.prod(shape)} numbers but X has {self.n_features} features: "
                "give (height, width) or (height, width, channels) whose product is the number of features"
            )
        return shape

    def store(self, X: np.ndarray) -> np.ndarray:
        """X as it is kept during training: uint8 untouched, everything else float32 on the 0..1 scale."""
        if X.dtype == np.uint8:
            return np.ascontiguousarray(X)
        unit = X if self.offset == 0.0 and self.scale == 1.0 else (X - self.offset) / self.scale
        return np.ascontiguousarray(unit, dtype=np.float32)

    def restore(self, unit: np.ndarray) -> np.ndarray:
        """From the 0..1 scale to float32 in X's own units and shape, as PCA's `inverse_transform` does."""
        return (unit * self.scale + self.offset).astype(np.float32).reshape(-1, *self.shape)

    def as_seen(self, unit: np.ndarray) -> np.ndarray:
        """From the 0..1 scale to the shape and the dtype seen at `fit`; images are clipped to their range."""
        values = self.restore(np.clip(unit, 0.0, 1.0) if len(self.shape) > 1 or self.dtype == "uint8" else unit)
        return (np.rint(values) if np.issubdtype(self.dtype, np.integer) else values).astype(self.dtype)


def _with_channels(shape: Sequence[int]) -> tuple[int, int, int]:
    height, width, *channels = shape
    return height, width, channels[0] if channels else 1


def check_X(estimator, X, *, reset: bool) -> np.ndarray:
    """X as a checked array: flat X goes scikit-learn's way, images are held to their two ranges.

    Raises `ValueError` (scikit-learn's for flat X, `BadInputError` for images) when shape, range or finiteness is off.
    """
    from sklearn.utils.validation import check_array, check_is_fitted, validate_data

    if not reset:
        check_is_fitted(estimator)
    ndim = X.ndim if hasattr(X, "ndim") else np.asarray(X).ndim
    if ndim not in (3, 4):
        if not reset and len(estimator.pixels_.shape) > 1:
            raise BadInputError(
                f"X is {ndim}-dimensional but this estimator was fitted on images of shape {estimator.pixels_.shape}: "
                "give X of shape (n, *that shape)"
            )
        return validate_data(estimator, X, reset=reset)
    X = check_array(X, allow_nd=True, ensure_all_finite=True, input_name="X")
    _check_image_range(X)
    if reset:
        estimator.n_features_in_ = math.prod(X.shape[1:])
    elif X.shape[1:] != estimator.pixels_.shape:
        raise BadInputError(
            f"X has images of shape {X.shape[1:]} but this estimator was fitted on shape {estimator.pixels_.shape}: "
            "resize them, or fit again"
        )
    elif X.dtype != estimator.pixels_.dtype and np.uint8 in (X.dtype, np.dtype(estimator.pixels_.dtype)):
        # The same picture in the other of the two units is welcome: bring it to the units of fit.
        X = np.rint(X * 255).astype(np.uint8) if X.dtype != np.uint8 else (X / 255).astype(estimator.pixels_.dtype)
    return X


def _check_image_range(X: np.ndarray) -> None:
    if X.ndim == 4 and X.shape[-1] not in (1, 3):
        raise BadInputError(
            f"X has shape {X.shape}: images are (n, h, w) or (n, h, w, c) with c = 1 (gray) or 3 (RGB) as the last axis"
        )
    if X.dtype == np.uint8:
        return
    if not np.issubdtype(X.dtype, np.floating):
        raise BadInputError(f"X has dtype {X.dtype}: images are uint8 0..255 or float 0..1; convert with X.astype('uint8')")
    low, high = float(X.min()), float(X.max())
    if low < 0.0 or high > 1.0:
        raise BadInputError(
            f"X has values from {low:g} to {high:g}: float images lie in 0..1 (uint8 in 0..255); divide by 255 or rescale"
        )
