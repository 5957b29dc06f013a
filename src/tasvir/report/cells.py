"""What a run left behind, asked cell by cell; the only file of the report that knows how records are laid out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import numpy as np

from tasvir.records.record import Record

#: Why a cell that was never closed has no result.
UNFINISHED = "it was not finished"


@dataclass(frozen=True)
class Reading:
    """One measured number with its interval, and `record`: where it is written ('cell metric')."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None
    method: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)
    record: str = ""


@dataclass(frozen=True)
class Curve:
    """Some series over the same steps, usually the epochs of one training."""

    x: tuple[float, ...]
    x_name: str
    series: Mapping[str, tuple[float, ...]]
    record: str
    name: str = ""


class Cells:
    """Records arranged by the names of their cells. What was not recorded is None or empty, never an error.

    `load_array` reads the numbers of a stored array record; without it they are taken from the record itself.
    """

    def __init__(
        self,
        records: Iterable[Record],
        load_array: Callable[[Record], np.ndarray] | None = None,
        *,
        assumptions: Iterable[str] = (),
    ):
        self.assumptions = tuple(assumptions)
        self._load_array = load_array or (lambda record: record.content)
        records = list(records)
        self.run: Mapping[str, Any] = next((r.data for r in reversed(records) if r.kind == "run"), {})
        names = {address: name for name, address in self.run.get("addresses", {}).items()}
        self._by_cell: dict[str, list[Record]] = {}
        for record in records:
            if record.kind != "run":
                self._by_cell.setdefault(names.get(record.cell, record.cell), []).append(record)

    def names(self, start: str = "") -> tuple[str, ...]:
        """The cells whose name is `start` or lies below it, in the order in which the study declared them."""
        known = dict.fromkeys([*self.run.get("addresses", {}), *self._by_cell])
        return tuple(name for name in known if name == start or name.startswith(f"{start}/") or not start)

    def problem(self, cell: str) -> str | None:
        """Why a cell has no result, in words; None when it is complete."""
        if self._last(cell, "cell") is not None:
            return None
        failure = self._last(cell, "failure")
        return str(failure.data.get("error", "no reason recorded")) if failure else UNFINISHED

    def facts(self, cell: str) -> Mapping[str, Any]:
        """What a complete cell said about itself."""
        return self._done(cell).get("facts") or {}

    def parameters(self, cell: str) -> Mapping[str, Any]:
        """What a complete cell was asked to do."""
        return self._done(cell).get("parameters") or {}

    def elapsed(self, cell: str) -> Reading | None:
        """Seconds a complete cell took."""
        seconds = self._done(cell).get("elapsed_s")
        return None if seconds is None else Reading(float(seconds), record=f"{cell} elapsed_s")

    def metrics(self, cell: str, name: str) -> tuple[Reading, ...]:
        """All readings of one name in a cell; a repeated name is told apart by its labels."""
        if self.problem(cell):
            return ()
        latest: dict[str, Reading] = {}
        for record in self._by_cell[cell]:
            if record.kind == "metric" and record.name == name:
                reading = _reading(record, cell)
                latest[reading.record] = reading
        return tuple(latest.values())

    def metric(self, cell: str, name: str, **labels: Any) -> Reading | None:
        """The one reading of that name with these labels, None where there is none."""
        return labelled(self.metrics(cell, name), **labels)

    def curve(self, cell: str, name: str) -> Curve | None:
        """One recorded curve, counted from 1 where no steps were recorded."""
        record = None if self.problem(cell) else self._last(cell, "curve", name)
        if record is None or not record.data.get("series"):
            return None
        series = {key: tuple(_floats(values)) for key, values in record.data["series"].items()}
        longest = max(map(len, series.values()))
        x = tuple(_floats(record.data.get("x") or range(1, longest + 1)))
        return Curve(x, record.data.get("x_name") or "epoch", series, f"{cell} {name}", name)

    def array(self, cell: str, name: str) -> np.ndarray | None:
        """One recorded array; a `DataFileError` where its file is gone."""
        record = None if self.problem(cell) else self._last(cell, "array", name)
        return None if record is None else self._load_array(record)

    def _done(self, cell: str) -> Mapping[str, Any]:
        record = self._last(cell, "cell")
        return record.data if record else {}

    def _last(self, cell: str, kind: str, name: str | None = None) -> Record | None:
        found = (r for r in self._by_cell.get(cell, ()) if r.kind == kind and name in (None, r.name))
        return next(reversed(list(found)), None)


def labelled(readings: Iterable[Reading], **labels: Any) -> Reading | None:
    """The first reading that has these labels (None: has no such label); None where none has."""
    return next((r for r in readings if all(r.labels.get(key) == value for key, value in labels.items())), None)


def over_trainings(readings: Iterable[Reading | None]) -> Reading | None:
    """The mean of several trainings, and as its ends the lowest and the highest; a single one as it is."""
    found = [reading for reading in readings if reading is not None]
    if len(found) < 2:
        return found[0] if found else None
    values = [reading.value for reading in found]
    (n, *others) = dict.fromkeys(reading.n for reading in found)
    record = "; ".join(reading.record for reading in found)
    return Reading(fmean(values), min(values), max(values), n=None if others else n, record=record)


def _reading(record: Record, cell: str) -> Reading:
    data = record.data
    labels = data.get("labels") or {}
    which = ",".join(f"{key}={value}" for key, value in labels.items())
    address = f"{cell} {record.name}" + (f"[{which}]" if which else "")
    (value,) = _floats([data.get("value")])
    interval = {key: data.get(key) for key in ("low", "high", "n")}
    return Reading(value, **interval, method=data.get("method") or "", labels=labels, record=address)


def _floats(values: Iterable) -> list[float]:
    return [float("nan") if value is None else float(value) for value in values]
