"""Does a generator repeat its training images? Distances to the nearest of them tell.

Shape letters: n images, F features.
"""

from dataclasses import dataclass

import numpy as np

from tasvir.contracts.errors import BadInputError


@dataclass(frozen=True)
class CopyAudit:
    """How near samples lie to training images, beside how near unseen real images do.

    Parameters
    ----------
    n_copies : int
        Samples nearer to a training image than 99 % of held-out real images are.
    n_samples : int
        Samples looked at.
    threshold : float
        That distance (root mean square of pixel differences, 0..1).
    samples_median, held_out_median : float
        Median distance to the nearest training image.

    Raises
    ------
    Nothing.

    Source
    ------
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
        A generator that only repeats gives distances near 0 and counts every sample as a copy; one that draws new images
        gives about 1 % by the choice of the threshold.

    Raises
    ------
    BadInputError
        Empty arrays, or different numbers of features.

    Source
    ------
    The nearest-neighbour test of Meehan, Chaudhuri and Dasgupta (AISTATS 2020), reduced to one threshold; Euclidean.

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
    real, drawn = _nearest_distance(train, held_out), _nearest_distance(train, samples)
    threshold = float(np.quantile(real, 0.01))
    n_copies = int(np.sum(drawn < threshold) if threshold > 0 else np.sum(drawn == 0))
    return CopyAudit(n_copies, len(drawn), threshold, float(np.median(drawn)), float(np.median(real)))


def _nearest_distance(reference: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Root mean square distance to the nearest reference."""
    from sklearn.neighbors import NearestNeighbors

    distance, _ = NearestNeighbors(n_neighbors=1).fit(reference).kneighbors(query)
    return distance[:, 0] / np.sqrt(reference.shape[1])
