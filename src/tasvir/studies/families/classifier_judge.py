"""The judge of the classifier: the net against each baseline, on the same test images. Nothing is trained here."""

import dataclasses
from collections.abc import Iterator

import numpy as np

from tasvir.measures.classification import balanced_accuracy, score_classifier
from tasvir.measures.holm import holm_verdicts
from tasvir.measures.paired import paired_bootstrap
from tasvir.measures.verdict import FEWEST_SEEDS_FIXED, Verdict, verdict
from tasvir.records.record import Record, facts, metric
from tasvir.studies.cell import Cell, Comparison
from tasvir.studies.inside import Inside, measured


def comparison_cell(classifiers: list[Cell], seed: int) -> Cell:
    """The nets of all seeds against every baseline; a verdict where there are enough of them."""
    nets = [cell for cell in classifiers if cell.chapter == "classifier"]
    judged = Comparison(len(nets)) if len(nets) >= FEWEST_SEEDS_FIXED else None
    return Cell("comparison", compare, {}, seed, needs=tuple(cell.name for cell in classifiers), compares=judged)


def unseen_cell(net: Cell, seed: int) -> Cell:
    """The net without the test images that it may have learned by heart."""
    return Cell("comparison/unseen", score_unseen, {"net": net.name}, seed, needs=(net.name, "audit"))


def score_unseen(inside: Inside, *, net: str) -> Iterator[Record]:
    """Scores on the test images that have no duplicate in another part, where some have and all classes are left."""
    y, cases = inside.data.targets("test")[0], inside.data.cases("test")
    duplicated = inside.found_array("audit", "duplicated_in_learned")
    left = ~duplicated
    if duplicated.any() and len(np.unique(y[left])) == len(np.unique(y)):
        probabilities = inside.found_array(net, "probabilities")[left]
        for name, found in score_classifier(y[left], probabilities, None if cases is None else cases[left]).items():
            yield measured(name, found)
    yield facts({"n_duplicated": int(duplicated.sum()), "n_test": len(y)})


def compare(inside: Inside) -> Iterator[Record]:
    """Differences in balanced accuracy: of the first seed, described; of all seeds, judged (Holm over the baselines)."""
    y, cases = inside.data.targets("test")[0], inside.data.cases("test")
    predicted = {name: inside.found_array(name, "probabilities").argmax(1) for name in inside.found}
    nets = [name for name in predicted if name.partition("/")[0] == "classifier"]
    baselines = [name for name in predicted if name not in nets]
    for name in baselines:
        found = paired_bootstrap(balanced_accuracy, y, a=predicted[nets[0]], b=predicted[name], groups=cases, seed=inside.seed)
        yield measured("balanced_accuracy_difference", found, {"arm": "classifier", "against": name})
    right_Sn = np.stack([predicted[net] == y for net in nets]).astype(float)
    verdicts = holm_verdicts([_judged(right_Sn, predicted[name] == y, name, y=y, cases=cases) for name in baselines])
    for one in verdicts:
        yield from _recorded(one)
    yield facts({"compared": list(predicted), "verdicts": {"all": [dataclasses.asdict(one) for one in verdicts]}})


def _judged(right_Sn: np.ndarray, right_n: np.ndarray, name: str, *, y: np.ndarray, cases: np.ndarray | None) -> Verdict:
    same_Sn = np.broadcast_to(right_n.astype(float), right_Sn.shape)
    return verdict(right_Sn, same_Sn, strata=y, groups=cases, names=("classifier", name))


def _recorded(found: Verdict) -> Iterator[Record]:
    labels = {"arm": found.arm, "against": found.against}
    yield metric("difference", found.d, low=found.low, high=found.high, n=found.n, method="crossed t", labels=labels)
    for name, value in (("p_holm", found.p), ("smallest_detectable", found.smallest_detectable)):
        yield metric(name, float("nan") if value is None else value, labels=labels)
