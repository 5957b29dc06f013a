"""The classifier and its baselines as cells: all are fitted on the same images and scored once on the same test images."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.classification import balanced_accuracy, confusion, score_classifier
from tasvir.measures.neighbours import knn_accuracy
from tasvir.measures.paired import paired_bootstrap
from tasvir.records.record import Record, array
from tasvir.studies.cell import Cell, Outcome, Workspace
from tasvir.studies.mirror import mirror_safe
from tasvir.studies.training import epochs_for, fit_in_cell, flat_unit, kept_model, loss_curve, measured, seconds

TITLES = {"majority": "Majority class", "knn": "k-NN on raw pixels", "logistic": "Logistic regression"}


def classifier_cells(data: Dataset, pixels_seen: float, seed: int, n_seeds: int) -> list[Cell]:
    """One classifier a seed, three baselines, and their comparison."""
    epochs = epochs_for(data, pixels_seen, fewest=4, most=60)
    parameters = {"max_epochs": epochs, **_pace(data.counts["train"])}
    nets = [Cell(f"classifier/{s}", classify, parameters, s) for s in range(seed, seed + n_seeds)]
    baselines = [Cell(f"baseline/{name}", function, {}, seed) for name, function in BASELINES.items()]
    compared = tuple(cell.name for cell in (nets[0], *baselines))
    return [*nets, *baselines, Cell("comparison", compare, {}, seed, needs=compared)]


def _pace(n_images: int) -> dict[str, Any]:
    """Many images are seen in larger batches, at half their size: they teach enough, and hours are saved."""
    if n_images >= 20_000:
        return {"batch_size": 128, "learning_rate": 4e-3, "stem_stride": 2}
    return {"batch_size": 32, "learning_rate": 2e-3, "stem_stride": None}


def unfitted_classifier(parameters: Mapping[str, Any], **more: Any):
    """The classifier that a cell's parameters describe."""
    from tasvir.models.image_classifier import ImageClassifier
    from tasvir.nets.resnet import ResNetSpec

    settings = dict(parameters)
    net = ResNetSpec(stem_stride=settings.pop("stem_stride"))
    return ImageClassifier(net=net, **(settings | more))


def classify(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """A small residual net, its augmentation chosen on training images."""
    from tasvir.models.image_classifier import AUGMENTS

    flip, mirrored = mirror_safe(data, seed)
    augment = "shift_flip" if flip else "shift"
    classifier = unfitted_classifier(parameters, augment=augment, random_state=seed)
    classifier, fit_s, best_epoch = fit_in_cell(classifier, data, workspace)
    history = classifier.history_
    facts = {
        "title": "Residual net",
        "n_parameters": sum(p.numel() for p in classifier.net_.parameters()),
        "epochs": len(history),
        "batch_size": classifier.batch_size,
        "learning_rate": classifier.learning_rate,
        "augment": AUGMENTS[augment].words,
        "flip_rule": mirrored,
        "best_epoch": best_epoch,
    }
    curves = [loss_curve(history, name) for name in ("loss", "accuracy")]
    records = _scored(data, classifier.predict_proba(data.part("test")[0]), seed)
    return Outcome(facts, [fit_s, *curves, *records, kept_model(classifier, "classifier", data, workspace)])


def majority(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """Always the most frequent class of the training images."""
    from sklearn.dummy import DummyClassifier

    return _baseline("majority", data, seed, DummyClassifier(strategy="prior"))


def logistic(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """A linear map of the pixels."""
    from sklearn.linear_model import LogisticRegression

    return _baseline("logistic", data, seed, LogisticRegression(max_iter=200))


def knn(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """The vote of the most similar training images, k chosen by cross-validation on them."""
    (X, y, groups), (X_test, y_test, _) = data.part("train"), data.part("test")
    started = time.perf_counter()
    score = knn_accuracy(flat_unit(X), y, flat_unit(X_test), y_test, groups=groups, seed=seed)
    fit_s = seconds("fit_s", time.perf_counter() - started)
    return Outcome({"title": TITLES["knn"], "k": score.k}, [fit_s, *_scored(data, _all_classes(data, score), seed)])


BASELINES = {"majority": majority, "knn": knn, "logistic": logistic}


def compare(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """The net minus each baseline in balanced accuracy, on the same test images."""
    y, groups = data.targets("test")
    predicted = {name: _probabilities(records).argmax(1) for name, records in workspace.found.items()}
    net, *baselines = predicted
    records = []
    for name in baselines:
        labels = {"arm": "Residual net", "against": TITLES[name.partition("/")[2]]}
        found = paired_bootstrap(balanced_accuracy, y, predicted[net], predicted[name], groups, seed=seed)
        records.append(measured("balanced_accuracy_difference", found, labels))
    return Outcome({"title": "Comparison", "compared": list(predicted)}, records)


def _baseline(name: str, data: Dataset, seed: int, estimator) -> Outcome:
    X, y, _ = data.part("train")
    started = time.perf_counter()
    estimator.fit(flat_unit(X), y)
    fit_s = seconds("fit_s", time.perf_counter() - started)
    probabilities = np.zeros((int((data.split == "test").sum()), len(data.class_names)), np.float32)
    probabilities[:, estimator.classes_] = estimator.predict_proba(flat_unit(data.part("test")[0]))
    return Outcome({"title": TITLES[name]}, [fit_s, *_scored(data, probabilities, seed)])


def _scored(data: Dataset, probabilities: np.ndarray, seed: int) -> list[Record]:
    """All metrics with intervals, and what they were computed from."""
    y, groups = data.targets("test")
    scores = score_classifier(y, probabilities, groups, seed=seed)
    table = confusion(y, probabilities.argmax(1), len(data.class_names))
    arrays = [array("probabilities", probabilities.astype(np.float32)), array("y_true", y), array("confusion", table)]
    return [*(measured(name, estimate) for name, estimate in scores.items()), *arrays]


def _all_classes(data: Dataset, score) -> np.ndarray:
    probabilities = np.zeros((len(score.probabilities), len(data.class_names)), np.float32)
    probabilities[:, score.classes] = score.probabilities
    return probabilities


def _probabilities(records: list[Record]) -> np.ndarray:
    return next(record.content for record in records if record.name == "probabilities")
