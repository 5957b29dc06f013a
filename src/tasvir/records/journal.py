"""Records as lines of one file: an append is there whole or not at all.

Each line says in `left` how many lines of the same append follow it. An append that a kill broke off, in a line
or between two, therefore shows at the end of the file: it is not read, and cut off before the next append.

Each line ends in its `chain`: the hash of the line before it and of its own content. A line that was altered, removed or moved
is therefore noticed, all but the last appends: without them a run is one that was stopped earlier. Lines of older versions have
no chain and are read as they are; none follows one that has.
"""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

from tasvir.contracts.atomic import full_disk_told
from tasvir.contracts.errors import BadTypeError, DataFileError, TasvirError
from tasvir.records.record import Record

#: How a line ends, after its content.
_TAIL, _CHAINED = b',"chain":"%s"}', re.compile(rb',"chain":"([0-9a-f]{16})"\}$')


class Journal:
    """Which records have been written so far? One writer at a time, any number of readers."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._chain: str | None = None  # that of the last line; None where the end of the file is not known to be sound

    def append(self, records: Sequence[Record]) -> None:
        """Write all the records in one go: append, flush to the disk, return."""
        if not records:
            return
        chain = self._cut_broken_end() if self._chain is None else self._chain
        lines = []
        for left, record in zip(reversed(range(len(records))), records, strict=True):
            line, chain = _to_line(record, left, chain)
            lines.append(line)
        self._chain = None  # until the write is known to be whole
        with full_disk_told(self.path):
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                _write_all(handle, b"".join(lines))
                os.fsync(handle)
            finally:
                os.close(handle)
        self._chain = chain

    def read(self) -> list[Record]:
        """All records of whole appends, in the order they were written."""
        return self._read()[0]

    def _read(self) -> tuple[list[Record], int, str]:
        """The records, the byte at which the last whole append ends, and the chain there."""
        try:
            raw = self.path.read_bytes()
        except OSError as error:
            raise DataFileError(f"{self.path}: cannot be read ({error.strerror})") from None
        records, kept, end, position, chain, last = [], 0, 0, 0, "", ""
        lines = raw.split(b"\n")[:-1]  # what follows the last newline is torn
        for number, line in enumerate(lines, 1):
            position += len(line) + 1
            try:
                record, left = _from_line(line)
            except (ValueError, KeyError, TypeError, RecursionError, TasvirError):
                raise self._spoilt(number, lines, "is damaged") from None
            if not _follows(line, chain):
                raise self._spoilt(number, lines, "was altered, or one before it altered or removed")
            records.append(record)
            chain = _chain_of(line)
            if left == 0:
                kept, end, last = len(records), position, chain
        return records[:kept], end, last

    def _spoilt(self, number: int, lines: list[bytes], what: str) -> DataFileError:
        return DataFileError(f"{self.path}: line {number} of {len(lines)} {what}; restore it, or compute the run anew")

    def _cut_broken_end(self) -> str:
        """The chain at the end of the last whole append, which becomes the end of the file."""
        if not self.path.exists():
            return ""
        _, end, chain = self._read()
        if end < self.path.stat().st_size:
            os.truncate(self.path, end)
        return chain


def _write_all(handle: int, raw: bytes) -> None:
    """One write; the loop only serves a system that takes less than it was given."""
    view = memoryview(raw)
    while view:
        view = view[os.write(handle, view) :]


def _to_line(record: Record, left: int, before: str) -> tuple[bytes, str]:
    """The line of a record after one whose chain is `before`, and its own chain."""
    row = {"left": left, "kind": record.kind, "name": record.name, "cell": record.cell, "data": record.data}
    content = json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()[:-1]
    chain = _link(before, content)
    return content + _TAIL % chain.encode() + b"\n", chain


def _link(before: str, content: bytes) -> str:
    return hashlib.sha256(before.encode() + content).hexdigest()[:16]


def _follows(line: bytes, before: str) -> bool:
    """Whether a line is the one that was written after one whose chain is `before`."""
    chain = _chain_of(line)
    if not chain:
        return not before  # of an older version, as all lines before it
    return chain == _link(before, line[: -len(_TAIL % chain.encode())])


def _chain_of(line: bytes) -> str:
    """The chain that a line ends in; '' where it has none."""
    found = _CHAINED.search(line)
    return found[1].decode() if found else ""


def _from_line(line: bytes) -> tuple[Record, int]:
    row = json.loads(line.decode())
    if not isinstance(row["data"], dict) or not all(isinstance(row[key], str) for key in ("kind", "name", "cell")):
        raise BadTypeError("not a record")
    return Record(row["kind"], row["name"], row["cell"], row["data"]), int(row["left"])
