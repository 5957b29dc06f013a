"""Where is a latent space empty? Places that lie farther from every code than they would if the codes filled the prior.

Shape letters: n codes, m places, Z latents.
"""

import numpy as np
from numpy.typing import ArrayLike

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng

#: The part of the places that is near, where as many codes fill the standard normal distribution.
NEAR = 0.99
#: Places of a simulation.
N_ASKED = 10_000


def filled_distance(n: int, n_latents: int = 2, *, seed: int = 0) -> float:
    """From which distance on is a place far from n codes? 99 of 100 draws of N(0, 1) have one of n other draws nearer.

    So where codes fill the prior, 1 % of what is drawn from it is far; whatever is above that are holes.
    """
    rng = stream_rng(seed, "filled")
    return float(np.quantile(_nearest(rng.standard_normal((N_ASKED, n_latents)), rng.standard_normal((n, n_latents))), NEAR))


def far_places(places: ArrayLike, codes: ArrayLike, distance: float) -> np.ndarray:
    """Which places (m, Z) are farther than `distance` from every code (n, Z)? (m,) of bool."""
    return _nearest(_checked(places, "places"), _checked(codes, "codes")) > distance


def _nearest(places: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The distance of each place from its nearest code."""
    from sklearn.neighbors import NearestNeighbors

    return np.asarray(NearestNeighbors(n_neighbors=1).fit(codes).kneighbors(places)[0][:, 0])


def _checked(points: ArrayLike, name: str) -> np.ndarray:
    found = np.asarray(points, np.float64)
    if found.ndim != 2 or not len(found) or not np.isfinite(found).all():
        raise BadInputError(f"{name} of shape {found.shape}: give rows of finite numbers")
    return found
