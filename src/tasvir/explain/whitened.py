"""A fitted transformer whose codes are shifted, turned and stretched to mean 0 and covariance 1, as a VAE's prior is.

An autoencoder's codes may lie anywhere and have any size: only so can its plane be laid beside that of a VAE.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

#: The least variance of a direction, as a share of the largest: a latent that never changes is not blown up.
LEAST = 1e-6


class Whitened:
    """`fitted` with codes of mean 0 and covariance 1 over the images of `codes`: (code - centre) = stretch @ whitened."""

    def __init__(self, fitted: Any, codes: ArrayLike) -> None:
        found = np.asarray(codes, np.float64)
        covariance = np.atleast_2d(np.cov(found.T))
        least = LEAST * max(float(np.trace(covariance)), np.finfo(float).tiny)
        self.fitted, self.space_ = fitted, fitted.space_
        self.centre = found.mean(0)
        self.stretch = np.linalg.cholesky(covariance + least * np.eye(len(covariance)))

    def transform(self, X: Any) -> np.ndarray:
        """The whitened codes of X."""
        moved = self.fitted.transform(X) - self.centre
        return np.linalg.solve(self.stretch, moved.T).T.astype(np.float32)

    def inverse_transform(self, X: ArrayLike) -> np.ndarray:
        """Images drawn from whitened codes, in the units of X at `fit`."""
        codes = np.asarray(X, np.float64) @ self.stretch.T + self.centre
        return self.fitted.inverse_transform(codes.astype(np.float32))
