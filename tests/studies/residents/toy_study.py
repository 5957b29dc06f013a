"""A planted study: does a small net see more than neighbours do? Two cells and a chapter; `STUDIES` has a row for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.data.dataset import Dataset
from tasvir.measures.classification import score_classifier
from tasvir.measures.neighbours import knn_accuracy
from tasvir.records.record import Record, array, facts
from tasvir.studies.cell import Cell, Comparison
from tasvir.studies.inside import Inside, loss_curve, measured
from tasvir.studies.recipes import neighbour_search
from tasvir.studies.study import Study
from tasvir.studies.work import Fit


@dataclass(frozen=True)
class ToyOptions:
    n_seeds: int = field(default=3, metadata={"help": "Trainings of the net."})
    max_epochs: int = field(default=2, metadata={"help": "Epochs of each."})


def toy_cells(data: Dataset, options: ToyOptions, seed: int) -> list[Cell]:
    from studies.residents.toy_judge import judge

    n, n_classes = data.counts["train"], len(np.unique(data.targets("train")[0]))
    if n_classes < 2 or n < 30:
        raise BadInputError(f"{data.name} has {n} training images of {n_classes} classes: give 30 or more, of 2 or more")
    asked = {"n_seeds": options.n_seeds, "max_epochs": options.max_epochs}
    fit = Fit(partial(net, max_epochs=options.max_epochs, seed=seed), options.n_seeds * options.max_epochs * n)
    arms = Cell("toy/arms", train_arms, asked, seed, work=(fit, neighbour_search(data)))
    return [arms, Cell("toy/verdict", judge, {}, seed, needs=("toy/arms",), compares=Comparison(options.n_seeds))]


def net(*, max_epochs: int, seed: int):
    from tasvir.models.image_classifier import ImageClassifier

    return ImageClassifier(net="dense", max_epochs=max_epochs, random_state=seed)


def train_arms(inside: Inside, *, n_seeds: int, max_epochs: int) -> Iterator[Record]:
    (X_test, y_test, groups), seeds = inside.data.part("test"), range(inside.seed, inside.seed + n_seeds)
    near = knn_accuracy(inside.flat("train"), inside.data.targets("train")[0], test=inside.flat("test"), y_test=y_test)
    nets = [inside.fit(net(max_epochs=max_epochs, seed=s), name=f"net {s}") for s in seeds]
    found = {"neighbours": [near.probabilities], "net": [fitted.estimator.predict_proba(X_test) for fitted in nets]}
    for arm, scores in found.items():
        for s, probabilities in zip(seeds, scores, strict=False):
            score = score_classifier(y_test, probabilities, groups)["balanced_accuracy"]
            yield measured("balanced_accuracy", score, {"arm": arm, "seed": str(s)})
        yield array(f"predictions {arm}", np.stack(scores).argmax(2))
    yield from (loss_curve(nets[0].estimator.history_, "loss"), inside.keep(nets[0].estimator, "net"))
    yield array("hardest", X_test[np.argsort(found["net"][0].max(1))[:10]].reshape(2, 5, *X_test.shape[1:]))
    yield facts({"best_epoch": nets[0].best_epoch, "k": near.k})


STUDY = Study("toy", "Does a small net see more than neighbours do?", ToyOptions, toy_cells, ("studies.residents.toy_chapter",))
