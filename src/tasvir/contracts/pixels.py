"""Images: what X may be, and the way from X to the 0..1 scale and back.

X is images ``(n, h, w)`` / ``(n, h, w, c)`` with c 1 or 3, ``uint8`` 0..255 or float 0..1; or flat ``(n, features)`` of any
finite numbers. Inside, pixels stay ``uint8`` (scaled on the batch, by 255) or become float32 on the 0..1 scale.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.image_range import taken_as_pixels
from tasvir.contracts.space import Layout, Space


@dataclass(frozen=True)
class PixelSpace(Space):
    """Images, or rows of numbers: ``unit = (x - offset) / scale``."""

    offset: float
    scale: float

    kind: ClassVar[str] = "pixels"
    things: ClassVar[str] = "images"
    axes: ClassVar[tuple[int, ...]] = (3, 4)

    @classmethod
    def accept(cls, X: np.ndarray) -> np.ndarray:
        """Images as uint8 or as floats in 0..1."""
        if X.ndim == 4 and X.shape[-1] not in (1, 3):
            raise BadInputError(
                f"X has shape {X.shape}: images are (n, h, w) or (n, h, w, c) with c = 1 (gray) or 3 (RGB) as the last axis"
            )
        return taken_as_pixels(X)

    @classmethod
    def learn(cls, X: np.ndarray) -> Self:
        """Read units and shape off checked X; flat numbers other than uint8 get one affine map for all features."""
        offset, scale = 0.0, 1.0
        if X.dtype == np.uint8:
            scale = 255.0
        elif X.ndim == 2:
            offset = float(X.min())
            scale = float(X.max()) - offset or 1.0
        return cls(tuple(X.shape[1:]), X.dtype.name, offset, scale)

    def match(self, X: np.ndarray) -> np.ndarray:
        """The same picture in the other of the two units is welcome: it is brought to the units of `fit`."""
        X = super().match(X)
        if X.dtype == self.dtype or np.uint8 not in (X.dtype, np.dtype(self.dtype)):
            return X
        return np.rint(X * 255).astype(np.uint8) if X.dtype != np.uint8 else (X / 255).astype(self.dtype)

    def layout(self, estimator: Any) -> Layout:
        """Rows of pixels in memory, (B, C, H, W) to a net: channels-last memory, no copy."""
        return Layout(self.image_shape(getattr(estimator, "image_shape", None)), (0, 3, 1, 2))

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

    def restore(self, inside: np.ndarray) -> np.ndarray:
        """From the 0..1 scale to float32 in X's own units and shape, as PCA's `inverse_transform` does."""
        return (inside * self.scale + self.offset).astype(np.float32).reshape(-1, *self.shape)

    def as_seen(self, inside: np.ndarray) -> np.ndarray:
        """From the 0..1 scale to the shape and the dtype seen at `fit`; images are clipped to their range."""
        values = self.restore(np.clip(inside, 0.0, 1.0) if len(self.shape) > 1 or self.dtype == "uint8" else inside)
        return (np.rint(values) if np.issubdtype(self.dtype, np.integer) else values).astype(self.dtype)


def _with_channels(shape: Sequence[int]) -> tuple[int, int, int]:
    height, width, *channels = shape
    return height, width, channels[0] if channels else 1
