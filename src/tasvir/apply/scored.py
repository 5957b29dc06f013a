"""Predictions that were made anywhere: the same scores with the same intervals, and arms judged where there are several."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasvir.apply.evaluate import plain_json
from tasvir.apply.predictions import Predictions, read_predictions
from tasvir.contracts.errors import BadInputError
from tasvir.contracts.plain import some
from tasvir.measures.calibration import Calibration, calibration
from tasvir.measures.classification import confusion, score_classifier
from tasvir.measures.holm import holm_verdicts
from tasvir.measures.interval import Estimate, enough_groups
from tasvir.measures.mover import balanced_accuracy_estimate
from tasvir.measures.per_class import ClassScore, class_scores, share_among
from tasvir.measures.verdict import Verdict, verdict


@dataclass(frozen=True, eq=False)
class ScoredArm:
    """One arm at one seed; a file without such columns has one, whose names are empty. Calibration asks for probabilities."""

    arm: str
    seed: str
    scores: dict[str, Estimate]
    classes: tuple[ClassScore, ...]
    confusion: np.ndarray
    calibration: Calibration | None


@dataclass(frozen=True, eq=False)
class Scored:
    """What came of a file of `n` images (in so many `groups`, where it has them): each arm's scores, and the verdicts."""

    class_names: tuple[str, ...]
    n: int
    groups: int | None
    arms: tuple[ScoredArm, ...]
    verdicts: tuple[Verdict, ...]

    def facts(self) -> dict[str, Any]:
        """All of it as plain JSON; what is undefined is None."""
        arms = [asdict(arm) | {"confusion": arm.confusion.tolist()} for arm in self.arms]
        verdicts = [asdict(one) | {"outcome": one.outcome} for one in self.verdicts]
        return plain_json(
            {"class_names": self.class_names, "n": self.n, "groups": self.groups, "arms": arms, "verdicts": verdicts}
        )


def score_predictions(path: Path, *, part: str | None = None, against: str | None = None, seed: int = 0) -> Scored:
    """How good are these predictions, and is one arm better than another?

    Parameters
    ----------
    path : Path
        A CSV file: `label`, and one column of probabilities a class (`probability_cat`, as `tasvir predict` writes them, or
        `cat`) or `predicted`; optionally `group`, `seed`, `arm`, the image (`id`, `image`, `name`, `index`), and `part`.
    part : str, optional
        The rows that are scored where the file has parts; by default "test", if there is such.
    against : str, optional
        The arm that the others are compared with; by default the first.
    seed : int
        Of the calibration's simulation.

    Returns
    -------
    Scored
        Each arm's scores at each seed, and of the other arms against that one the verdict on their balanced accuracy, with
        Holm's correction. Rows of several arms or seeds are paired by image, or in order where no column names it.

    Raises
    ------
    BadInputError, DataFileError
        A file that cannot be read, columns that are missing, what is no probability, arms of different images.

    References
    ----------
    `tasvir.measures.classification.score_classifier`, `tasvir.measures.verdict.verdict`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "predictions.csv")
    ...     _ = path.write_text("label,predicted\\n" + "cat,cat\\ndog,cat\\ndog,dog\\n" * 10)
    ...     score_predictions(path).arms[0].scores["balanced_accuracy"].value
    0.75
    """
    names, found = read_predictions(path, part)
    first = found[0]
    n_groups = None if first.groups is None else len(np.unique(first.groups))
    arms = tuple(_scored(one, names, seed=seed) for one in found)
    return Scored(names, len(first.y), n_groups, arms, tuple(_compared(path, found, against)))


def _scored(one: Predictions, names: Sequence[str], *, seed: int) -> ScoredArm:
    if one.probabilities is None:
        right = one.predicted == one.y
        told = {
            "accuracy": share_among(right, np.ones(len(right), bool), one.groups),
            "balanced_accuracy": balanced_accuracy_estimate(one.y, one.predicted, one.groups),
        }
        scores = {name: enough_groups(estimate, one.groups) for name, estimate in told.items()}
    else:
        scores = score_classifier(one.y, one.probabilities, one.groups)
    return ScoredArm(
        one.arm,
        one.seed,
        scores,
        class_scores(one.y, one.predicted, len(names), groups=one.groups),
        confusion(one.y, one.predicted, len(names)),
        None if one.probabilities is None else calibration(one.y, one.probabilities, seed=seed),
    )


def _compared(path: Path, found: Sequence[Predictions], against: str | None) -> list[Verdict]:
    by_arm: dict[str, dict[str, Predictions]] = {}
    for one in found:
        by_arm.setdefault(one.arm, {})[one.seed] = one
    against = found[0].arm if against is None else against
    if against not in by_arm:
        raise BadInputError(
            f"{path} has no arm {against!r} ({some(filter(None, by_arm)) or 'none at all'}): name one that is there"
        )
    seeds = list(by_arm[against])
    for arm, runs in by_arm.items():
        if set(runs) != set(seeds):
            raise BadInputError(
                f"{path}: arm {arm!r} has the seeds {some(runs)} and {against!r} {some(seeds)}: give every arm the same seeds"
            )
    right = {arm: np.stack([runs[s].predicted == runs[s].y for s in seeds]).astype(float) for arm, runs in by_arm.items()}
    y, groups = found[0].y, found[0].groups
    others = [arm for arm in by_arm if arm != against]
    return holm_verdicts([verdict(right[a], right[against], strata=y, groups=groups, names=(a, against)) for a in others])
