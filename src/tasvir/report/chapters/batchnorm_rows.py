"""What the study of batch norm recorded, as its chapter reads it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tasvir.report.cells import Cells, Reading
from tasvir.report.name import Name
from tasvir.report.names import NAMES
from tasvir.report.numbers import count, decimal
from tasvir.report.rows import Row, find, read_rows
from tasvir.report.view import View, view
from tasvir.report.words.message import Shown

CELLS, PLAIN, NORMED = "batchnorm", "plain", "normed"
ARMS = (PLAIN, NORMED)
JUDGE, VERDICT, TIMING, NOISE, EPSILON = (f"{CELLS}/{name}" for name in ("statements", "verdict", "timing", "noise", "epsilon"))

LARGE = 100


@dataclass(frozen=True)
class Found:
    """The cells by what they tell; None where one is not complete."""

    cells: Cells

    @cached_property
    def judge(self) -> View | None:
        """Accuracies, differences, and what decides the statements."""
        return view(self.cells, JUDGE)

    @cached_property
    def timing(self) -> View | None:
        """What an update takes."""
        return view(self.cells, TIMING)

    @cached_property
    def arms(self) -> tuple[Row, ...]:
        """The nets of the chosen rates, without and with."""
        rows = read_rows(self.cells, CELLS)
        return tuple(row for arm in ARMS if (row := find(rows, arm)) is not None)

    @property
    def usual(self) -> int | None:
        """The batch size that most is compared at."""
        return None if self.judge is None else self.judge.parameters.get("usual")

    def decides(self, measured: str) -> Reading | None:
        """What a rule asks for; None where a training was lost."""
        found = None if self.judge is None else self.judge.reading(measured)
        return None if found is None or math.isnan(found.value) else found

    def accuracy(self, arm: str, what: str, at: float) -> Reading | None:
        """On held-out images: of a "rate", a "size" of batches or a "scale" of first weights."""
        return None if self.judge is None else self.judge.reading("validation_accuracy", arm=arm, of=what, at=at)

    def refused(self, batch_size: float) -> tuple[str, ...]:
        """The nets that torch trains on no batch of this size."""
        found = {} if self.judge is None else self.judge.facts.get("refused") or {}
        return tuple(found.get(str(int(batch_size)), ()))

    def places(self, what: str) -> tuple[float, ...]:
        """The settings of this kind that nets were trained with."""
        found = () if self.judge is None else self.judge.readings("validation_accuracy")
        return tuple(dict.fromkeys(reading.labels["at"] for reading in found if reading.labels.get("of") == what))

    def update_s(self, arm: str) -> Reading | None:
        """Seconds of an update at the usual size."""
        return None if self.timing is None else self.timing.reading("update_s", arm=arm, batch_size=self.usual)


def large(reading: Reading | None) -> Shown:
    """A number that may be a million: with a decimal only where it is not large."""
    if reading is None or not reading.value >= LARGE:
        return decimal(reading, 1)
    return count(round(reading.value), reading.record)


def name_of_arm(arm: str) -> Name:
    """Without batch norm, or with it."""
    return NAMES[f"{CELLS}/{arm}"]


def as_factor(reading: Reading | None) -> Reading | None:
    """A difference of logarithms as how many times as large."""
    return _ends(reading, math.exp)


def as_inverse(reading: Reading | None) -> Reading | None:
    """The same the other way round."""
    return _ends(reading, lambda value: math.exp(-value))


def _ends(reading: Reading | None, change: Callable[[float], float]) -> Reading | None:
    if reading is None:
        return None
    ends: dict[str, Any] = {"low": None, "high": None}
    if reading.low is not None and reading.high is not None:
        ends["low"], ends["high"] = sorted((change(reading.low), change(reading.high)))
    return Reading(change(reading.value), **ends, n=reading.n, record=reading.record)
