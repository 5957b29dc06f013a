"""What needs no net: baselines of the classifier, fitted on the same images and scored once on the same test images.

None of them is watched: a validation part belongs to their training images.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.neighbours import knn_accuracy
from tasvir.measures.temperature import fitted_temperature, softened
from tasvir.records.record import Record, facts
from tasvir.studies import recipes
from tasvir.studies.inside import Inside
from tasvir.studies.work import Seconds, Work


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
    inside = inside.on_everything()
    (y, groups), (y_test, _) = inside.data.targets("train"), inside.data.targets("test")

    def vote() -> Any:
        return knn_accuracy(inside.flat("train"), y, test=inside.flat("test"), y_test=y_test, groups=groups, seed=inside.seed)

    score, fit_s = inside.time("fit_s", vote)
    yield fit_s
    yield from inside.score(_all_classes(inside.data, score.probabilities, score.classes))
    yield facts({"k": score.k})


def svm(inside: Inside) -> Iterator[Record]:
    """A support vector machine on principal components; a temperature makes probabilities of its decisions.

    The temperature comes from decisions on held-out folds of the training images, by machines fitted on the others.
    """
    inside = inside.on_everything()
    y, groups = inside.data.targets("train")
    rows = recipes.svm_rows(y, inside.seed)
    X, y, groups = inside.flat("train")[rows], y[rows], None if groups is None else groups[rows]
    unfitted = recipes.principal_svm(X.shape[1], y, groups=groups, seed=inside.seed)
    fitted, fit_s = inside.time("fit_s", lambda: unfitted.fit(X, y))
    search, folds = fitted["search"], recipes.svm_folds(y, groups, seed=inside.seed)
    held_y, held_scores = _held_out(search.best_estimator_, fitted["components"].transform(X), y, folds=folds)
    temperature = fitted_temperature(np.searchsorted(search.classes_, held_y), held_scores)
    probabilities = softened(_columns(fitted.decision_function(inside.flat("test"))), temperature)
    yield fit_s
    yield from inside.score(_all_classes(inside.data, probabilities, search.classes_))
    best = search.best_params_
    yield facts({"C": best["svm__C"], "scaled": best["scale"] != "passthrough", "n_fitted": len(y), "temperature": temperature})


def _held_out(
    machine: Any, Z: np.ndarray, y: np.ndarray, *, folds: list[tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    """Labels and decisions of the images of all folds; a class that a fold has nothing of is the least probable there."""
    from sklearn.base import clone

    classes, found = np.unique(y), []
    for rest, held in folds:
        fitted = clone(machine).fit(Z[rest], y[rest])
        some = _columns(fitted.decision_function(Z[held]))
        scores = np.repeat(some.min(axis=1, keepdims=True), len(classes), axis=1)
        scores[:, np.searchsorted(classes, fitted.classes_)] = some
        found.append(scores)
    return y[np.concatenate([held for _, held in folds])], np.concatenate(found)


def _columns(decisions: np.ndarray) -> np.ndarray:
    """One column a class, also where there are two."""
    return decisions if decisions.ndim == 2 else np.column_stack([-decisions, decisions]) / 2


BASELINES = {"majority": majority, "knn": knn, "logistic": logistic, "svm": svm}


def baseline_work(data: Dataset) -> dict[str, tuple[Work, ...]]:
    """What each baseline costs."""
    search = (recipes.neighbour_search(data),)
    return {"majority": (Seconds(0.1),), "knn": search, "logistic": search, "svm": (recipes.svm_search(data),)}


def _baseline(inside: Inside, estimator: Any) -> Iterator[Record]:
    inside = inside.on_everything()
    y, _ = inside.data.targets("train")
    _, fit_s = inside.time("fit_s", lambda: estimator.fit(inside.flat("train"), y))
    yield fit_s
    yield from inside.score(_all_classes(inside.data, estimator.predict_proba(inside.flat("test")), estimator.classes_))


def _all_classes(data: Dataset, probabilities: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """A column for each class of the set, 0 where no training image has it."""
    filled = np.zeros((len(probabilities), len(data.class_names)), np.float32)
    filled[:, classes] = probabilities
    return filled
