"""One view of a cell: its metrics, curves, arrays and facts by name, and how it is called."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tasvir.report.cells import UNFINISHED, Cells, Curve, Reading
from tasvir.report.names import name_of
from tasvir.report.numbers import count, plain
from tasvir.report.quantities import quantity
from tasvir.report.words.message import Sentence, Shown, Words, say


class View:
    """A cell that is complete, as a chapter reads it; what was not recorded is None, or a dash."""

    def __init__(self, cells: Cells, name: str):
        self._cells, self.name = cells, name
        self.last = name.rpartition("/")[2]
        self.title, self.inside = name_of(name).alone, name_of(name).inside

    @property
    def facts(self) -> Mapping[str, Any]:
        """What it said about itself."""
        return self._cells.facts(self.name)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What it was asked to do."""
        return self._cells.parameters(self.name)

    def reading(self, metric: str, **labels: Any) -> Reading | None:
        """One measured number; None where it was not taken."""
        return self._cells.metric(self.name, metric, **labels)

    def readings(self, metric: str) -> tuple[Reading, ...]:
        """All of one name, told apart by their labels."""
        return self._cells.metrics(self.name, metric)

    def shown(self, metric: str, **labels: Any) -> Shown:
        """One number as it is written."""
        return quantity(metric).write(self.reading(metric, **labels))

    def count(self, fact: str) -> Shown:
        """A fact that counts something."""
        return count(self.facts.get(fact), self.record(fact))

    def told(self, fact: str) -> Shown:
        """A fact as a person writes it."""
        return plain(self.facts.get(fact), self.record(fact))

    def record(self, name: str) -> str:
        """Where a fact, an array or a curve of this cell is written."""
        return f"{self.name} {name}"

    def curve(self, name: str) -> Curve | None:
        """One recorded curve."""
        return self._cells.curve(self.name, name)

    def array(self, name: str) -> np.ndarray | None:
        """One recorded array."""
        return self._cells.array(self.name, name)


def views(cells: Cells, *starts: str) -> tuple[View, ...]:
    """The complete cells at or below these names, in the order in which the study declared them."""
    return tuple(View(cells, name) for start in starts for name in cells.names(start) if cells.problem(name) is None)


def view(cells: Cells, name: str) -> View | None:
    """One cell; None where it is not complete."""
    return View(cells, name) if name in cells.names(name) and cells.problem(name) is None else None


def problems(cells: Cells, *starts: str) -> dict[str, Words]:
    """Why cells have no result, by their names."""
    found = {name: cells.problem(name) for start in starts for name in cells.names(start)}
    return {name: why_of(why) for name, why in found.items() if why is not None}


def why_of(why: str) -> Sentence | str:
    """Why a cell has no result: an error is told as it was recorded."""
    return say("it was not finished") if why == UNFINISHED else why
