"""May a training image be mirrored? A photograph of a cat may, a digit may not; the training images themselves tell."""

from dataclasses import dataclass

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.neighbours import nearest, spread_sample
from tasvir.studies.flat import flat_unit

#: Images looked at, and the loss of k-NN accuracy above which mirroring changes what an image is.
N_IMAGES, K, TOLERANCE = 2000, 5, 0.05


@dataclass(frozen=True)
class MirrorTest:
    """Accuracy of k-NN among training images as they are and mirrored, and whether mirroring costs nothing."""

    k: int
    as_they_are: float
    mirrored: float
    safe: bool


def mirror_test(data: Dataset, seed: int) -> MirrorTest:
    """Whether mirrored training images are still nearest to their own class.

    Each image looks up its 5 nearest other ones, once as it is and once mirrored: where mirroring costs more than 5 points of
    accuracy, left and right mean something. Only training images are used.
    """
    X, y, _ = data.part("train")
    rows = spread_sample(y, N_IMAGES, seed)
    X, y = X[rows], y[rows]
    own = _accuracy(flat_unit(X), flat_unit(X), y)
    mirrored = _accuracy(flat_unit(X), flat_unit(X[:, :, ::-1]), y)
    return MirrorTest(K, own, mirrored, own - mirrored <= TOLERANCE)


def _accuracy(reference: np.ndarray, query: np.ndarray, y: np.ndarray) -> float:
    """Leave-one-out accuracy of the majority among the nearest, never the image itself."""
    k = min(K, len(y) - 1)
    found = nearest(reference, query, k + 1)
    itself = found == np.arange(len(y))[:, None]
    itself[~itself.any(1), -1] = True  # where it is not among them, the farthest goes
    votes = y[found[~itself].reshape(len(y), k)]
    winners = np.array([np.bincount(row).argmax() for row in votes])
    return float((winners == y).mean())
