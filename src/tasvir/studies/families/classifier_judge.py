"""The judge of the classifier: the net minus each baseline, on the same test images. Nothing is trained here."""

from collections.abc import Iterator

import numpy as np

from tasvir.measures.classification import balanced_accuracy, score_classifier
from tasvir.measures.paired import paired_bootstrap
from tasvir.records.record import Record, facts
from tasvir.studies.cell import Cell
from tasvir.studies.inside import Inside, measured


def comparison_cell(classifiers: list[Cell], seed: int) -> Cell:
    """The first seed's net against every baseline."""
    net, *others = classifiers
    return Cell("comparison", compare, {}, seed, needs=(net.name, *(c.name for c in others if c.chapter == "baseline")))


def unseen_cell(net: Cell, seed: int) -> Cell:
    """The net without the test images that it may have learned by heart."""
    return Cell("comparison/unseen", score_unseen, {"net": net.name}, seed, needs=(net.name, "audit"))


def score_unseen(inside: Inside, *, net: str) -> Iterator[Record]:
    """Scores on the test images that have no duplicate among the training images, where some have and all classes are left."""
    y, cases = inside.data.targets("test")[0], inside.data.cases("test")
    duplicated = inside.found_array("audit", "duplicated_in_training")
    left = ~duplicated
    if duplicated.any() and len(np.unique(y[left])) == len(np.unique(y)):
        probabilities = inside.found_array(net, "probabilities")[left]
        for name, found in score_classifier(y[left], probabilities, None if cases is None else cases[left]).items():
            yield measured(name, found)
    yield facts({"n_duplicated": int(duplicated.sum()), "n_test": len(y)})


def compare(inside: Inside) -> Iterator[Record]:
    """Differences in balanced accuracy, each with an interval over test images."""
    y, cases = inside.data.targets("test")[0], inside.data.cases("test")
    predicted = {name: inside.found_array(name, "probabilities").argmax(1) for name in inside.found}
    net, *baselines = predicted
    for name in baselines:
        found = paired_bootstrap(balanced_accuracy, y, a=predicted[net], b=predicted[name], groups=cases, seed=inside.seed)
        yield measured("balanced_accuracy_difference", found, {"arm": net.partition("/")[0], "against": name.partition("/")[2]})
    yield facts({"compared": list(predicted)})
