"""The classifier and its baselines as cells: all are fitted on the same images and scored once on the same test images."""

import dataclasses
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.neighbours import knn_accuracy
from tasvir.records.record import Record, array, facts
from tasvir.studies import recipes
from tasvir.studies.cell import Cell
from tasvir.studies.inside import Inside, loss_curve
from tasvir.studies.work import Fit, Seconds, Work

#: Wrong test images that are kept to be shown.
MOST_MISTAKES = 15


def classifier_cells(data: Dataset, pixels_seen: float, seed: int, *, n_seeds: int) -> list[Cell]:
    """One classifier a seed, and three baselines."""
    n_train = data.counts["train"]
    epochs = recipes.epochs_for(data, pixels_seen, fewest=4, most=60)
    parameters = {"max_epochs": epochs, **recipes.classifier_pace(n_train)}
    work = (Fit(partial(recipes.classifier, **parameters), epochs * n_train),)
    nets = [Cell(f"classifier/{s}", classify, parameters, s, work=work) for s in range(seed, seed + n_seeds)]
    search = (recipes.neighbour_search(data),)
    costs: dict[str, tuple[Work, ...]] = {"majority": (Seconds(0.1),), "knn": search, "logistic": search}
    return [*nets, *(Cell(f"baseline/{name}", function, {}, seed, work=costs[name]) for name, function in BASELINES.items())]


def classify(
    inside: Inside, *, max_epochs: int, batch_size: int, learning_rate: float, stem_stride: int | None
) -> Iterator[Record]:
    """A small residual net, its augmentation chosen on training images."""
    from tasvir.models.image_classifier import AUGMENTS

    augment, found = recipes.augmentation(inside.data, inside.seed)
    unfitted = recipes.classifier(
        max_epochs=max_epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        stem_stride=stem_stride,
        augment=augment,
        seed=inside.seed,
    )
    fitted = inside.fit(unfitted)
    net = fitted.estimator
    yield fitted.fit_s
    yield from (loss_curve(net.history_, name) for name in ("loss", "accuracy"))
    probabilities = net.predict_proba(inside.data.part("test")[0])
    wrong = surest_mistakes(inside.data, probabilities)
    yield from inside.score(probabilities)
    yield array("mistakes", inside.data.part("test")[0][[told["index"] for told in wrong]])
    yield inside.keep(net, "classifier")
    yield facts(
        {
            "mistakes": wrong,
            "n_valid": inside.data.counts["val"] or round(net.validation_fraction * inside.data.counts["train"]),
            "n_parameters": sum(p.numel() for p in net.net_.parameters()),
            "epochs": len(net.history_),
            "batch_size": batch_size,
            "learning_rate": learning_rate,
            "augment": augment,
            "max_shift": AUGMENTS[augment].max_shift,
            "mirror": dataclasses.asdict(found),
            "best_epoch": fitted.best_epoch,
        }
    )


def surest_mistakes(data: Dataset, probabilities: np.ndarray) -> list[dict[str, Any]]:
    """The test images that are wrongly classified, the surest first: where each stands, its name, classes and probability."""
    y, predicted = data.targets("test")[0], probabilities.argmax(1)
    wrong, names = np.flatnonzero(predicted != y), data.names[data.split == "test"]
    order = wrong[np.argsort(-probabilities[wrong, predicted[wrong]], kind="stable")][:MOST_MISTAKES]
    return [
        {
            "index": int(row),
            "name": str(names[row]),
            "true": int(y[row]),
            "predicted": int(predicted[row]),
            "probability": float(probabilities[row, predicted[row]]),
        }
        for row in order
    ]


def majority(inside: Inside) -> Iterator[Record]:
    """Always the most frequent class of the training images."""
    from sklearn.dummy import DummyClassifier

    yield from _baseline(inside, DummyClassifier(strategy="prior"))


def logistic(inside: Inside) -> Iterator[Record]:
    """A linear map of the pixels."""
    from sklearn.linear_model import LogisticRegression

    yield from _baseline(inside, LogisticRegression(max_iter=200))


def knn(inside: Inside) -> Iterator[Record]:
    """The vote of the most similar training images, k chosen by cross-validation on them."""
    (y, groups), (y_test, _) = inside.data.targets("train"), inside.data.targets("test")

    def vote() -> Any:
        return knn_accuracy(inside.flat("train"), y, test=inside.flat("test"), y_test=y_test, groups=groups, seed=inside.seed)

    score, fit_s = inside.time("fit_s", vote)
    yield fit_s
    yield from inside.score(_all_classes(inside.data, score.probabilities, score.classes))
    yield facts({"k": score.k})


BASELINES = {"majority": majority, "knn": knn, "logistic": logistic}


def _baseline(inside: Inside, estimator: Any) -> Iterator[Record]:
    y, _ = inside.data.targets("train")
    _, fit_s = inside.time("fit_s", lambda: estimator.fit(inside.flat("train"), y))
    yield fit_s
    yield from inside.score(_all_classes(inside.data, estimator.predict_proba(inside.flat("test")), estimator.classes_))


def _all_classes(data: Dataset, probabilities: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """A column for each class of the set, 0 where no training image has it."""
    filled = np.zeros((len(probabilities), len(data.class_names)), np.float32)
    filled[:, classes] = probabilities
    return filled
