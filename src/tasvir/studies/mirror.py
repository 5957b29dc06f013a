"""May a training image be mirrored? A photograph of a cat may, a digit may not; the training images themselves tell."""

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.neighbours import nearest, spread_sample
from tasvir.studies.flat import flat_unit

#: Images looked at, and the loss of k-NN accuracy above which mirroring changes what an image is.
N_IMAGES, K, TOLERANCE = 2000, 5, 0.05


def mirror_safe(data: Dataset, seed: int) -> tuple[bool, str]:
    """Whether mirrored training images are still nearest to their own class, and the finding in words.

    Each image looks up its 5 nearest other ones, once as it is and once mirrored: where mirroring costs more than 5 points of
    accuracy, left and right mean something. Only training images are used.
    """
    X, y, _ = data.part("train")
    rows = spread_sample(y, N_IMAGES, seed)
    X, y = X[rows], y[rows]
    own = _accuracy(flat_unit(X), flat_unit(X), y)
    mirrored = _accuracy(flat_unit(X), flat_unit(X[:, :, ::-1]), y)
    safe = own - mirrored <= TOLERANCE
    verdict = "images are mirrored" if safe else "images are not mirrored"
    return safe, f"{K}-NN among training images: {own:.1%} as they are, {mirrored:.1%} mirrored; {verdict}"


def _accuracy(reference: np.ndarray, query: np.ndarray, y: np.ndarray) -> float:
    """Leave-one-out accuracy of the majority among the nearest, never the image itself."""
    k = min(K, len(y) - 1)
    found = nearest(reference, query, k + 1)
    itself = found == np.arange(len(y))[:, None]
    itself[~itself.any(1), -1] = True  # where it is not among them, the farthest goes
    votes = y[found[~itself].reshape(len(y), k)]
    winners = np.array([np.bincount(row).argmax() for row in votes])
    return float((winners == y).mean())
