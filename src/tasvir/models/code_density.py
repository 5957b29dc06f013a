"""Where the codes of each class lie: a smoothed bootstrap, from which a decoder draws new images.

Legend: n codes, Z latents, K classes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from sklearn.neighbors import NearestNeighbors

from tasvir.contracts.seeds import stream_rng

#: Codes that are drawn, and asked for their nearest one, while the bandwidth is sought; and halvings of its interval.
N_TRIED, N_HALVINGS = 500, 8
#: Drawn codes lie at this share of the distance at which training codes lie from one another; medians, which near-duplicates
#: among the training images do not lower.
NEAR = 0.7
#: Bandwidths between which it is sought: at 1 a class is one Gaussian, near 0 its codes are repeated.
NARROWEST, WIDEST = 0.05, 1.0


@dataclass(frozen=True)
class CodeDensity:
    """Draws a training image's code of the class, pulls it towards the class's mean and adds a Gaussian of the class's shape.

    With bandwidth h a code c becomes mean + sqrt(1 - h^2) (c - mean) + h e, e of the class's covariance: mean and covariance of
    the class stay what they are, whatever h. B. Silverman, *Density estimation*, 1986, section 6.4; M. West, JRSS B 55 (1993).
    """

    codes_nZ: np.ndarray
    targets_n: np.ndarray
    means_KZ: np.ndarray
    roots_KZZ: np.ndarray
    bandwidth: float

    @classmethod
    def fitted(cls, codes_nZ: np.ndarray, variances_nZ: np.ndarray, targets_n: np.ndarray, *, seed: int) -> "CodeDensity":
        """The density of Gaussians around these codes, as narrow as unlike images allow.

        A class's covariance is drawn to that of all classes, the more the fewer images it has. The bandwidth is the one at which
        the median drawn code lies at 0.7 of the distance from its nearest training code that the median training code has from
        its nearest other one (within classes): nearer ones would begin to repeat images, at a greater bandwidth classes blur.
        """
        means_KZ, roots_KZZ = _shapes(codes_nZ.astype(np.float64), variances_nZ, targets_n)
        density = cls(codes_nZ, targets_n, means_KZ.astype(np.float32), roots_KZZ.astype(np.float32), WIDEST)
        rows = stream_rng(seed, "bandwidth").permutation(len(codes_nZ))[:N_TRIED]
        wanted = NEAR * density.nearest(codes_nZ[rows], targets_n[rows], of_themselves=True)
        low, high = NARROWEST, WIDEST
        for _ in range(N_HALVINGS if np.isfinite(wanted) else 0):
            middle = replace(density, bandwidth=(low + high) / 2)
            drawn = middle.draw(targets_n[rows], stream_rng(seed, "tried codes"))
            near = middle.nearest(drawn, targets_n[rows]) < wanted
            low, high = (middle.bandwidth, high) if near else (low, middle.bandwidth)
        return replace(density, bandwidth=high)

    def draw(self, targets: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A new code for each target: (n, Z) float32."""
        noise = rng.standard_normal((len(targets), self.codes_nZ.shape[1]), dtype=np.float32)
        drawn, kept = np.empty_like(noise), math.sqrt(1 - self.bandwidth**2)
        for k in np.unique(targets):
            rows, own = np.flatnonzero(targets == k), np.flatnonzero(self.targets_n == k)
            around = self.codes_nZ[own[rng.integers(len(own), size=len(rows))]] - self.means_KZ[k]
            drawn[rows] = self.means_KZ[k] + kept * around + self.bandwidth * noise[rows] @ self.roots_KZZ[k].T
        return drawn

    def arrays(self) -> dict[str, np.ndarray]:
        """What a folder keeps."""
        return {name: np.asarray(value) for name, value in vars(self).items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> "CodeDensity":
        """The same density again."""
        return cls(**{name: value for name, value in arrays.items() if name != "bandwidth"}, bandwidth=float(arrays["bandwidth"]))

    def nearest(self, codes: np.ndarray, targets: np.ndarray, *, of_themselves: bool = False) -> float:
        """Median distance to the nearest (other) training code of the class; NaN where no class has two."""
        found = []
        for k in np.unique(targets):
            own = self.codes_nZ[self.targets_n == k]
            if len(own) < 2:
                continue
            search = NearestNeighbors(n_neighbors=2 if of_themselves else 1, algorithm="brute").fit(own)
            found.append(search.kneighbors(codes[targets == k])[0][:, -1])
        return float(np.median(np.concatenate(found))) if found else float("nan")


def _shapes(codes_nZ: np.ndarray, variances_nZ: np.ndarray, targets_n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and Cholesky root of each class's covariance.

    The scatter of the means and the images' own variance together; the covariance of all classes counts as Z images more.
    """
    (n, Z), counts = codes_nZ.shape, np.bincount(targets_n)
    means_KZ = np.stack([codes_nZ[targets_n == k].mean(0) for k in range(len(counts))])
    centred = codes_nZ - means_KZ[targets_n]
    within = (centred.T @ centred + np.diag(variances_nZ.sum(0, dtype=np.float64))) / n
    roots = []
    for k, n_k in enumerate(counts):
        own = targets_n == k
        scatter = centred[own].T @ centred[own] + np.diag(variances_nZ[own].sum(0, dtype=np.float64))
        roots.append(np.linalg.cholesky((scatter + Z * within) / (n_k + Z) + 1e-9 * np.eye(Z)))
    return means_KZ, np.stack(roots)
