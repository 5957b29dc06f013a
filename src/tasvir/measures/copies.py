"""Does a generator repeat its training images? How much nearer one of them lies than its next ones tells.

Images are compared as `measures/likeness.py` does it: mirrored or shifted by a pixel, with less contrast or brighter, a
picture is the same picture.

Shape letters: n images, N training images, h w c height, width and channels.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.pixels import PixelSpace
from tasvir.measures.likeness import nearest_pictures
from tasvir.measures.planted import planted_copies

#: Nearest training images that tell how near is usual at a place; the share of it that no copy exceeds (Carlini); the share
#: below which a real image is the same picture as a training image, whatever planted copies reach.
N_USUAL, MOST_SHARE, SAME_SHARE = 50, 0.5, 1 / 3
#: Of fresh images at most so many are to be called copies, and of planted copies at most so many are to be missed.
LEVEL = 0.01


@dataclass(frozen=True, eq=False)
class CopyAudit:
    """How near samples lie to training images, beside how near unseen real images and planted copies do.

    Parameters
    ----------
    n_copies : int
        Samples whose ratio is below the threshold.
    n_samples : int
        Samples looked at.
    nearest : ndarray of shape (n_samples,)
        The row of the training image that each sample is nearest to.
    ratio : ndarray of shape (n_samples,)
        Its distance over the mean distance of the 50 nearest, 0..1: about 0 for a copy, 1 for a sample that is as far from
        many training images.
    threshold : float
        Midway between what planted copies reach (99 % of them are nearer) and what real images do (99 % are farther), at
        most that of the real images, at most 0.5.
    n_held_out, n_left_out : int
        Real images given for comparison; those of them that are themselves as near to a training image as planted copies
        are, near-duplicates, set no threshold.
    planted : mapping of str to float
        What share (0..1) of planted copies of each kind lies below the threshold: "exact", "noise" (sd 0.02), "mirrored",
        "shifted" (by one pixel) and "contrast" (x 0.7). Other copies than those which the threshold was learned from.
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
    nearest: np.ndarray
    ratio: np.ndarray
    threshold: float
    n_held_out: int
    n_left_out: int
    planted: Mapping[str, float]
    samples_median: float
    held_out_median: float


def copy_audit(samples: ArrayLike, training: ArrayLike, held_out: ArrayLike) -> CopyAudit:
    """Which samples are copies of training images, also mirrored, shifted by a pixel, noisy, or with other contrast?

    Parameters
    ----------
    samples, training, held_out : arrays of shape (n, h, w), (n, h, w, c) or (n, features)
        What the generator drew, what it saw, and real images that it did not see: uint8 or floats 0..1, all alike. Flat ones
        are squares of pixels where their number allows it, else one line.

    Returns
    -------
    CopyAudit
        The number of copies (less is better), each sample's nearest training image and ratio, the threshold, and the share
        of planted copies of each kind that is found on these very images.

    Raises
    ------
    BadInputError
        Arrays of different shapes, units or ranges, an empty one, fewer than 2 training images, numbers that are not finite.

    Notes
    -----
    A copy is far nearer to one training image than to the next ones. How far, two kinds of known images say: held-out real
    images, none of which is a copy, and copies planted among them. A memoriser gives ratios near 0 and all samples are
    counted; one that draws new images about as many as there are near-duplicates among real images, else less than one in a
    hundred. Blurred images lie near to many training images and are no copies. An image without contrast shows nothing
    that could be a copy. Sides of fewer than 8 pixels are not shifted; larger images are compared at 16 pixels a side.

    Ten held-out images are enough for a threshold; with one, about one fresh image in a hundred is called a copy
    (`benchmarks/copies.py`). Where real images hold near-duplicates of training images, as many samples may: whether there
    are more, `chance_of_copies` asks of `n_left_out` among `n_held_out`, and ten are too few to say it of single copies.

    References
    ----------
    N. Carlini et al., *Extracting training data from diffusion models*, USENIX Security 2023, section 5.1 (half the
    distance of the 50 nearest); C. Meehan et al., AISTATS 2020 (held-out images beside samples).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> digits = load_digits().images / 16
    >>> found = copy_audit(digits[:20, :, ::-1], digits[:1000], digits[1000:])
    >>> found.n_copies, found.nearest[:3].tolist(), found.planted["shifted"]
    (20, [0, 1, 2], 1.0)
    """
    samples, training, held_out = _images(samples=samples, training=training, held_out=held_out)
    known, asked = planted_copies(training)
    queries = [samples, held_out, *known.values(), *asked.values()]
    nearest, ratio = nearest_pictures(np.concatenate(queries), training, N_USUAL)
    ends = np.cumsum([len(part) for part in queries])[:-1]
    drawn, real, *planted = np.split(ratio, ends)
    reach = max(float(np.quantile(part, 1 - LEVEL)) for part in planted[: len(known)])
    reference = real[real > SAME_SHARE]
    threshold = _threshold(reach, reference)
    return CopyAudit(
        n_copies=int((drawn < threshold).sum()),
        n_samples=len(drawn),
        nearest=nearest[: len(drawn)],
        ratio=drawn,
        threshold=threshold,
        n_held_out=len(real),
        n_left_out=len(real) - len(reference),
        planted={kind: float((part < threshold).mean()) for kind, part in zip(asked, planted[len(known) :], strict=True)},
        samples_median=_median_rms(training, samples),
        held_out_median=_median_rms(training, held_out),
    )


def chance_of_copies(n_copies: int, n_samples: int, n_held_out: int, *, n_left_out: int = 0) -> float:
    """How probable are so many copies, or more, where samples are as fresh as the held-out images?

    At most the near-duplicates and one in a hundred of the other held-out images lie below the threshold of `copy_audit`. If
    all come from one source, any order of samples and held-out images is as probable as any other, whatever the distances.

    >>> round(chance_of_copies(1, 10, 10), 2), chance_of_copies(30, 100, 100) < 1e-6
    (0.76, True)
    >>> chance_of_copies(30, 100, 100, n_left_out=30) > 0.4
    True
    """
    from scipy.stats import hypergeom

    if n_copies < 1:
        return 1.0
    below = n_left_out + math.ceil(LEVEL * max(n_held_out - n_left_out - 1, 0))
    return float(hypergeom.cdf(below, n_samples + n_held_out, n_held_out, n_copies + below))


def _threshold(reach: float, reference: np.ndarray) -> float:
    """Midway between planted copies and real images; where these overlap, what real images allow."""
    real = float(np.quantile(reference, LEVEL)) if len(reference) else SAME_SHARE
    return min((reach + real) / 2, real, MOST_SHARE)


def _images(**given: ArrayLike) -> list[np.ndarray]:
    """Each as (n, h, w, c) float32 on the 0..1 scale; all of one shape and in one unit."""
    arrays = {name: np.asarray(part) for name, part in given.items()}
    shapes = ", ".join(f"{name} {part.shape}" for name, part in arrays.items())
    if len({part.shape[1:] for part in arrays.values()}) > 1 or any(part.ndim not in (2, 3, 4) for part in arrays.values()):
        raise BadInputError(f"copy_audit got {shapes}: give images (n, h, w[, c]) or flat (n, features), all of one size")
    if not all(part.size for part in arrays.values()) or len(arrays["training"]) < 2:
        raise BadInputError(f"copy_audit got {shapes}: give at least 2 training images, 1 sample and 1 held-out image")
    return [_unit(name, part) for name, part in arrays.items()]


def _unit(name: str, images: np.ndarray) -> np.ndarray:
    if images.dtype.kind not in "uifb" or not np.isfinite(images).all():
        raise BadInputError(f"copy_audit: {name} holds what is no finite number ({images.dtype}): give uint8 or floats 0..1")
    pixels = PixelSpace.accept(images)
    unit = pixels.astype(np.float32) / np.float32(255 if pixels.dtype == np.uint8 else 1)
    return unit.reshape(len(unit), *PixelSpace.learn(pixels).image_shape())


def _median_rms(training: np.ndarray, images: np.ndarray) -> float:
    """Median root mean square distance to the nearest training image, pixel by pixel."""
    from sklearn.neighbors import NearestNeighbors

    finder = NearestNeighbors(n_neighbors=1).fit(training.reshape(len(training), -1))
    distance, _ = finder.kneighbors(images.reshape(len(images), -1))
    return float(np.median(distance) / math.sqrt(training[0].size))
