"""Records as lines of one file: an append is there whole or not at all.

Each line says in `left` how many lines of the same append follow it. An append that a kill broke off, in a line
or between two, therefore shows at the end of the file: it is not read, and cut off before the next append.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from tasvir.contracts.atomic import full_disk_told
from tasvir.contracts.errors import BadTypeError, DataFileError, TasvirError
from tasvir.records.record import Record


class Journal:
    """Which records have been written so far? One writer at a time, any number of readers."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._end_is_sound = False

    def append(self, records: Sequence[Record]) -> None:
        """Write all the records in one go: append, flush to the disk, return."""
        if not records:
            return
        if not self._end_is_sound:
            self._cut_broken_end()
        lines = [_to_line(record, len(records) - i) for i, record in enumerate(records, 1)]
        self._end_is_sound = False  # until the write is known to be whole
        with full_disk_told(self.path):
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                _write_all(handle, "".join(lines).encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        self._end_is_sound = True

    def read(self) -> list[Record]:
        """All records of whole appends, in the order they were written."""
        return self._read()[0]

    def _read(self) -> tuple[list[Record], int]:
        """The records and the byte at which the last whole append ends."""
        try:
            raw = self.path.read_bytes()
        except OSError as error:
            raise DataFileError(f"{self.path}: cannot be read ({error.strerror})") from None
        records, kept, end, position = [], 0, 0, 0
        lines = raw.split(b"\n")[:-1]  # what follows the last newline is torn
        for number, line in enumerate(lines, 1):
            position += len(line) + 1
            try:
                record, left = _from_line(line)
            except (ValueError, KeyError, TypeError, RecursionError, TasvirError):
                raise DataFileError(
                    f"{self.path}: line {number} of {len(lines)} is damaged; restore it, or compute the run anew"
                ) from None
            records.append(record)
            if left == 0:
                kept, end = len(records), position
        return records[:kept], end

    def _cut_broken_end(self) -> None:
        if not self.path.exists():
            return
        end = self._read()[1]
        if end < self.path.stat().st_size:
            os.truncate(self.path, end)


def _write_all(handle: int, raw: bytes) -> None:
    """One write; the loop only serves a system that takes less than it was given."""
    view = memoryview(raw)
    while view:
        view = view[os.write(handle, view) :]


def _to_line(record: Record, left: int) -> str:
    row = {"left": left, "kind": record.kind, "name": record.name, "cell": record.cell, "data": record.data}
    return json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"


def _from_line(line: bytes) -> tuple[Record, int]:
    row = json.loads(line.decode())
    if not isinstance(row["data"], dict) or not all(isinstance(row[key], str) for key in ("kind", "name", "cell")):
        raise BadTypeError("not a record")
    return Record(row["kind"], row["name"], row["cell"], row["data"]), int(row["left"])
