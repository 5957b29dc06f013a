"""What was found of an arm, over its trainings: one cell a seed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from tasvir.report.cells import Cells, Reading, over_trainings
from tasvir.report.name import Name
from tasvir.report.names import name_of
from tasvir.report.numbers import of_n
from tasvir.report.quantities import quantity
from tasvir.report.view import View, views
from tasvir.report.words.message import Shown


@dataclass(frozen=True)
class Row:
    """An arm: its id, and its trainings, one a seed."""

    arm: str
    cells: tuple[View, ...]

    @property
    def name(self) -> Name:
        return name_of(self.first.name)

    @property
    def first(self) -> View:
        """The training of the first seed, which is shown."""
        return self.cells[0]

    def reading(self, metric: str, **labels: Any) -> Reading | None:
        """The mean of the trainings and, as its ends, their lowest and highest; of a single one its own interval."""
        return over_trainings(cell.reading(metric, **labels) for cell in self.cells)

    def value(self, metric: str) -> float:
        """The same as a number; NaN where it was not taken."""
        found = self.reading(metric)
        return float("nan") if found is None else found.value

    def alone(self, metric: str, **labels: Any) -> Shown:
        """The same as it is written, without its ends."""
        return quantity(metric).write(bare(self.reading(metric, **labels)))

    def shown(self, metric: str, **labels: Any) -> Shown:
        """The same as it is written; what is counted is summed over all trainings, so that nothing is rounded away."""
        write = quantity(metric).write
        return write(self._sum(metric) if write is of_n else self.reading(metric, **labels))

    def _sum(self, metric: str) -> Reading | None:
        found = [reading for cell in self.cells if (reading := cell.reading(metric)) is not None]
        if not found:
            return None
        record = "; ".join(reading.record for reading in found)
        return Reading(sum(reading.value for reading in found), n=sum(reading.n or 0 for reading in found), record=record)


def bare(reading: Reading | None) -> Reading | None:
    """The number without its interval."""
    return None if reading is None else Reading(reading.value, record=reading.record)


def read_rows(cells: Cells, start: str, *, without: Collection[str] = ()) -> tuple[Row, ...]:
    """The arms below `start` in the order of the study; without cells that are no arm's training."""
    found: dict[str, list[View]] = {}
    for cell in views(cells, start):
        if cell.name not in without:
            found.setdefault(cell.name.removeprefix(f"{start}/").split("/")[0], []).append(cell)
    return tuple(Row(arm, tuple(trainings)) for arm, trainings in found.items())


def of_family(rows: Sequence[Row], start: str) -> list[Row]:
    """Arms whose id begins so."""
    return [row for row in rows if row.arm.startswith(start)]


def find(rows: Sequence[Row], arm: str) -> Row | None:
    """The arm of this id."""
    return next((row for row in rows if row.arm == arm), None)
