"""Which cells of a person's table are wrong, and what would be right, by which formula?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.answers import SIZES, Answer, Numbers
from tasvir.nets.arithmetic.row import LayerTable, Row


@dataclass(frozen=True)
class Wrong:
    """A cell that is wrong, or empty (`given` None); `place` counts layers from 1, and is None for the total."""

    place: int | None
    layer: str
    column: str
    given: Numbers | None
    right: Numbers
    formulas: tuple[str, ...]

    def facts(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        given = None if self.given is None else list(self.given) if self.column in SIZES else self.given[0]
        right = list(self.right) if self.column in SIZES else self.right[0]
        where = {"row": self.place, "layer": self.layer, "column": self.column}
        return where | {"given": given, "right": right, "formulas": list(self.formulas)}


@dataclass(frozen=True)
class Checked:
    """All that was compared."""

    n_cells: int
    wrong: tuple[Wrong, ...]

    def facts(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {"cells": self.n_cells, "wrong": [one.facts() for one in self.wrong]}


def check(table: LayerTable, answers: Sequence[Answer], total: int | None = None) -> Checked:
    """Compare cell by cell, in the order of the layers; of a size that is given without its channels, only its sides."""
    if len(answers) != len(table.rows):
        raise BadInputError(
            f"the table has {len(answers)} rows of layers and the net {len(table.rows)}: give one row a layer, in their order"
        )
    wrong = [cell for place, pair in enumerate(zip(table.rows, answers, strict=True), start=1) for cell in _row(place, *pair)]
    if total is not None and total != table.total:
        terms = " + ".join(f"{row.parameters:,}" for row in table.rows if row.parameters)
        wrong.append(Wrong(None, "total", "parameters", (total,), (table.total,), (f"{terms} = {table.total:,}",)))
    return Checked(sum(map(len, answers)) + (total is not None), tuple(wrong))


def _row(place: int, row: Row, answer: Answer) -> Iterator[Wrong]:
    for column, given in answer.items():
        value = getattr(row, column)
        right: Numbers = tuple(value or ()) if column in SIZES else (value,)
        if not _agrees(given, right, row=row, column=column):
            yield Wrong(place, row.layer, column, given, right, row.formulas.get(column, ()))


def _agrees(given: Numbers | None, right: Numbers, *, row: Row, column: str) -> bool:
    if given == right or given is None or column not in SIZES:
        return given == right
    sides = row.output[:-1] if column == "output" else right
    return bool(sides) and (given == sides or (len(given) == 1 and set(sides) == set(given)))
