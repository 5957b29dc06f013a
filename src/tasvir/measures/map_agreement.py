"""Do two maps of one image put the same places first? Shape letters: n images, h w places."""

import numpy as np
from scipy.stats import rankdata

from tasvir.contracts.errors import BadInputError


def map_agreement(maps_a: np.ndarray, maps_b: np.ndarray) -> np.ndarray:
    """How alike are the orders in which two maps of each image put its places?

    Parameters
    ----------
    maps_a, maps_b : ndarrays of shape (n, h, w)
        At the layer's own size: places between which a map was interpolated would count as often as they are drawn.

    Returns
    -------
    ndarray of shape (n,), float64
        Spearman's rank correlation, -1..1; 1 for the same order. Where a map is the same everywhere it puts nothing first: NaN.

    Raises
    ------
    BadInputError
        Maps of different shapes.

    References
    ----------
    J. Adebayo et al., *Sanity checks for saliency maps*, NeurIPS 2018, section 3.

    Examples
    --------
    >>> one = np.array([[[0.0, 1.0], [2.0, 3.0]]])
    >>> map_agreement(one, one**2).round(3).tolist(), map_agreement(one, -one).round(3).tolist()
    ([1.0], [-1.0])
    """
    if maps_a.shape != maps_b.shape or maps_a.ndim != 3:
        raise BadInputError(f"maps of shapes {maps_a.shape} and {maps_b.shape}: give two of one shape (n, h, w)")
    ranks = [rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (maps_a, maps_b)]
    centred = [rank - rank.mean(1, keepdims=True) for rank in ranks]
    lengths = [np.linalg.norm(rank, axis=1) for rank in centred]
    flat = (lengths[0] == 0) | (lengths[1] == 0)
    product = (centred[0] * centred[1]).sum(1) / np.where(flat, 1, lengths[0] * lengths[1])
    return np.where(flat, np.nan, product.clip(-1, 1))
