"""A small CSV table with a header: columns by name, every row of the same length."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from tasvir.contracts.errors import DataFileError
from tasvir.data.files import open_plain


@dataclass(frozen=True)
class Table:
    """The rows of a file as words; `lines` are the line numbers at which they end."""

    path: Path
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    def column(self, name: str, flag: str) -> list[str]:
        """One column's words; `flag` is the option that chooses another one."""
        if name not in self.header:
            raise DataFileError(f"{self.path} has no column {name!r} ({', '.join(self.header)}): choose with {flag}")
        position = self.header.index(name)
        return [row[position].strip() for row in self.rows]


def read_table(path: Path) -> Table:
    """A CSV file (also gzipped, comma, semicolon or tab) as words."""
    with open_plain(path) as file:
        content = file.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataFileError(f"{path} is no UTF-8 text (byte {error.start}): save it as UTF-8") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines = [], []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise DataFileError(f"{path} line {reader.line_num} is no CSV ({error}): repair that line") from None
    if len(rows) < 2:
        raise DataFileError(f"{path} has no rows: write a header and one row an image")
    header = [cell.strip() for cell in rows[0]]
    for row, line in zip(rows[1:], lines[1:], strict=True):
        if len(row) != len(header):
            raise DataFileError(f"{path} line {line} has {len(row)} cells instead of {len(header)}: repair that line")
    return Table(path, header, rows[1:], lines[1:])
