"""Does generating more images help? The same judge on the same unequal images, completed in several ways."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from tasvir.data.audit.duplicates import find_pairs
from tasvir.data.dataset import Dataset
from tasvir.measures.classification import balanced_accuracy
from tasvir.measures.copies import copy_audit
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies import recipes
from tasvir.studies.cell import Cell
from tasvir.studies.families import judges
from tasvir.studies.families.fills import FILLS, GENERATED, MORE, RESTORED, UNAUGMENTED, Gap
from tasvir.studies.families.subset import FEWEST, Subset, missing_labels, unequal_subset
from tasvir.studies.inside import Inside
from tasvir.studies.work import Fit, Work


def evidence_cells(data: Dataset, seed: int, n_seeds: int, *, steps: int, n_folds: int, more: bool) -> list[Cell]:
    """The choice of the judge, the subsets, and one cell an arm with all its seeds; `more` baselines take longer.

    The work of an arm is that of the dearest judge, in `steps` steps; which one it is, is not known yet.
    """
    training = recipes.judging(steps, n_seeds)
    vae = partial(recipes.short_conditional_vae, 1000, seed=seed)
    work: dict[str, tuple[Work, ...]] = {"vae": (Fit(vae, n_seeds * recipes.VAE_STEPS * recipes.VAE_BATCH),)}
    needs = (judges.JUDGE,)
    arms = [
        Cell(f"evidence/{arm}", train_arm, {"arm": arm, "n_seeds": n_seeds}, seed, needs, (training, *work.get(arm, ())))
        for arm in arms_of(unequal_subset(data, seed), more=more)
    ]
    subsets = Cell("evidence/subset", describe_subsets, {"n_seeds": n_seeds}, seed, needs)
    return [judges.judge_cell(data, seed, steps=steps, n_folds=n_folds), subsets, *arms]


def arms_of(subset: Subset, *, more: bool) -> list[str]:
    """The arms: with the positive control where images were cut away."""
    left_out = {*(() if more else MORE), *(() if len(subset.cut_away) else (RESTORED,))}
    return [arm for arm in FILLS if arm not in left_out]


def describe_subsets(inside: Inside, *, n_seeds: int) -> Iterator[Record]:
    """Which images the arms begin with: how many of each class, the same at every seed, and whether they are others at each."""
    data = inside.data
    subsets = [unequal_subset(data, s) for s in seeds_of(inside, n_seeds)]
    used = np.unique(np.concatenate([rows for subset in subsets for rows in (subset.rows, subset.cut_away)]))
    leaks = near_duplicates(data.part("train")[0][used], data.part("test")[0])
    subset = subsets[0]
    completed = [int(subset.after.max())] * len(subset.after)
    yield array("near_duplicates", leaks)
    yield facts(
        {
            "cut": list(subset.cut),
            "fewest": FEWEST,
            "n_train": data.counts["train"],
            "class_names": list(data.class_names),
            "counts": {"before": subset.before.tolist(), "after": subset.after.tolist(), "completed": completed},
            "n_subset": len(subset.rows),
            "n_subsets": len({subset.rows.tobytes() for subset in subsets}),
            "seeds": seeds_of(inside, n_seeds),
            "near_duplicates": int(leaks.sum()),
        }
    )


def seeds_of(inside: Inside, n_seeds: int) -> list[int]:
    """The seeds: a judge that costs next to nothing is asked more often."""
    times = judges.TIMES[judges.chosen(inside).name]
    return list(range(inside.seed, inside.seed + n_seeds * times))


def train_arm(inside: Inside, *, arm: str, n_seeds: int) -> Iterator[Record]:
    """One way to complete the subset of each seed: the judge trained on it, scored on the test images."""
    judge, seeds = judges.chosen(inside), seeds_of(inside, n_seeds)
    if arm == UNAUGMENTED and judge.name != "net":  # nothing is augmented by any other
        yield facts({"n_generated": 0})
        return
    y_test, _ = inside.data.targets("test")
    (predictions, added), fit_s = inside.time("fit_s", lambda: predict_with_arm(inside, judge, arm, seeds=seeds))
    scores = [balanced_accuracy(y_test, row) for row in predictions]
    for s, score in zip(seeds, scores, strict=True):
        yield metric("balanced_accuracy", score, n=len(y_test), labels={"seed": s})
    yield metric("balanced_accuracy_mean", float(np.mean(scores)))
    yield array("predictions", predictions)
    yield fit_s
    yield facts({"n_generated": len(added)})
    if arm in GENERATED:
        yield from _copies(inside, added)


def predict_with_arm(inside: Inside, judge: judges.Judge, arm: str, *, seeds: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """(S, n_test) predictions of the judge, trained on each seed's subset as the arm completes it; the images first added."""
    training, X_test = inside.data.part("train")[:2], inside.data.part("test")[0]
    predictions, first = [], X_test[:0]
    for index, s in enumerate(seeds):
        gap = gap_of(inside, training, seed=s, augment=judge.augment)
        fill = FILLS[arm]
        wanted = gap.wanted if fill else gap.wanted[:0]
        added = fill(gap) if fill and len(wanted) else gap.X[:0]
        first = added if index == 0 else first
        predicted = judge.predict(
            np.concatenate([gap.X, added]),
            np.concatenate([gap.y, wanted]),
            X_test,
            most=len(gap.y) + len(gap.wanted),
            seed=s,
            place=inside.place,
            augment="none" if arm == UNAUGMENTED else None,
        )
        predictions.append(predicted)
        inside.tell((index + 1) / len(seeds))
    return np.stack(predictions).astype(np.int16), first


def gap_of(inside: Inside, training: tuple[np.ndarray, np.ndarray], *, seed: int, augment: str) -> Gap:
    """What an arm has to complete at one seed."""
    (X, y), subset = training, unequal_subset(inside.data, seed)
    rows, back = subset.rows, subset.cut_away
    wanted = missing_labels(y[rows], len(inside.data.class_names))
    return Gap(X[rows], y[rows], X[back], y[back], wanted=wanted, flip=augment == "shift_flip", seed=seed, place=inside.place)


def _copies(inside: Inside, added: np.ndarray) -> Iterator[Record]:
    """How many of the images first added are copies of those they were made from."""
    rows, X, X_val = unequal_subset(inside.data, inside.seed).rows, inside.data.part("train")[0], inside.data.part("val")[0]
    held_out = X_val if len(X_val) else np.delete(X, rows, axis=0)
    if len(held_out) and len(added):  # never the test images: a small set may have nothing to compare with
        found = copy_audit(added, X[rows], held_out)
        yield metric("copies", found.n_copies, n=len(added))


def near_duplicates(images: np.ndarray, test_images: np.ndarray) -> np.ndarray:
    """Which test images are near-duplicates of one of `images`."""
    pairs = find_pairs(np.concatenate([images, test_images]))
    n = len(images)
    leaks = np.zeros(len(test_images), bool)
    leaks[pairs.second[(pairs.first < n) & (pairs.second >= n)] - n] = True
    return leaks
