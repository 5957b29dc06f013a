"""Does generating more images help? The same classifier on the same unequal images, completed in several ways."""

import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tasvir.contracts.seeds import stream_rng, stream_seed
from tasvir.data.audit.duplicates import find_pairs
from tasvir.data.dataset import Dataset
from tasvir.measures.classification import balanced_accuracy
from tasvir.measures.copies import copy_audit
from tasvir.measures.holm import holm_verdicts
from tasvir.measures.verdict import Verdict, verdict
from tasvir.records.record import Record, array, metric
from tasvir.studies.cell import Cell, Outcome, Workspace
from tasvir.studies.mirror import mirror_safe
from tasvir.studies.subset import missing_labels, unequal_subset
from tasvir.studies.training import conditional_likelihood, flat_unit, seconds

#: Steps that every arm's classifier is trained for, whatever the size of its training set, and images a step.
STEPS, BATCH = 500, 32
#: Steps and images a step of each VAE.
VAE_STEPS, VAE_BATCH = 600, 64
TITLES = {
    "real": "the real images alone",
    "duplicates": "duplicated real images",
    "gaussian": "the Gaussian sampler",
    "vae": "the conditional VAE",
}

Fill = Callable[[np.ndarray, np.ndarray, np.ndarray, int], np.ndarray]


def evidence_cells(data: Dataset, seed: int, n_seeds: int) -> list[Cell]:
    """The subset, one cell an arm with all its seeds, and the verdict over them."""
    how = {"n_seeds": n_seeds}
    arms = [Cell(f"evidence/{arm}", train_arm, how | {"arm": arm}, seed) for arm in TITLES]
    subset = Cell("evidence/subset", describe_subset, how, seed)
    needs = (subset.name, *(cell.name for cell in arms))
    return [subset, *arms, Cell("evidence/verdict", judge, how, seed, needs=needs)]


def describe_subset(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """Which images every arm begins with."""
    subset = unequal_subset(data, seed)
    leaks = near_duplicates(data.part("train")[0][subset.rows], data.part("test")[0])
    facts = {
        "rule": subset.rule,
        "class_names": list(data.class_names),
        "counts": {
            "before": subset.before.tolist(),
            "after": subset.after.tolist(),
            "completed": [int(subset.after.max())] * len(subset.after),
        },
        "n_subset": len(subset.rows),
        "seeds": list(_seeds(parameters, seed)),
        "near_duplicates": int(leaks.sum()),
    }
    return Outcome(facts, [array("near_duplicates", leaks)])


def train_arm(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """One way to complete the subset: the classifier trained on it with each seed, scored on the test images."""
    arm = parameters["arm"]
    fill = FILLS[arm]
    (X, y, _), (_, y_test, _) = data.part("train"), data.part("test")
    rows = unequal_subset(data, seed).rows
    started = time.perf_counter()
    predictions, added = predict_with_arm(data, X[rows], y[rows], fill, _seeds(parameters, seed), workspace)
    scores = [balanced_accuracy(y_test, row) for row in predictions]
    records: list[Record] = [
        metric("balanced_accuracy", score, n=len(y_test), labels={"seed": s})
        for s, score in zip(_seeds(parameters, seed), scores, strict=True)
    ]
    records += [metric("balanced_accuracy_mean", float(np.mean(scores))), array("predictions", predictions)]
    records.append(seconds("fit_s", time.perf_counter() - started))
    if arm in ("gaussian", "vae"):
        held_out = data.part("val")[0] if data.counts["val"] else np.delete(X, rows, axis=0)
        if len(held_out):  # never the test images: a small set may have nothing to compare with
            found = copy_audit(flat_unit(X[rows]), flat_unit(held_out), flat_unit(added))
            records.append(metric("copies", found.n_copies, n=len(added)))
    facts = {"title": TITLES[arm], "n_generated": len(missing_labels(y[rows], len(data.class_names))) if fill else 0}
    return Outcome(facts, records)


def predict_with_arm(
    data: Dataset, X: np.ndarray, y: np.ndarray, fill: Fill | None, seeds: range, workspace: Workspace
) -> tuple[np.ndarray, np.ndarray]:
    """(S, n_test) predictions of classifiers trained on X completed by `fill`, and the images added at the first seed."""
    X_test = data.part("test")[0]
    augment = "shift_flip" if mirror_safe(data, seeds[0])[0] else "shift"
    predictions, first = [], X[:0]
    for index, s in enumerate(seeds):
        wanted = missing_labels(y, len(data.class_names)) if fill else y[:0]
        added = fill(X, y, wanted, s) if len(wanted) else X[:0]
        first = added if index == 0 else first
        classifier = evidence_classifier(len(y) + len(wanted), X.shape[1:3], augment, s, workspace.device)
        classifier.fit(np.concatenate([X, added]), np.concatenate([y, wanted]))
        predictions.append(classifier.predict(X_test))
        workspace.tell((index + 1) / len(seeds))
    return np.stack(predictions).astype(np.int16), first


def evidence_classifier(n_images: int, size: tuple[int, int], augment: str, seed: int, device: str):
    """The residual net, small enough to be trained twenty times: as many steps for every arm, no image held out."""
    from tasvir.models.image_classifier import ImageClassifier
    from tasvir.nets.resnet import ResNetSpec

    stride = 1 if min(size) < 16 else 2 if min(size) < 48 else 4
    return ImageClassifier(
        net=ResNetSpec(widths=(16, 16, 32, 64), stem_stride=stride),
        augment=augment,
        max_epochs=max(1, round(STEPS / max(1, n_images / BATCH))),
        batch_size=BATCH,
        validation_fraction=None,
        random_state=seed,
        device=device,
    )


def duplicate(X: np.ndarray, y: np.ndarray, wanted: np.ndarray, seed: int) -> np.ndarray:
    """Real images of the wanted labels, drawn with replacement."""
    rng = stream_rng(seed, "duplicates")
    return X[np.array([rng.choice(np.flatnonzero(y == label)) for label in wanted], dtype=int)]


def gaussian(X: np.ndarray, y: np.ndarray, wanted: np.ndarray, seed: int) -> np.ndarray:
    """Samples of the Gaussian baseline."""
    from tasvir.models.gaussian_sampler import GaussianSampler

    return GaussianSampler().fit(X, y).sample(len(wanted), wanted, random_state=stream_seed(seed, "gaussian"))


def conditional_vae(X: np.ndarray, y: np.ndarray, wanted: np.ndarray, seed: int) -> np.ndarray:
    """Samples of a conditional VAE, trained anew at each seed: its luck is part of the recipe."""
    from tasvir.models.vae import VAE

    vae = VAE(
        net="conv",
        conditional=True,
        **conditional_likelihood(X[0].size),
        n_components=16,
        max_epochs=max(1, round(VAE_STEPS / max(1, len(X) / VAE_BATCH))),
        batch_size=VAE_BATCH,
        learning_rate=2e-3,
        validation_fraction=None,
        random_state=seed,
    )
    return vae.fit(X, y).sample(len(wanted), wanted, random_state=stream_seed(seed, "vae"))


FILLS: dict[str, Fill | None] = {"real": None, "duplicates": duplicate, "gaussian": gaussian, "vae": conditional_vae}


def judge(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """Each generated arm against duplicates (Holm over the two); duplicates against real images for description."""
    found_of = {name.partition("/")[2]: records for name, records in workspace.found.items()}
    leaks = _array(found_of.pop("subset"), "near_duplicates")
    predictions = {arm: _array(records, "predictions") for arm, records in found_of.items()}
    records: list[Record] = []
    verdicts: dict[str, list[Verdict]] = {}
    for test, rows in {"all images": np.ones(len(leaks), bool), "without near-duplicates": ~leaks}.items():
        if test == "all images" or leaks.any():
            verdicts[test] = verdicts_on(data, predictions, rows)
            records += [_difference(found, test) for found in verdicts[test]]
    for found in verdicts["all images"]:
        labels = {"arm": found.arm, "against": found.against}
        records.append(metric("p_holm", _number(found.p), labels=labels))
        records.append(metric("smallest_detectable", _number(found.smallest_detectable), labels=labels))
    facts = {
        "verdicts": {test: [dataclasses.asdict(found) for found in judged] for test, judged in verdicts.items()},
        "sentences": {found.arm: found.sentence for found in verdicts["all images"]},
        "holds_for": "this training set and this test set, over retrainings",
    }
    return Outcome(facts, records)


def verdicts_on(data: Dataset, predictions: Mapping[str, np.ndarray], rows: np.ndarray) -> list[Verdict]:
    """The two generated arms against duplicates under Holm, then duplicates against real images."""
    y, groups = data.targets("test")
    groups = None if groups is None else groups[rows]

    def compared(arm: str, against: str) -> Verdict:
        right = [(predictions[name] == y).astype(float)[:, rows] for name in (arm, against)]
        return verdict(*right, strata=y[rows], groups=groups, names=(TITLES[arm], TITLES[against]))

    generated = [name for name in predictions if name not in ("real", "duplicates")]
    return [*holm_verdicts([compared(name, "duplicates") for name in generated]), compared("duplicates", "real")]


def _difference(found: Verdict, test: str) -> Record:
    labels = {"arm": found.arm, "against": found.against, "test": test}
    return metric("difference", found.d, low=found.low, high=found.high, n=found.n, method="crossed t", labels=labels)


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def near_duplicates(images: np.ndarray, test_images: np.ndarray) -> np.ndarray:
    """Which test images are near-duplicates of one of `images`."""
    pairs = find_pairs(np.concatenate([images, test_images]))
    n = len(images)
    leaks = np.zeros(len(test_images), bool)
    leaks[pairs.second[(pairs.first < n) & (pairs.second >= n)] - n] = True
    return leaks


def _array(records: list[Record], name: str) -> np.ndarray:
    return next(record.content for record in records if record.kind == "array" and record.name == name)


def _seeds(parameters: Mapping[str, Any], seed: int) -> range:
    return range(seed, seed + parameters["n_seeds"])
