"""Does a generator repeat its training images? How much nearer one of them lies than its next ones tells.

Shape letters: n images, F features.
"""

import math
from dataclasses import dataclass

import numpy as np

from tasvir.contracts.errors import BadInputError

#: Nearest training images that tell how near is usual at a place, and the share of it that no copy exceeds: blurred images
#: lie near to many smooth ones, a copy near to one.
N_USUAL, MOST_SHARE = 50, 0.5


@dataclass(frozen=True)
class CopyAudit:
    """How near samples lie to training images, beside how near unseen real images do.

    Parameters
    ----------
    n_copies : int
        Samples that lie at most half as far from one training image as from the 50 nearest on average, and this with a
        smaller share than 99 % of held-out real images.
    n_samples : int
        Samples looked at.
    threshold : float
        That share: the distance of the nearest over the mean distance of the 50 nearest, at most 0.5.
    samples_median, held_out_median : float
        Median distance to the nearest training image (root mean square of pixel differences, 0..1).

    Raises
    ------
    Nothing.

    Notes
    -----
    See `copy_audit`.

    Examples
    --------
    See `copy_audit`.
    """

    n_copies: int
    n_samples: int
    threshold: float
    samples_median: float
    held_out_median: float


def copy_audit(train: np.ndarray, held_out: np.ndarray, samples: np.ndarray) -> CopyAudit:
    """Are samples copies of training images?

    Parameters
    ----------
    train, held_out, samples : ndarrays of shape (n, F)
        Pixels on the 0..1 scale: what the generator saw, real images it did not see, what it drew.

    Returns
    -------
    CopyAudit
        A generator that only repeats gives shares near 0 and counts every sample as a copy; one that draws new images gives
        1 % at most by the choice of the threshold. Blurred images lie near to many training images and are no copies.

    Raises
    ------
    BadInputError
        Empty arrays, or different numbers of features.

    References
    ----------
    N. Carlini et al., *Extracting training data from diffusion models*, USENIX Security 2023, section 5.1 (half the
    distance of the 50 nearest); held-out images lower the threshold, after C. Meehan et al., AISTATS 2020. Euclidean.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> train, held_out = rng.random((50, 4)), rng.random((200, 4))
    >>> copy_audit(train, held_out, train).n_copies
    50
    """
    train, held_out, samples = (np.asarray(part) for part in (train, held_out, samples))
    if min(len(train), len(held_out), len(samples)) == 0 or not train.shape[1:] == held_out.shape[1:] == samples.shape[1:]:
        shapes = ", ".join(str(part.shape) for part in (train, held_out, samples))
        raise BadInputError(f"copy_audit got shapes {shapes}: give three non-empty arrays (n, F) of equal F")
    (real, real_share), (drawn, drawn_share) = _nearest(train, held_out), _nearest(train, samples)
    threshold = min(float(np.quantile(real_share, 0.01)), MOST_SHARE)
    n_copies = int(np.sum(drawn_share < threshold) if threshold > 0 else np.sum(drawn_share == 0))
    return CopyAudit(n_copies, len(drawn), threshold, float(np.median(drawn)), float(np.median(real)))


def chance_of_copies(n_copies: int, n_samples: int, n_held_out: int) -> float:
    """How probable are so many copies, or more, where samples are as fresh as the held-out images?

    The threshold of `copy_audit` is the distance below which one in a hundred of the held-out images lie. If all come from one
    source, any order of samples and held-out images is as probable as any other, whatever the distances.

    >>> round(chance_of_copies(1, 10, 10), 2), chance_of_copies(30, 100, 100) < 1e-6
    (0.76, True)
    """
    from scipy.stats import hypergeom

    if n_copies < 1:
        return 1.0
    below = math.ceil(0.01 * (n_held_out - 1))
    return float(hypergeom.cdf(below, n_samples + n_held_out, n_held_out, n_copies + below))


def _nearest(reference: np.ndarray, query: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Root mean square distance to the nearest reference, and its share of the mean distance of the nearest 50."""
    from sklearn.neighbors import NearestNeighbors

    n_usual = min(N_USUAL, len(reference))
    distance, _ = NearestNeighbors(n_neighbors=n_usual).fit(reference).kneighbors(query)
    nearest, usual = distance[:, 0], distance.mean(1)
    share = np.divide(nearest, usual, out=np.zeros_like(nearest), where=usual > 0)
    return nearest / np.sqrt(reference.shape[1]), share
