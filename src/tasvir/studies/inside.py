"""What a cell finds inside: data and seed, a scratch folder, a voice, what other cells found, and the verbs that cells share."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.classification import confusion, score_classifier
from tasvir.measures.interval import Estimate
from tasvir.measures.per_class import class_scores
from tasvir.records.record import Record, array, curve, metric, model
from tasvir.studies.flat import flat_unit
from tasvir.studies.place import Place

#: A cell's training is written down at most this often.
CHECKPOINT_S = 2.0


def in_silence(fraction: float) -> None:
    """Where nobody listens."""


@dataclass(frozen=True)
class Fitted:
    """A fitted estimator, its seconds, and the epoch that was kept (None where none was chosen)."""

    estimator: Any
    fit_s: Record
    best_epoch: int | None


@dataclass(frozen=True)
class Inside:
    """All that a cell may use: `tell` takes the fraction done, `found` holds the records of the cells it needs by their names."""

    data: Dataset
    seed: int
    scratch: Path
    place: Place = field(default_factory=Place)
    tell: Callable[[float], None] = in_silence
    found: Mapping[str, list[Record]] = field(default_factory=dict)

    def on(self, data: Dataset) -> "Inside":
        """The same with other data."""
        return dataclasses.replace(self, data=data)

    def on_everything(self) -> "Inside":
        """The same once all choices are made: the images of a validation part are training images too."""
        if not self.data.counts["val"]:
            return self
        return self.on(dataclasses.replace(self.data, split=np.where(self.data.split == "val", "train", self.data.split)))

    def during(self, begin: float, end: float) -> "Inside":
        """The same for a piece of the work: all that is done there is told as `begin` to `end` of the whole."""
        return dataclasses.replace(self, tell=lambda done: self.tell(begin + (end - begin) * done))

    def flat(self, part: str) -> np.ndarray:
        """The images of a part as rows on the 0..1 scale."""
        return flat_unit(self.data.part(part)[0])

    def fit(self, estimator: Any, *, keep_best: bool = True, name: str = "training") -> Fitted:
        """Fit on the training part, watch the validation part (else an inner split); a killed training goes on where it was.

        A cell that trains several times gives each training a name.
        """
        from tasvir.apply.refit import fit_watched
        from tasvir.train.checkpoint import Checkpoint
        from tasvir.train.hooks import KeepBest

        checkpoint = Checkpoint(self.scratch / f"{name}.safetensors", interval_s=CHECKPOINT_S)
        self.place.take(estimator)
        watching = (KeepBest(),) if keep_best else ()

        def tell(epoch: int, last: int, row: dict[str, float]) -> None:
            self.tell(epoch / last)

        _, fit_s = self.time("fit_s", lambda: fit_watched(estimator, self.data, checkpoint, tell=tell, watching=watching))
        valid = estimator.history_["valid_loss"] if "valid_loss" in estimator.history_.names else None
        return Fitted(estimator, fit_s, int(np.argmin(valid)) + 1 if valid and keep_best else None)

    def time(self, name: str, function: Callable[[], Any]) -> tuple[Any, Record]:
        """What `function` gives, and the seconds it took as a metric."""
        started = time.perf_counter()
        result = function()
        return result, metric(name, time.perf_counter() - started, unit="s")

    def keep(self, estimator: Any, name: str) -> Record:
        """The fitted estimator as a model record; it learns the words of the classes."""
        from tasvir.models.folder import save_model

        return model(name, save_model(estimator, self.scratch / "models" / name, data=self.data))

    def score(self, probabilities: np.ndarray) -> Iterator[Record]:
        """A classifier on the test images: all metrics with intervals, and what they were computed from."""
        y, cases = self.data.targets("test")[0], self.data.cases("test")
        for name, estimate in score_classifier(y, probabilities, cases).items():
            yield measured(name, estimate)
        for label, score in enumerate(class_scores(y, probabilities.argmax(1), len(self.data.class_names), groups=cases)):
            yield measured("recall", score.recall, {"class": label})
            yield measured("precision", score.precision, {"class": label})
        yield array("probabilities", probabilities.astype(np.float32))
        yield array("y_true", y)
        yield array("confusion", confusion(y, probabilities.argmax(1), len(self.data.class_names)))

    def found_facts(self, cell: str) -> Mapping[str, Any]:
        """What a cell, which this one needs, said of itself."""
        return next(record.data["facts"] for record in self.found[cell] if record.kind == "cell")

    def found_model(self, cell: str) -> Any:
        """The fitted estimator that a cell, which this one needs, has kept."""
        from tasvir.models.folder import load_model

        return load_model(next(record.content for record in self.found[cell] if record.kind == "model"))

    def found_array(self, cell: str, name: str) -> np.ndarray:
        """The numbers that a cell, which this one needs, recorded under a name."""
        return next(record.content for record in self.found[cell] if record.kind == "array" and record.name == name)


def measured(name: str, found: Estimate, labels: Mapping[str, Any] | None = None) -> Record:
    """A number with its interval as a metric."""
    return metric(name, found.value, low=found.low, high=found.high, n=found.n, method=found.method, labels=labels)


def loss_curve(history: Any, name: str) -> Record:
    """One of a training's curves, and the validation's where there is one."""
    valid = f"valid_{name}"
    return curve(name, {"train": history[name]} | ({"valid": history[valid]} if valid in history.names else {}))
