"""May a training image be mirrored? A photograph of a cat may, a digit may not; the training images themselves tell."""

from dataclasses import dataclass

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.interval import wilson
from tasvir.measures.neighbours import nearest, spread_sample
from tasvir.studies.flat import flat_unit

#: Images looked at, and the loss of k-NN accuracy above which mirroring changes what an image is.
N_IMAGES, K, TOLERANCE = 2000, 5, 0.05
#: The loss must also be below this share of what k-NN knows more than chance: what it does not see it cannot miss.
OF_KNOWN = 0.5
Z = 1.645  # one-sided 95 %


@dataclass(frozen=True)
class MirrorTest:
    """Accuracy of k-NN among training images as they are and mirrored.

    Mirroring is `safe` where k-NN is `informed` (clearly above `chance`, the share of the largest class) and loses little:
    `loss_high` is the upper end of a one-sided 95 % interval of the paired loss.
    """

    k: int
    as_they_are: float
    mirrored: float
    chance: float
    loss_high: float
    informed: bool
    safe: bool


def mirror_test(data: Dataset, seed: int) -> MirrorTest:
    """Whether mirrored training images are shown to be still nearest to their own class; else they are not mirrored.

    Each image looks up its 5 nearest other ones, once as it is and once mirrored. Only training images are used. A set on which
    k-NN is near chance tells nothing: strokes like / and \\ are all noise to it, and mirroring would exchange them.
    """
    X, y, _ = data.part("train")
    rows = spread_sample(y, N_IMAGES, seed)
    X, y = X[rows], y[rows]
    own, mirrored = _right(flat_unit(X), flat_unit(X), y), _right(flat_unit(X), flat_unit(X[:, :, ::-1]), y)
    chance = float(np.bincount(y).max() / len(y))
    known = wilson(int(own.sum()), len(y)).low - chance
    loss = own.astype(float) - mirrored
    loss_high = float(loss.mean() + Z * max(float(loss.std()), len(y) ** -0.5) / len(y) ** 0.5)
    safe = known > 0 and loss_high <= min(TOLERANCE, OF_KNOWN * known)
    return MirrorTest(K, float(own.mean()), float(mirrored.mean()), chance, loss_high, known > 0, safe)


def _right(reference: np.ndarray, query: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whether the majority among the nearest is right for each image, which never votes for itself."""
    k = min(K, len(y) - 1)
    found = nearest(reference, query, k + 1)
    itself = found == np.arange(len(y))[:, None]
    itself[~itself.any(1), -1] = True  # where it is not among them, the farthest goes
    votes = y[found[~itself].reshape(len(y), k)]
    winners = np.array([np.bincount(row).argmax() for row in votes])
    return np.asarray(winners == y)
