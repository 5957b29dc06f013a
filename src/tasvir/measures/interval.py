"""How sure is one number, measured once on a test set? Wilson for proportions, BCa for everything else.

Shape letters: n images, U units (images, or groups where there are any), R resamples.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import binomtest

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng

WeightedStatistic = Callable[[np.ndarray], np.ndarray]  # weights (n, R) -> values (R,)
#: Of a test set, for an interval over them: with 4 it is half of all there is (benchmarks/results/intervals.md).
FEWEST_GROUPS = 5
_CHUNK = 2**20  # weights held at once: 8 MB


@dataclass(frozen=True)
class Estimate:
    """A number with its interval: what was found, and what else would be no surprise?

    Parameters
    ----------
    value : float
        The number found.
    low, high : float
        Ends of the interval, in the unit of `value`.
    n : int
        Independent units behind it: images, or groups.
    method : str
        How the interval was made.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> Estimate(0.9, 0.8, 0.95, 100, "Wilson").value
    0.9
    """

    value: float
    low: float
    high: float
    n: int
    method: str


def wilson(successes: int, n: int, confidence: float = 0.95) -> Estimate:
    """How sure is a proportion, such as an accuracy on n images?

    Parameters
    ----------
    successes : int
        0..n.
    n : int
        Number of independent trials, at least 1.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        The proportion (0..1) and Wilson's score interval; never empty, also at 0 and n successes.

    Raises
    ------
    BadInputError
        successes not in 0..n, or n < 1.

    References
    ----------
    Wilson (1927), JASA 22, 209-212, without continuity correction; scipy's ``binomtest``.

    Examples
    --------
    >>> e = wilson(81, 263)
    >>> round(e.low, 4), round(e.high, 4)
    (0.2553, 0.3662)
    """
    if n < 1 or not 0 <= successes <= n:
        raise BadInputError(f"wilson: {successes} successes in {n} trials; give 0 <= successes <= n and n >= 1")
    low, high = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    return Estimate(float(successes / n), float(low), float(high), int(n), "Wilson")


def wilson_ends(p: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's interval for a share of n trials, which need not be a whole number."""
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * (p * (1 - p) / n + z**2 / (4 * n**2)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)


def enough_groups(found: Estimate, groups: np.ndarray | None) -> Estimate:
    """The same, without its interval where the whole test set has fewer than 5 groups: it would hold, and say nothing."""
    if groups is None or (n := len(np.unique(groups))) >= FEWEST_GROUPS:
        return found
    return replace(found, low=float("nan"), high=float("nan"), method=f"no interval: {n} groups, {FEWEST_GROUPS} are needed")


def bca(
    statistic: Callable[..., float],
    *arrays: np.ndarray,
    groups: np.ndarray | None = None,
    n_resamples: int = 2000,
    seed: int = 0,
    max_blocks: int = 200,
    confidence: float = 0.95,
) -> Estimate:
    """How sure is any statistic of a test set?

    Parameters
    ----------
    statistic : callable
        ``statistic(*arrays) -> float``; NaN where a resample leaves it undefined (such resamples are left out).
    *arrays : ndarrays of shape (n, ...)
        Resampled together, along their first axis.
    groups : ndarray of shape (n,), optional
        Images of one group (a patient, say) are drawn together.
    n_resamples : int
        Bootstrap resamples.
    seed : int
        Same seed, same interval.
    max_blocks : int
        The acceleration comes from leaving out each unit, or each of at most this many blocks of units.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        The statistic and its bias-corrected, accelerated bootstrap interval.

    Raises
    ------
    BadInputError
        Arrays of different or no length, or fewer than 2 groups.

    Notes
    -----
    Differs from Efron in the acceleration for large n: from blocks of units, whose influences are sums, so that the same
    formula holds with less work.

    References
    ----------
    Efron (1987), JASA 82, 171-185.

    Examples
    --------
    >>> e = bca(np.mean, np.arange(10.0))
    >>> e.low < 4.5 < e.high
    True
    """
    arrays = tuple(np.asarray(a) for a in arrays)
    lengths = {len(a) for a in arrays}
    if len(lengths) != 1 or lengths == {0}:
        raise BadInputError(f"bca: arrays of lengths {sorted(lengths)}; give arrays of one length, at least 1")

    def repeated(counts_nR: np.ndarray) -> np.ndarray:
        rows = [np.repeat(np.arange(len(counts)), counts.astype(int)) for counts in counts_nR.T]
        return np.array([statistic(*(a[row] for a in arrays)) for row in rows], dtype=float)

    return bca_weighted(
        repeated,
        lengths.pop(),
        groups=groups,
        n_resamples=n_resamples,
        seed=seed,
        max_blocks=max_blocks,
        confidence=confidence,
    )


def bca_weighted(
    statistic: WeightedStatistic,
    n: int,
    *,
    groups: np.ndarray | None = None,
    n_resamples: int = 2000,
    seed: int = 0,
    max_blocks: int = 200,
    confidence: float = 0.95,
) -> Estimate:
    """`bca` for a statistic of weighted images, all resamples at once: far faster where it can be had."""
    unit_of_image, n_units = units(n, groups)
    rng = stream_rng(seed, "bootstrap")
    value = float(statistic(np.ones((n, 1)))[0])
    replicates = _over_chunks(statistic, resampled_weights(rng, unit_of_image, n_resamples))
    left_out = _over_chunks(statistic, _jackknife_weights(rng, unit_of_image, max_blocks))
    low, high, word = _bca_ends(value, replicates, left_out, confidence=confidence)
    return Estimate(value, low, high, n_units, f"BCa over {'images' if groups is None else 'groups'}{word}")


def units(n: int, groups: np.ndarray | None) -> tuple[np.ndarray, int]:
    """The unit (0..U-1) that each image belongs to, and U."""
    if groups is None:
        return np.arange(n), n
    if len(groups) != n:
        raise BadInputError(f"groups has {len(groups)} entries for {n} images; give one per image")
    unit_of_image = np.unique(np.asarray(groups), return_inverse=True)[1].ravel()
    n_units = int(unit_of_image.max()) + 1
    if n_units < 2:
        raise BadInputError("all images are of one group; an interval needs at least 2 groups")
    return unit_of_image, n_units


def resampled_weights(rng: np.random.Generator, unit_of_image: np.ndarray, n_resamples: int) -> Iterator[np.ndarray]:
    """How often each image is drawn, in chunks of shape (n, r): units are drawn with replacement."""
    n_units = int(unit_of_image.max()) + 1
    step = max(1, _CHUNK // len(unit_of_image))
    for start in range(0, n_resamples, step):
        r = min(step, n_resamples - start)
        drawn = rng.integers(0, n_units, (r, n_units)) * r + np.arange(r)[:, None]
        counts_UR = np.bincount(drawn.ravel(), minlength=n_units * r).reshape(n_units, r).astype(float)
        yield counts_UR if n_units == len(unit_of_image) else counts_UR[unit_of_image]


def _jackknife_weights(rng: np.random.Generator, unit_of_image: np.ndarray, max_blocks: int) -> Iterator[np.ndarray]:
    """0 for the images of one block of units, 1 for the others; one column a block."""
    n_units = int(unit_of_image.max()) + 1
    n_blocks = min(n_units, max_blocks)
    block_of_unit = np.arange(n_units) % n_blocks
    if n_blocks < n_units:  # images may come sorted by class: mix
        block_of_unit = rng.permutation(block_of_unit)
    block_of_image = block_of_unit[unit_of_image]
    step = max(1, _CHUNK // len(unit_of_image))
    for start in range(0, n_blocks, step):
        blocks = np.arange(start, min(start + step, n_blocks))
        yield (block_of_image[:, None] != blocks).astype(float)


def _over_chunks(statistic: WeightedStatistic, chunks: Iterable[np.ndarray]) -> np.ndarray:
    values = np.concatenate([statistic(weights_nR) for weights_nR in chunks])
    return values[np.isfinite(values)]


def _bca_ends(value: float, replicates: np.ndarray, left_out: np.ndarray, *, confidence: float) -> tuple[float, float, str]:
    """Both ends, and a word where the resamples cannot give any."""
    if not np.isfinite(value) or len(replicates) == 0:
        return float("nan"), float("nan"), " (undefined)"
    if np.ptp(replicates) < 1e-12:
        return value, value, " (all resamples equal)"
    close = 1e-12 * max(1.0, abs(value))  # sums in another order differ in the last digits: still a tie
    below = np.mean(replicates < value - close)
    share = (below + np.mean(replicates <= value + close)) / 2
    bias = ndtri(np.clip(share, 0.5 / len(replicates), 1 - 0.5 / len(replicates)))
    influence = left_out.mean() - left_out
    spread = (influence**2).sum() ** 1.5
    acceleration = (influence**3).sum() / (6 * spread) if spread > 0 else 0.0
    z = bias + ndtri(np.array([0.5 - confidence / 2, 0.5 + confidence / 2]))
    levels = ndtr(bias + z / (1 - acceleration * z))
    low, high = np.quantile(replicates, levels)
    return float(low), float(high), ""
