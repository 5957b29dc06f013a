"""What the chapter on classifiers reads: nets, baselines, and the differences between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tasvir.report.cells import Cells, Curve, Reading
from tasvir.report.fitting import Training, read_training
from tasvir.report.titles import title_of

NETS, BASELINES, COMPARISON = "classifier", "baseline", "comparison"
MAJORITY = f"{BASELINES}/majority"
UNSEEN = f"{COMPARISON}/unseen"


@dataclass(frozen=True, eq=False)
class Scored:
    """One classifier, net or baseline, on the test images."""

    cell: str
    title: str
    accuracy: Reading | None = None
    balanced_accuracy: Reading | None = None
    auc: Reading | None = None
    fit_s: Reading | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    loss: Curve | None = None
    accuracy_curve: Curve | None = None
    confusion: np.ndarray | None = None
    y_true: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    mistakes: np.ndarray | None = None
    recalls: tuple[Reading, ...] = ()
    precisions: tuple[Reading, ...] = ()

    @property
    def training(self) -> Training | None:
        """What its loss curve says."""
        return read_training(self.loss)


@dataclass(frozen=True)
class Unseen:
    """The first net on the test images without a duplicate among the training images."""

    n_duplicated: int
    n_test: int
    accuracy: Reading | None
    balanced_accuracy: Reading | None
    record: str


@dataclass(frozen=True, eq=False)
class ClassifierSummary:
    """Nets (one a seed), baselines, and the paired differences between them."""

    nets: tuple[Scored, ...]
    baselines: tuple[Scored, ...]
    differences: tuple[Reading, ...] = ()
    class_names: tuple[str, ...] = ()
    unseen: Unseen | None = None
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def net_title(self) -> str:
        """What the net is called, whatever its seed."""
        return self.nets[0].title.split(", seed ")[0]

    @property
    def balanced(self) -> tuple[Reading, ...]:
        """Balanced accuracy of the net, one a seed."""
        return tuple(net.balanced_accuracy for net in self.nets if net.balanced_accuracy is not None)

    @property
    def best_baseline(self) -> Scored | None:
        """The baseline with the greatest balanced accuracy."""
        scored = [row for row in self.baselines if row.balanced_accuracy is not None]
        return max(scored, key=lambda row: row.balanced_accuracy.value, default=None)

    def against_best(self) -> tuple[Reading, ...]:
        """The paired differences between each net and the best baseline."""
        best = self.best_baseline
        return tuple(d for d in self.differences if best and d.labels.get("against") == best.cell.rpartition("/")[2])

    @property
    def worst_confusion(self) -> tuple[int, int] | None:
        """True and predicted class of the most frequent mistake of the first net; None where it makes none."""
        confusion = self.nets[0].confusion if self.nets else None
        if confusion is None:
            return None
        mistakes = confusion - np.diag(np.diag(confusion))
        row, column = np.unravel_index(np.argmax(mistakes), mistakes.shape)
        return (int(row), int(column)) if mistakes[row, column] else None


def summarise(cells: Cells) -> ClassifierSummary | None:
    """The classifiers of a run; None where it declares none."""
    names = {start: cells.names(start) for start in (NETS, BASELINES, COMPARISON)}
    if not names[NETS] and not names[BASELINES]:
        return None
    problems = {name: cells.problem(name) for group in names.values() for name in group}
    done = {start: [n for n in group if problems[n] is None] for start, group in names.items()}
    nets = tuple(_scored(cells, name) for name in done[NETS])
    return ClassifierSummary(
        tuple(_told_apart(net, len(nets)) for net in nets),
        tuple(_scored(cells, name) for name in done[BASELINES]),
        cells.metrics(COMPARISON, "balanced_accuracy_difference") if names[COMPARISON] else (),
        tuple(map(str, cells.facts("data").get("class_names", ()))),
        _unseen(cells),
        {name: problem for name, problem in problems.items() if problem},
    )


def _scored(cells: Cells, name: str) -> Scored:
    metrics = ("accuracy", "balanced_accuracy", "auc", "fit_s")
    arrays = ("confusion", "y_true", "probabilities", "mistakes")
    facts = cells.facts(name)
    return Scored(
        name,
        title_of(name),
        *(cells.metric(name, metric) for metric in metrics),
        facts,
        *(cells.curve(name, curve) for curve in ("loss", "accuracy")),
        *(cells.array(name, array) for array in arrays),
        *(cells.metrics(name, share) for share in ("recall", "precision")),
    )


def _unseen(cells: Cells) -> Unseen | None:
    facts = cells.facts(UNSEEN)
    if not facts.get("n_duplicated"):
        return None
    scores = (cells.metric(UNSEEN, name) for name in ("accuracy", "balanced_accuracy"))
    return Unseen(facts["n_duplicated"], facts["n_test"], *scores, record=f"{UNSEEN} n_duplicated")


def _told_apart(net: Scored, how_many: int) -> Scored:
    return net if how_many == 1 else replace(net, title=f"{net.title}, seed {net.cell.split('/')[-1]}")
