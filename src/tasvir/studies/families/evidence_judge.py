"""The judge of the evidence: arm against arm on the same test images. Nothing is trained here, so new words cost nothing."""

import dataclasses
from collections.abc import Iterator, Mapping

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.holm import holm_verdicts
from tasvir.measures.verdict import Verdict, verdict
from tasvir.records.record import Record, facts, metric
from tasvir.studies.cell import Cell, Comparison
from tasvir.studies.families.judges import JUDGE
from tasvir.studies.inside import Inside

#: What the arms are held against, and the arm to which nothing was added.
BASELINE, NOTHING_ADDED = "duplicates", "real"
#: Arms of no generator, against what they are held. The control is one question of its own, asked of the study and not of a
#: generator: it is judged, but does not enter Holm's rule, which would make it the harder to find the more generators there are.
HELD = {"restored": BASELINE, "shifted": BASELINE, BASELINE: NOTHING_ADDED, "unaugmented": NOTHING_ADDED}
#: On which test images.
ALL, WITHOUT = "all", "without_near_duplicates"


def verdict_cell(evidence: list[Cell], seed: int, n_seeds: int) -> Cell:
    """The verdict over all the arms."""
    needs = tuple(cell.name for cell in evidence if cell.name != JUDGE)
    return Cell("evidence/verdict", judge, {}, seed, needs=needs, compares=Comparison(n_seeds))


def judge(inside: Inside) -> Iterator[Record]:
    """The control and each generated arm (Holm over these) against duplicates; the other baselines for description."""
    leaks = inside.found_array("evidence/subset", "near_duplicates")
    arms = {name: name.partition("/")[2] for name, found in inside.found.items() if any(r.name == "predictions" for r in found)}
    predictions = {arm: inside.found_array(name, "predictions") for name, arm in arms.items()}
    verdicts: dict[str, list[Verdict]] = {}
    for test, rows in {ALL: np.ones(len(leaks), bool), WITHOUT: ~leaks}.items():
        if test == ALL or leaks.any():
            verdicts[test] = verdicts_on(inside.data, predictions, rows)
            yield from (_difference(found, test) for found in verdicts[test])
    for found in verdicts[ALL]:
        labels = {"arm": found.arm, "against": found.against}
        yield metric("p_holm", _number(found.p), labels=labels)
        yield metric("smallest_detectable", _number(found.smallest_detectable), labels=labels)
    told = {test: [dataclasses.asdict(found) for found in judged] for test, judged in verdicts.items()}
    yield facts({"verdicts": told})


def verdicts_on(data: Dataset, predictions: Mapping[str, np.ndarray], rows: np.ndarray) -> list[Verdict]:
    """The generated arms against duplicates under Holm, then every other arm against what it is held."""
    y, cases = data.targets("test")[0], data.cases("test")
    cases = None if cases is None else cases[rows]

    def compared(arm: str, against: str) -> Verdict:
        right, wrong = ((predictions[name] == y).astype(float)[:, rows] for name in (arm, against))
        return verdict(right, wrong, strata=y[rows], groups=cases, names=(arm, against))

    generated = [name for name in predictions if name not in (*HELD, NOTHING_ADDED)]
    others = [compared(name, against) for name, against in HELD.items() if name in predictions]
    return [*holm_verdicts([compared(name, BASELINE) for name in generated]), *others]


def _difference(found: Verdict, test: str) -> Record:
    labels = {"arm": found.arm, "against": found.against, "test": test}
    return metric("difference", found.d, low=found.low, high=found.high, n=found.n, method="crossed t", labels=labels)


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
