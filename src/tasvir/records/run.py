"""A run: one folder with its records, and the files and models they name."""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tasvir.contracts.atomic import atomic_folder
from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.records.display import measured, progress, table
from tasvir.records.journal import Journal
from tasvir.records.record import Record
from tasvir.records.store import read_array, store, stored_path

if TYPE_CHECKING:
    from pandas import DataFrame

_CLOSING = ("cell", "failure")
_N_SHOWN = 10  # metrics in a notebook


class RunFolder:
    """What did a run leave behind?

    Made by `RunFolder.create` or `open_run`. ``<path>/records.jsonl`` holds the records, ``<path>/files`` arrays,
    ``<path>/models`` model folders, each named by the sha256 of its content.

    Parameters
    ----------
    path : Path
        The run's folder.

    Raises
    ------
    DataFileError
        A folder that is missing, is no run, or is damaged.

    Notes
    -----
    One JSON line a record, flush and fsync, as Optuna's journal file.

    Examples
    --------
    >>> import tempfile
    >>> from dataclasses import replace
    >>> from tasvir.records.record import cell_done, metric
    >>> folder = Path(tempfile.mkdtemp()) / "run"
    >>> run = RunFolder.create(folder, Record("run", "run", data={"addresses": {"fit": "a1"}}))
    >>> done = cell_done("fit", parameters={}, seed=0, facts={}, elapsed_s=0.1)
    >>> run.append([replace(r, cell="a1") for r in (metric("accuracy", 0.9), done)])
    >>> [r.kind for r in open_run(folder).records()]
    ['run', 'metric', 'cell']
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._journal = Journal(self.path / "records.jsonl")

    @classmethod
    def create(cls, path: Path, run_record: Record) -> "RunFolder":
        """A new run whose first record is `run_record`; whole or not at all."""
        path = Path(path)
        _must_be_run(run_record)
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise DataFileError(f"{path}: already there; open it, or give another folder")
        with atomic_folder(path) as part:
            Journal(part / "records.jsonl").append([run_record])
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """The run in this folder, read once to see that it is sound."""
        path = Path(path)
        if not path.is_dir():
            raise DataFileError(f"{path}: no such folder; give the folder of a run")
        if not (path / "records.jsonl").is_file():
            raise DataFileError(f"{path}: not a run (no records.jsonl in it); give the folder of a run")
        run = cls(path)
        run.run_record()
        return run

    def append(self, records: Sequence[Record]) -> None:
        """Store what the records carry, then write the records themselves, all of them or none."""
        self._journal.append([store(self.path, record) for record in records])

    def run_record(self) -> Record:
        """The last 'run' record: the question, settings, machine and current addresses."""
        return self._last_run(self._journal.read())

    def records(self, addresses: Iterable[str] | None = None) -> list[Record]:
        """The run record, then those of the cells at `addresses` (default: its own), in order of writing.

        A cell that was computed again, after a failure for example, is there with its last attempt only.
        """
        rows = self._journal.read()
        run = self._last_run(rows)
        wanted = set(run.data.get("addresses", {}).values() if addresses is None else addresses)
        return [run, *_last_attempts([row for row in rows if row.cell and row.cell in wanted])]

    def file(self, record: Record) -> Path:
        """Where the content of an array or model record lies."""
        return stored_path(self.path, record)

    def load_array(self, record: Record) -> np.ndarray:
        """The numbers of an array record, stored or not yet."""
        return record.content if record.content is not None else read_array(self.file(record))

    def lost(self) -> list[str]:
        """What is wrong with each array of the records whose file is gone or was altered."""
        told = []
        for record in (row for row in self.records() if row.kind == "array"):
            try:
                self.load_array(record)
            except DataFileError as error:
                told.append(str(error))
        return told

    def to_pandas(self) -> "DataFrame":
        """One row a record: kind, cell, name, a metric's value and interval, labels, and all of its data."""
        try:
            import pandas
        except ImportError:
            raise BadInputError("to_pandas needs pandas, which is not installed: pip install pandas") from None
        records = self.records()
        names = _cell_names(records[0])
        return pandas.DataFrame([_row(record, names) for record in records])

    def __repr__(self) -> str:
        try:
            return f"RunFolder({str(self.path)!r}: {_progress(self.records())})"
        except DataFileError as error:
            return f"RunFolder({error})"

    def _repr_html_(self) -> str:
        try:
            records = self.records()
        except DataFileError as error:
            return f"<p>{escape(str(error))}</p>"
        names = _cell_names(records[0])
        metrics = [record for record in records if record.kind == "metric"]
        rows = [(names.get(r.cell, r.cell), r.name, measured(r.data), _labels(r)) for r in metrics[:_N_SHOWN]]
        more = f"<p>and {len(metrics) - _N_SHOWN} more metrics</p>" if len(metrics) > _N_SHOWN else ""
        return table(f"{self.path}: {_progress(records)}", ("part", "metric", "value", "of"), rows) + more

    def _last_run(self, rows: list[Record]) -> Record:
        for row in reversed(rows):
            if row.kind == "run":
                return row
        raise DataFileError(f"{self.path}: not a run (records.jsonl has no 'run' record); compute the run anew")


def open_run(path: Path | str) -> RunFolder:
    """What did this run find? Opens a run's folder for reading.

    Parameters
    ----------
    path : path
        The folder that `tasvir run` named at its end.

    Returns
    -------
    RunFolder
        `.records()`, `.load_array(record)`, `.file(record)`, `.to_pandas()`.

    Raises
    ------
    DataFileError
        The folder is missing, is not a run, or a line of its records is damaged.

    Notes
    -----
    Our own.

    Examples
    --------
    >>> open_run("no/such/folder")
    Traceback (most recent call last):
        ...
    tasvir.contracts.errors.DataFileError: no/such/folder: no such folder; give the folder of a run
    """
    return RunFolder.open(Path(path))


def _cell_names(run: Record) -> dict[str, str]:
    """The name of the cell at each of a run's addresses."""
    return {address: name for name, address in run.data.get("addresses", {}).items()}


def _progress(records: Sequence[Record]) -> str:
    return progress(records[0].data, [record.kind for record in records])


def _labels(record: Record) -> str:
    return ", ".join(f"{key}={value}" for key, value in (record.data.get("labels") or {}).items())


def _must_be_run(record: Record) -> None:
    if record.kind != "run":
        raise BadInputError(f"a run begins with a record of kind 'run', not {record.kind!r}")


def _last_attempts(rows: list[Record]) -> list[Record]:
    """Without what an earlier attempt at the same cell left: an attempt ends with 'cell' or 'failure'."""
    attempt: dict[str, int] = {}
    numbered = []
    for row in rows:
        numbered.append((attempt.get(row.cell, 0), row))
        if row.kind in _CLOSING:
            attempt[row.cell] = attempt.get(row.cell, 0) + 1
    last = {row.cell: number for number, row in numbered}
    return [row for number, row in numbered if number == last[row.cell]]


def _row(record: Record, names: dict[str, str]) -> dict[str, Any]:
    """A record as one flat row of the table."""
    data = record.data
    numbers = {key: data.get(key) for key in ("value", "low", "high", "n", "unit", "method")}
    cell = names.get(record.cell, record.cell)
    return {
        "kind": record.kind,
        "cell": cell,
        "name": record.name,
        **numbers,
        "labels": data.get("labels"),
        "data": data,
    }
