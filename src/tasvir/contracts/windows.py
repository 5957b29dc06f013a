"""Windows of a series: what X may be, and the way from X to the numbers that a net sees and back. Legend: T steps, F features."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from tasvir.contracts.space import Layout, Space


@dataclass(frozen=True)
class WindowSpace(Space):
    """Windows ``(n, T, F)``; flat X is T steps of one feature.

    Each feature has a map of its own: ``inside = (x - offset) / scale``, with the mean and the standard deviation that it had
    at `fit` over all windows and steps (1 where it never changed).
    """

    offset: tuple[float, ...]
    scale: tuple[float, ...]

    kind: ClassVar[str] = "windows"
    things: ClassVar[str] = "windows"
    axes: ClassVar[tuple[int, ...]] = (3,)

    @classmethod
    def accept(cls, X: np.ndarray) -> np.ndarray:
        """Finite numbers of any range."""
        return X

    @classmethod
    def learn(cls, X: np.ndarray) -> Self:
        """Read shape, means and standard deviations off checked X."""
        rows = X.reshape(-1, X.shape[2] if X.ndim == 3 else 1).astype(np.float64)
        offset, scale = rows.mean(0), rows.std(0)
        constant = scale <= 1e-12 * np.abs(offset)  # rounding alone gives a constant feature some spread
        return cls(tuple(X.shape[1:]), X.dtype.name, tuple(offset.tolist()), tuple(np.where(constant, 1.0, scale).tolist()))

    def layout(self, estimator: Any) -> Layout:
        """(B, T, F), as it lies in memory."""
        return Layout((self.n_features // len(self.scale), len(self.scale)), (0, 1, 2))

    def store(self, X: np.ndarray) -> np.ndarray:
        """X as float32 in the units of the net."""
        steps = X.reshape(len(X), -1, len(self.scale))
        return np.ascontiguousarray((steps - self.offset) / self.scale, dtype=np.float32).reshape(X.shape)

    def restore(self, inside: np.ndarray) -> np.ndarray:
        """From the units of the net to float32 in X's own units and shape."""
        steps = inside.reshape(len(inside), -1, len(self.scale))
        return (steps * self.scale + self.offset).astype(np.float32).reshape(-1, *self.shape)

    def as_seen(self, inside: np.ndarray) -> np.ndarray:
        """From the units of the net to the shape and the dtype seen at `fit`."""
        values = self.restore(inside)
        return (np.rint(values) if np.issubdtype(self.dtype, np.integer) else values).astype(self.dtype)
