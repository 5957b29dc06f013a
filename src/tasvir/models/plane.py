"""A Gaussian in the plane of its principal components, and what is left spread evenly: probabilistic PCA in closed form.

Legend: n rows, A axes, F features.
"""

from dataclasses import dataclass

import numpy as np

#: The variance that rounding to 256 levels leaves in a pixel, on the 0..1 scale: no model of pixels is surer than that.
ROUNDING = 1 / 255**2 / 12


@dataclass(frozen=True)
class Plane:
    """N(mean, axes' axes + noise I): an axis is as long as its standard deviation beyond the noise.

    M. Tipping, C. Bishop, *Probabilistic principal component analysis*, JRSS B 61 (1999), equations 3 and 8; the variance
    outside the plane is at least that of rounding to 256 levels.
    """

    mean_F: np.ndarray
    axes_AF: np.ndarray
    noise: float

    @classmethod
    def fitted(cls, rows_nF: np.ndarray, n_components: float) -> "Plane":
        """The plane that keeps so many components, or such a share (below 1) of the variance; at most n - 1 of them."""
        mean_F = rows_nF.mean(0)
        _, singular, directions = np.linalg.svd(rows_nF - mean_F, full_matrices=False)
        variances = singular**2 / (len(rows_nF) - 1)
        n_axes = _n_axes(variances, n_components, len(rows_nF))
        left_over = variances[n_axes:].sum() / max(1, rows_nF.shape[1] - n_axes)
        noise = max(float(left_over), ROUNDING)
        lengths = np.sqrt(np.maximum(variances[:n_axes] - noise, 0.0))
        return cls(mean_F, lengths[:, None] * directions[:n_axes], noise)

    def draw(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """(n, F) new rows."""
        codes = rng.standard_normal((n, len(self.axes_AF)))
        noise = np.sqrt(self.noise) * rng.standard_normal((n, len(self.mean_F)))
        return self.mean_F + codes @ self.axes_AF + noise

    def log_likelihood(self, rows_nF: np.ndarray) -> np.ndarray:
        """Log density of each row (n,), by the matrix inversion lemma in the plane."""
        centred = rows_nF - self.mean_F
        within = self.axes_AF @ self.axes_AF.T / self.noise + np.eye(len(self.axes_AF))
        projected = centred @ self.axes_AF.T / self.noise
        squared = (centred**2).sum(1) / self.noise
        squared = squared - np.einsum("ij,ij->i", projected, np.linalg.solve(within, projected.T).T)
        F = rows_nF.shape[1]
        log_det = np.linalg.slogdet(within)[1] + F * np.log(self.noise)
        return -0.5 * (squared + log_det + F * np.log(2 * np.pi))


def _n_axes(variances: np.ndarray, n_components: float, n_rows: int) -> int:
    most = min(n_rows - 1, len(variances))
    if isinstance(n_components, int | np.integer):
        return min(int(n_components), most)
    shares = np.cumsum(variances) / max(variances.sum(), np.finfo(float).tiny)
    return min(int(np.searchsorted(shares, n_components)) + 1, most)
