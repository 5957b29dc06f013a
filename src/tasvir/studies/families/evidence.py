"""Does generating more images help? The same classifier on the same unequal images, completed in several ways."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from tasvir.contracts.seeds import stream_rng, stream_seed
from tasvir.data.audit.duplicates import find_pairs
from tasvir.data.dataset import Dataset
from tasvir.measures.classification import balanced_accuracy
from tasvir.measures.copies import copy_audit
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies import recipes
from tasvir.studies.cell import Cell
from tasvir.studies.families.subset import FEWEST, missing_labels, unequal_subset
from tasvir.studies.inside import Inside
from tasvir.studies.place import Place
from tasvir.studies.work import Fit, Work

#: ``fill(X, y, wanted, seed=seed, place=place)`` gives an image of each label of `wanted`.
Fill = Callable[..., np.ndarray]


def evidence_cells(data: Dataset, seed: int, n_seeds: int) -> list[Cell]:
    """The subset, and one cell an arm with all its seeds."""
    training = recipes.small_training(data, n_seeds)
    vae = partial(recipes.short_conditional_vae, 1000, data.images[0].size, seed=seed)
    more: dict[str, tuple[Work, ...]] = {"vae": (Fit(vae, n_seeds * recipes.VAE_STEPS * recipes.VAE_BATCH),)}
    arms = [
        Cell(f"evidence/{arm}", train_arm, {"arm": arm, "n_seeds": n_seeds}, seed, work=(training, *more.get(arm, ())))
        for arm in FILLS
    ]
    return [Cell("evidence/subset", describe_subset, {"n_seeds": n_seeds}, seed), *arms]


def describe_subset(inside: Inside, *, n_seeds: int) -> Iterator[Record]:
    """Which images every arm begins with."""
    data = inside.data
    subset = unequal_subset(data, inside.seed)
    leaks = near_duplicates(data.part("train")[0][subset.rows], data.part("test")[0])
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
            "seeds": list(range(inside.seed, inside.seed + n_seeds)),
            "near_duplicates": int(leaks.sum()),
        }
    )


def train_arm(inside: Inside, *, arm: str, n_seeds: int) -> Iterator[Record]:
    """One way to complete the subset: the classifier trained on it with each seed, scored on the test images."""
    (X, y, _), (y_test, _) = inside.data.part("train"), inside.data.targets("test")
    rows, fill = unequal_subset(inside.data, inside.seed).rows, FILLS[arm]
    (predictions, added), fit_s = inside.time(
        "fit_s", lambda: predict_with_arm(inside, X[rows], y[rows], fill=fill, n_seeds=n_seeds)
    )
    scores = [balanced_accuracy(y_test, row) for row in predictions]
    for s, score in enumerate(scores, start=inside.seed):
        yield metric("balanced_accuracy", score, n=len(y_test), labels={"seed": s})
    yield metric("balanced_accuracy_mean", float(np.mean(scores)))
    yield array("predictions", predictions)
    yield fit_s
    if arm in GENERATED:
        X_val = inside.data.part("val")[0]
        held_out = X_val if len(X_val) else np.delete(X, rows, axis=0)
        if len(held_out):  # never the test images: a small set may have nothing to compare with
            found = copy_audit(added, X[rows], held_out)
            yield metric("copies", found.n_copies, n=len(added))
    yield facts({"n_generated": len(missing_labels(y[rows], len(inside.data.class_names))) if fill else 0})


def predict_with_arm(
    inside: Inside, X: np.ndarray, y: np.ndarray, *, fill: Fill | None, n_seeds: int
) -> tuple[np.ndarray, np.ndarray]:
    """(S, n_test) predictions of classifiers trained on X completed by `fill`, and the images added at the first seed."""
    X_test = inside.data.part("test")[0]
    augment, _ = recipes.augmentation(inside.data, inside.seed)
    predictions, first = [], X[:0]
    for index, s in enumerate(range(inside.seed, inside.seed + n_seeds)):
        wanted = missing_labels(y, len(inside.data.class_names)) if fill else y[:0]
        added = fill(X, y, wanted, seed=s, place=inside.place) if fill and len(wanted) else X[:0]
        first = added if index == 0 else first
        classifier = recipes.small_classifier(len(y) + len(wanted), X.shape[1:3], augment=augment, seed=s)
        inside.place.take(classifier).fit(np.concatenate([X, added]), np.concatenate([y, wanted]))
        predictions.append(classifier.predict(X_test))
        inside.tell((index + 1) / n_seeds)
    return np.stack(predictions).astype(np.int16), first


def duplicate(X: np.ndarray, y: np.ndarray, wanted: np.ndarray, *, seed: int, place: Place) -> np.ndarray:
    """Real images of the wanted labels, drawn with replacement."""
    rng = stream_rng(seed, "duplicates")
    return X[np.array([rng.choice(np.flatnonzero(y == label)) for label in wanted], dtype=int)]


def gaussian(X: np.ndarray, y: np.ndarray, wanted: np.ndarray, *, seed: int, place: Place) -> np.ndarray:
    """Samples of the Gaussian baseline."""
    return recipes.gaussian_sampler().fit(X, y).sample(len(wanted), wanted, random_state=stream_seed(seed, "gaussian"))


def conditional_vae(X: np.ndarray, y: np.ndarray, wanted: np.ndarray, *, seed: int, place: Place) -> np.ndarray:
    """Samples of a conditional VAE, trained anew at each seed."""
    vae = recipes.short_conditional_vae(len(X), X[0].size, seed=seed)
    return place.take(vae).fit(X, y).sample(len(wanted), wanted, random_state=stream_seed(seed, "vae"))


FILLS: dict[str, Fill | None] = {"real": None, "duplicates": duplicate, "gaussian": gaussian, "vae": conditional_vae}
#: The arms whose images are new.
GENERATED = ("gaussian", "vae")


def near_duplicates(images: np.ndarray, test_images: np.ndarray) -> np.ndarray:
    """Which test images are near-duplicates of one of `images`."""
    pairs = find_pairs(np.concatenate([images, test_images]))
    n = len(images)
    leaks = np.zeros(len(test_images), bool)
    leaks[pairs.second[(pairs.first < n) & (pairs.second >= n)] - n] = True
    return leaks
