"""A folder of images and a CSV table that says what each one is."""

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.files import open_plain
from tasvir.data.labels import PART_WORDS
from tasvir.data.options import LoadOptions
from tasvir.data.raw import Facts, Raw
from tasvir.data.readers.images import by_patient, images_of
from tasvir.data.readers.walk import images_below, names_below
from tasvir.data.rules import told

FILE_COLUMN, LABEL_COLUMN = "file", "label"


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
        if self.header.count(name) > 1:
            raise DataFileError(f"{self.path} has the column {name!r} twice: give one of them another name")
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


def read_manifest(folder: Path, manifest: Path, options: LoadOptions) -> Raw:
    """One row an image: its file below the folder, its label, and where named its group and part."""
    path = _find_table(folder, manifest)
    table = read_table(path)
    files = _find_images(folder, table, table.column(options.file_column or FILE_COLUMN, "file_column"), options=options)
    label_column = options.label_column or LABEL_COLUMN
    labels = _filled(table, label_column, flag="label_column", empty=options.empty_label)
    groups = split = None
    if options.group_column is not None:
        groups = np.array(_filled(table, options.group_column, flag="group_column"))
    if options.split_column is not None:
        split = _parts(table, _filled(table, options.split_column, flag="split_column"))
    place = folder.resolve()
    pixels = images_of(files, f"{place} by {path.resolve()}")
    raw = Raw(
        facts=Facts(place.name, str(folder), about=told("manifest", table=path.name, column=label_column)),
        pixels=pixels,
        labels=np.array(labels),
        split=split,
        groups=groups,
        names=names_below(folder, files),
    )
    return by_patient(raw, pixels)


def _find_table(folder: Path, manifest: Path) -> Path:
    """The manifest in the folder, or from where the caller stands."""
    for path in (folder / manifest, manifest):
        if path.is_file():
            return path
    what = "is a folder" if (folder / manifest).is_dir() else "does not exist"
    raise DataFileError(f"{folder / manifest} {what}: give the name of a CSV file")


def _filled(table: Table, column: str, *, flag: str, empty: str | None = None) -> list[str]:
    """The cells of a column, the empty ones replaced by `empty`."""
    cells = table.column(column, flag)
    if empty is None:
        for cell, line in zip(cells, table.lines, strict=True):
            if not cell:
                remedy = "say with empty_label what it means" if flag == "label_column" else "fill it"
                raise DataFileError(f"{table.path} line {line} has nothing in column {column!r}: {remedy}")
    return [cell or empty or "" for cell in cells]


def _parts(table: Table, words: list[str]) -> np.ndarray:
    for word, line in zip(words, table.lines, strict=True):
        if word.lower() not in PART_WORDS:
            known = ", ".join(PART_WORDS)
            raise DataFileError(f"{table.path} line {line} names the part {word!r}: use one of {known}")
    return np.array([PART_WORDS[word.lower()] for word in words])


def _find_images(folder: Path, table: Table, names: list[str], *, options: LoadOptions) -> list[Path]:
    """The image of each row: by its path below the folder, its file name or its stem."""
    by_name: dict[str, list[Path]] = defaultdict(list)
    for path in images_below(folder, folder, follow_links=options.follow_links):
        relative = path.relative_to(folder)
        for name in {relative.as_posix(), relative.with_suffix("").as_posix(), path.name, path.stem}:
            by_name[name].append(path)
    found: dict[Path, int] = {}
    for name, line in zip(names, table.lines, strict=True):
        path = _one(by_name, name, folder=folder, where=f"{table.path} line {line}")
        if path in found:
            raise DataFileError(f"{table.path} names {name!r} in lines {found[path]} and {line}: one row an image, remove one")
        found[path] = line
    return list(found)


def _one(by_name: dict[str, list[Path]], name: str, *, folder: Path, where: str) -> Path:
    if Path(name).is_absolute() and Path(name).is_relative_to(folder.resolve()):
        name = str(Path(name).relative_to(folder.resolve()))
    places = by_name.get(Path(name).as_posix() if name else "", [])
    exact = [path for path in places if path.relative_to(folder).as_posix() == name]
    if len(exact or places) == 1:
        return (exact or places)[0]
    if places:
        both = " and ".join(str(path.relative_to(folder)) for path in places[:2])
        raise DataFileError(f"{where} names {name!r}, which fits {both}: write the path in the folder")
    raise DataFileError(f"{where} names {name!r}, and no image below {folder} is called so: check the name")
