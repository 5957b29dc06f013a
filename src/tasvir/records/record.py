"""One thing a run leaves behind, and the ways to make one inside a cell.

A record is plain JSON, except that an array or a model carries its content in memory until
`RunFolder.append` stores it beside the records under the hash of its bytes; from then on `data["sha256"]` names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError, BadTypeError
from tasvir.records.display import in_words, table

KINDS = ("run", "cell", "facts", "metric", "curve", "array", "model", "failure")


@dataclass(frozen=True, repr=False)
class Record:
    """What was found, made or gone wrong, and in which cell?

    Parameters
    ----------
    kind : str
        One of run, cell, facts, metric, curve, array, model, failure.
    name : str
        What it is called inside its cell, for example ``'accuracy'``.
    cell : str
        Address of the cell it belongs to; the study's runner sets it.
    data : mapping
        Plain JSON: text, finite numbers, True, False, None, lists, and dicts with text keys.
    content : ndarray or Path, optional
        What an array or model record holds until it is stored. Not compared.

    Raises
    ------
    BadInputError, BadTypeError
        An unknown kind, or data that JSON cannot hold.

    Notes
    -----
    The append-only journal of Optuna (``storages/journal``); here a record is data, not an operation.

    Examples
    --------
    >>> Record("metric", "accuracy", data={"value": 0.9}).data
    {'value': 0.9}
    """

    kind: str
    name: str
    cell: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    content: Any = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadInputError(f"record kind {self.kind!r} is unknown; it is one of {', '.join(KINDS)}")
        object.__setattr__(self, "data", plain_json(self.data, self.name))

    def __repr__(self) -> str:
        where = f" in cell {self.cell}" if self.cell else ""
        return f"Record({self.kind} {self.name!r}{where}: {in_words(self.kind, self.data)})"

    def _repr_html_(self) -> str:
        return table(f"{self.kind} {self.name}", ("what", "value"), self.data.items())


def metric(
    name: str,
    value: float,
    *,
    low: float | None = None,
    high: float | None = None,
    n: int | None = None,
    unit: str = "",
    method: str = "",
    labels: Mapping | None = None,
) -> Record:
    """A number and, where it has one, its 95 % interval [low, high] from n cases.

    Unit ``"s"`` marks a time, left out when runs are compared. A value or bound that is not finite becomes None.
    """
    numbers = {"value": _finite(value), "low": _finite(low), "high": _finite(high)}
    about = {"n": n, "unit": unit, "method": method, "labels": dict(labels or {})}
    return Record("metric", name, data=numbers | about)


def curve(
    name: str,
    series: Mapping[str, Sequence[float]],
    *,
    x: Sequence[float] | None = None,
    x_name: str = "epoch",
    labels: Mapping | None = None,
) -> Record:
    """Named series over one axis; x is 1, 2, 3, ... unless given; points that are not finite become None."""
    ys = {key: [_finite(v) for v in values] for key, values in series.items()}
    lengths = {len(values) for values in ys.values()} | ({len(x)} if x is not None else set())
    if len(lengths) != 1:
        raise BadInputError(f"curve {name!r} has series of lengths {sorted(lengths)}; they must agree with each other and x")
    xs = [_finite(v) for v in x] if x is not None else list(range(1, lengths.pop() + 1))
    return Record("curve", name, data={"x_name": x_name, "x": xs, "series": ys, "labels": dict(labels or {})})


def array(name: str, values: np.ndarray, *, labels: Mapping | None = None) -> Record:
    """Numbers of any shape, stored exactly as .npy; objects are refused."""
    values = np.asarray(values)
    if values.dtype.hasobject:
        raise BadTypeError(f"array {name!r} holds Python objects; give numbers, booleans or text of fixed width")
    data = {"shape": list(values.shape), "dtype": str(values.dtype), "labels": dict(labels or {})}
    return Record("array", name, data=data, content=values)


def model(name: str, folder: Path, *, labels: Mapping | None = None) -> Record:
    """A fitted model: a folder of files, copied into the run when the record is stored."""
    return Record("model", name, data={"labels": dict(labels or {})}, content=Path(folder))


def facts(values: Mapping[str, Any]) -> Record:
    """What a cell says of itself, in JSON; all that it says stands together in the record that closes it."""
    return Record("facts", "facts", data=dict(values))


def failure(error: str, *, labels: Mapping | None = None) -> Record:
    """A cell ended in this error; it closes the cell's records, and the cell is tried again next time."""
    return Record("failure", "failure", data={"error": error, "labels": dict(labels or {})})


def cell_done(name: str, *, parameters: Mapping, seed: int, facts: Mapping, elapsed_s: float) -> Record:
    """The cell `name` is complete; written last. `facts` is what the cell did, in JSON."""
    data = {"parameters": dict(parameters), "seed": seed, "facts": dict(facts), "elapsed_s": elapsed_s}
    return Record("cell", name, data=data)


def plain_json(value: Any, where: str) -> Any:
    """`value` as JSON gives it back: numpy scalars become numbers, tuples and arrays lists."""
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise BadTypeError(f"record {where!r}: keys must be text, got {list(value)[:5]}")
        return {key: plain_json(item, where) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(item, where) for item in value]
    if isinstance(value, float) and not np.isfinite(value):
        raise BadInputError(f"record {where!r} holds {value}; JSON has no such number, give None")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise BadTypeError(f"record {where!r} holds a {type(value).__name__}; give text, numbers, lists and dicts")


def _finite(value: float | None) -> float | None:
    """A finite float, or None."""
    return float(value) if value is not None and np.isfinite(value) else None
