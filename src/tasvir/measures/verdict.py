"""Does one recipe help against another? The only place where numbers become a judgement."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.crossed import CrossedDifference, crossed_difference
from tasvir.measures.interval import units
from tasvir.measures.power import least_error, standard_errors_found

FEWEST_UNITS = 10  # a class: with fewer, its images' spread is too often seen as none
FEWEST_SEEDS_FOLDS = 2
FEWEST_SEEDS_FIXED = 3


@dataclass(frozen=True)
class Refusal:
    """Why no verdict may be passed: there are `n` "seeds" or independent test "images" (of a class), and `fewest` are needed."""

    what: str
    n: int
    fewest: int
    label: int | str | None = None


def outcome(low: float | None, high: float | None) -> str:
    """The judgement on an interval of a difference: 'helps', 'hurts', or 'cannot tell' where it holds 0 or is not known."""
    if low is None or high is None or low <= 0 <= high:
        return "cannot tell"
    return "helps" if low > 0 else "hurts"


@dataclass(frozen=True)
class Verdict:
    """Does the arm help, hurt, or can these data not tell?

    All fields are plain text and numbers, so that a record can hold them and `Verdict(**fields)` judges them again.

    Parameters
    ----------
    arm, against : str
        The recipe judged, and the one it is compared with.
    metric : str
        The id of what was compared.
    d : float
        Mean score of `arm` minus mean score of `against`; above 0 is better.
    low, high : float or None
        Ends of the interval of d; None where a verdict is refused.
    p : float or None
        Two-sided, of no difference; after Holm where `holm_verdicts` was used.
    smallest_detectable : float or None
        The effect that another study like this one finds with a probability of 80 %, were the spread as estimated here.
    se, df : float or None
        Standard error of d and degrees of freedom of its t.
    n, n_seeds, n_folds : int
        Independent test images (or groups), seeds, folds (1: one fixed test set).
    this_training_set_only : bool
        The verdict is about one fixed training and test set, not about others of its kind.
    confidence : float
        Of the interval.
    refused : Refusal or None
        Why no judgement may be passed; None where it may.

    Raises
    ------
    Nothing.

    Notes
    -----
    See `verdict`.

    Examples
    --------
    >>> Verdict("VAE", "copies", "balanced_accuracy", 0.03, 0.01, 0.05, 0.01, 0.03, 0.01, 9.0, 156, 5, 1, True).outcome
    'helps'
    """

    arm: str
    against: str
    metric: str
    d: float
    low: float | None
    high: float | None
    p: float | None
    smallest_detectable: float | None
    se: float | None
    df: float | None
    n: int
    n_seeds: int
    n_folds: int
    this_training_set_only: bool
    confidence: float = 0.95
    refused: Refusal | None = None

    def __post_init__(self) -> None:
        if isinstance(self.refused, dict):  # as a record holds it
            object.__setattr__(self, "refused", Refusal(**self.refused))

    @property
    def outcome(self) -> str:
        """'helps', 'hurts' or 'cannot tell': whether the interval leaves out 0, and on which side."""
        return "cannot tell" if self.refused else outcome(self.low, self.high)

    def at_confidence(self, confidence: float) -> "Verdict":
        """The same difference with a wider or narrower interval."""
        if self.refused or self.se is None or self.df is None:
            return replace(self, confidence=confidence)
        half = stats.t.ppf(0.5 + confidence / 2, self.df) * self.se
        smallest = standard_errors_found(round(float(self.df), 1), confidence) * self.se
        low, high = float(self.d - half), float(self.d + half)
        return replace(self, low=low, high=high, smallest_detectable=float(smallest), confidence=confidence)


def verdict(
    a: np.ndarray,
    b: np.ndarray,
    *,
    strata: np.ndarray | None = None,
    folds: np.ndarray | None = None,
    groups: np.ndarray | None = None,
    names: tuple[str, str] = ("A", "B"),
    metric: str = "balanced_accuracy",
    confidence: float = 0.95,
) -> Verdict:
    """Does recipe a help against recipe b?

    Parameters
    ----------
    a, b : ndarrays of shape (S, n) or (n,)
        Score of each recipe on each test image at each of S seeds, greater is better: 1 where the answer was right and 0
        where wrong, or any number. The same seeds, images and folds for both. A single row is one seed, and refused.
    strata : ndarray of shape (n,), optional
        The images' classes, each of which counts alike; with right and wrong answers the difference is then one in
        balanced accuracy. None: every image counts alike.
    folds : ndarray of shape (S, n) or (n,), optional
        The fold (0..F-1) in which each image was tested at each seed. None: one fixed training and test set, retrained S
        times; the verdict then holds for this training set.
    groups : ndarray of shape (n,), optional
        Images of one group (a patient, near-duplicates) count as one; a group must lie in one fold.
    names : (str, str)
        The ids of a and b.
    metric : str
        The id of the score.
    confidence : float
        Of the interval; the false verdicts are 1 - confidence at most.

    Returns
    -------
    Verdict
        helps, hurts or cannot tell (`outcome`). Refused, with the reason, where no method keeps its promise: one
        seed (its luck cannot be told from the recipe), fewer than 3 retrainings on a fixed test set, or fewer than 10
        images or groups in a class.

    Raises
    ------
    BadInputError
        Shapes that do not fit, scores that are not finite, a group in two folds, a class missing from a fold.

    Notes
    -----
    The variance of `crossed_difference`. Level, power and cover in every case of benchmarks/results/statistics.md.

    Examples
    --------
    Five trainings of each of two nets, which are right on about 90 and 70 % of 200 test images:

    >>> rng = np.random.default_rng(0)
    >>> right_a, right_b = rng.random((5, 200)) < 0.9, rng.random((5, 200)) < 0.7
    >>> found = verdict(right_a, right_b, names=("augmented", "plain"), metric="accuracy")
    >>> found.outcome, 0.1 < found.low < found.d < found.high < 0.3
    ('helps', True)

    One training each is no verdict: its luck cannot be told from the recipe.

    >>> verdict(right_a[0], right_b[0]).refused
    Refusal(what='seeds', n=1, fewest=3, label=None)
    """
    difference_Sn, folds_Sn = _checked(a, b, strata=strata, folds=folds, groups=groups)
    refused = _reason_to_refuse(difference_Sn, strata, folds_Sn, groups=groups)
    if refused:
        found = replace(_without_judgement(difference_Sn, strata, folds_Sn), refused=refused)
    else:
        scores = np.concatenate([np.ravel(a), np.ravel(b)]).astype(float)
        scale = float(np.ptp(scores)) or 1.0
        least = scale * _least_error(difference_Sn.shape[1], strata, groups)
        found = _judged(crossed_difference(difference_Sn, strata, folds_Sn, groups=groups), least=least)
    return replace(found, arm=names[0], against=names[1], metric=metric).at_confidence(confidence)


def _judged(found: CrossedDifference, *, least: float) -> Verdict:
    """A verdict that has no names yet and no interval."""
    se = max(found.se, least)
    return replace(
        _bare(found.d, n=found.n_units, n_seeds=found.n_seeds, n_folds=found.n_folds),
        p=float(2 * stats.t.sf(abs(found.d) / se, found.df)),
        se=se,
        df=found.df,
    )


def _least_error(n: int, strata: np.ndarray | None, groups: np.ndarray | None) -> float:
    """`least_error` of the units of each class."""
    unit_of_image, _ = units(n, groups)
    labels = np.zeros(n) if strata is None else np.asarray(strata)
    return least_error(np.array([len(np.unique(unit_of_image[labels == label])) for label in np.unique(labels)]))


def _without_judgement(difference_Sn: np.ndarray, strata: np.ndarray | None, folds_Sn: np.ndarray | None) -> Verdict:
    """The difference alone, where nothing may be said of its luck."""
    labels = np.zeros(difference_Sn.shape[1]) if strata is None else np.asarray(strata)
    d = float(np.mean([difference_Sn[:, labels == label].mean() for label in np.unique(labels)]))
    n_seeds, n = difference_Sn.shape
    return _bare(d, n=n, n_seeds=n_seeds, n_folds=1 if folds_Sn is None else int(folds_Sn.max()) + 1)


def _bare(d: float, *, n: int, n_seeds: int, n_folds: int) -> Verdict:
    """A difference that nobody has named or judged. With one fold there is one training set."""
    return Verdict(
        arm="",
        against="",
        metric="",
        d=d,
        low=None,
        high=None,
        p=None,
        smallest_detectable=None,
        se=None,
        df=None,
        n=n,
        n_seeds=n_seeds,
        n_folds=n_folds,
        this_training_set_only=n_folds == 1,
    )


def _reason_to_refuse(
    difference_Sn: np.ndarray, strata: np.ndarray | None, folds_Sn: np.ndarray | None, *, groups: np.ndarray | None
) -> Refusal | None:
    """Why no verdict may be passed on so few seeds or images; None if one may."""
    S, n = difference_Sn.shape
    fewest = FEWEST_SEEDS_FIXED if folds_Sn is None else FEWEST_SEEDS_FOLDS
    if fewest > S:
        return Refusal("seeds", S, fewest)
    unit_of_image, _ = units(n, groups)
    labels = np.zeros(n) if strata is None else np.asarray(strata)
    for label in np.unique(labels):
        n_units = len(np.unique(unit_of_image[labels == label]))
        if n_units < FEWEST_UNITS:
            return Refusal("images", n_units, FEWEST_UNITS, None if strata is None else label.item())
    return None


def _checked(
    a: ArrayLike, b: ArrayLike, *, strata: ArrayLike | None, folds: ArrayLike | None, groups: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray | None]:
    """The differences, and the folds as (S, n) counted from 0."""
    a, b = (np.atleast_2d(np.asarray(scores, dtype=float)) for scores in (a, b))
    if a.ndim != 2 or a.shape != b.shape or a.size == 0:
        raise BadInputError(f"verdict: scores of shapes {a.shape} and {b.shape}; give two of (seeds, images)")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise BadInputError("verdict: scores that are not finite; a training failed, leave its seed out of both recipes")
    for name, given in (("strata", strata), ("groups", groups)):
        if given is not None and np.shape(given) != a.shape[1:]:
            raise BadInputError(f"verdict: {name} of shape {np.shape(given)} for {a.shape[1]} images; give one per image")
    if folds is None:
        return a - b, None
    return a - b, _checked_folds(np.asarray(folds), a.shape, strata=strata, groups=groups)


def _checked_folds(
    folds: np.ndarray, shape: tuple[int, ...], *, strata: ArrayLike | None, groups: ArrayLike | None
) -> np.ndarray:
    """The folds as (S, n) counted from 0: several, with every class in each, and each group in one."""
    if tuple(folds.shape) not in {shape, shape[1:]}:
        raise BadInputError(f"verdict: folds of shape {folds.shape}; expected {shape} or {shape[1:]}")
    names, codes = np.unique(folds, return_inverse=True)
    folds_Sn = np.broadcast_to(codes.reshape(folds.shape), shape)
    F = len(names)
    if F < 2:
        raise BadInputError("verdict: one fold only; give folds=None for one fixed test set")
    classes = np.zeros(shape[1], int) if strata is None else np.unique(strata, return_inverse=True)[1].ravel()
    K = int(classes.max()) + 1
    groups = None if groups is None else np.asarray(groups).tolist()
    for row in folds_Sn:
        if np.bincount(row * K + classes, minlength=F * K).min() == 0:
            raise BadInputError("verdict: a class is missing from a fold; stratify the folds, or use fewer")
        if groups is not None and len(set(zip(groups, row.tolist(), strict=True))) > len(set(groups)):
            raise BadInputError("verdict: a group lies in two folds, so it was trained and tested on; split by groups")
    return folds_Sn
