"""What the study of GANs found, a row for each arm, over its seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasvir.report.cells import Cells, Reading, over_trainings
from tasvir.report.name import Name
from tasvir.report.names import name_of
from tasvir.report.quantities import quantity
from tasvir.report.view import View, views
from tasvir.report.words.message import Shown

CELLS, REAL, SIMPLE, VERDICT = "gan", "gan/real", "gan/gaussian", "gan/verdict"


@dataclass(frozen=True)
class Row:
    """An arm: its id, and its trainings, one a seed."""

    arm: str
    cells: tuple[View, ...]

    @property
    def name(self) -> Name:
        return name_of(f"{CELLS}/{self.arm}")

    @property
    def first(self) -> View:
        """The training of the first seed, which is shown."""
        return self.cells[0]

    def over_seeds(self, metric: str) -> Reading | None:
        """The mean of the trainings and, as its ends, their lowest and highest; of a single one its own interval."""
        return over_trainings(cell.reading(metric) for cell in self.cells)

    def value(self, metric: str) -> float:
        """The same as a number; NaN where it was not taken."""
        found = self.over_seeds(metric)
        return float("nan") if found is None else found.value

    def shown(self, metric: str) -> Shown:
        """The same as it is written; copies are counted over all trainings, so that none is rounded away."""
        return quantity(metric).write(self._copies() if metric == "copies" else self.over_seeds(metric))

    def _copies(self) -> Reading | None:
        found = [reading for cell in self.cells if (reading := cell.reading("copies")) is not None]
        if not found:
            return None
        record = "; ".join(reading.record for reading in found)
        return Reading(sum(reading.value for reading in found), n=sum(reading.n or 0 for reading in found), record=record)


def read_rows(cells: Cells) -> tuple[Row, ...]:
    """The arms in the order of the study."""
    found: dict[str, list[View]] = {}
    for cell in views(cells, CELLS):
        if cell.name not in (REAL, SIMPLE, VERDICT):
            found.setdefault(cell.name.split("/")[1], []).append(cell)
    return tuple(Row(arm, tuple(trainings)) for arm, trainings in found.items())


def of_family(rows: Sequence[Row], start: str) -> list[Row]:
    """Arms whose id begins so."""
    return [row for row in rows if row.arm.startswith(start)]


def find(rows: Sequence[Row], arm: str) -> Row | None:
    """The arm of this id."""
    return next((row for row in rows if row.arm == arm), None)
