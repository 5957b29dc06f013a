"""A person's own table of layers, from a CSV or JSON file: the cells that can be held against the right ones."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tasvir.contracts.errors import DataFileError
from tasvir.contracts.plain import plain_text
from tasvir.nets.arithmetic.sizes import CROSS, latin

#: Quantity -> what else its column may be called.
COLUMNS = {
    "layer": ("name", "لایه"),
    "output": ("output_size", "size", "shape", "output_shape", "خروجی", "اندازه"),
    "parameters": ("params", "param", "weights", "پارامتر", "پارامترها"),
    "trainable": ("trainable_parameters",),
    "not_trainable": ("non_trainable", "not_trainable_parameters"),
    "multiply_adds": ("mult_adds", "macs"),
    "activation_bytes": (),
    "receptive_field": ("field",),
}
#: These are sizes of several numbers, the others are one number.
SIZES = ("output", "receptive_field")
MOST_BYTES = 1_000_000
#: Rows that are no layers, by the first word of their name.
NO_LAYERS = ("input", "total", "ورودی", "جمع", "مجموع")
Numbers = tuple[int, ...]
Answer = Mapping[str, Numbers | None]


def read_answers(path: Path) -> tuple[list[Answer], int | None]:
    """The cells of each layer by quantity (None: an empty one), and the total where the table has one."""
    rows = _json_rows(path) if path.suffix.lower() == ".json" else _csv_rows(path)
    found: list[Answer] = []
    total = None
    for number, row in enumerate(rows, start=1):
        name = str(row.get("layer") or "").strip().lower()
        cells = {
            column: _numbers(path, number, column, value=value)
            for column, value in row.items()
            if column in COLUMNS and column != "layer"
        }
        if name.startswith(NO_LAYERS):
            given = cells.get("parameters")
            total = given[0] if given and not name.startswith(("input", "ورودی")) else total
        else:
            found.append(cells)
    if not found:
        raise DataFileError(f"{path} has no rows of layers: write one row a layer, with columns layer, output, parameters")
    return found, total


def _csv_rows(path: Path) -> list[dict[str, Any]]:
    lines = _text(path).splitlines()
    head = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=lambda sign: sum(_column(cell) in COLUMNS for cell in head.split(sign)))
    columns, *rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(cell.strip() for cell in row)] or [[]]
    names = [_column(cell) for cell in columns]
    _must_be_known(path, names)
    if wrong := [number for number, row in enumerate(rows, start=1) if len(row) != len(names)]:
        raise DataFileError(
            f"{path}: row {wrong[0]} has {len(rows[wrong[0] - 1])} cells and the head {len(names)}: put a number with commas "
            "into quotes, or leave its commas out"
        )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _json_rows(path: Path) -> list[dict[str, Any]]:
    try:
        told = json.loads(_text(path))
    except (json.JSONDecodeError, RecursionError):
        raise DataFileError(
            f'{path} is no JSON: write {{"layers": [{{"layer": ..., "output": ..., "parameters": ...}}]}}'
        ) from None
    layers = told.get("layers") if isinstance(told, dict) else told
    if not isinstance(layers, list) or not all(isinstance(row, dict) for row in layers):
        raise DataFileError(
            f'{path} has no list of layers: write {{"layers": [{{"layer": ..., "output": ..., "parameters": ...}}]}}'
        )
    rows = [{_column(str(key)): value for key, value in row.items()} for row in layers]
    _must_be_known(path, [key for row in rows for key in row])
    total = told.get("total") if isinstance(told, dict) else None
    return rows if total is None else [*rows, {"layer": "total", "parameters": total}]


def _text(path: Path) -> str:
    if not path.is_file():
        raise DataFileError(f"{path} is no file: give a CSV or JSON file with columns layer, output, parameters")
    if path.stat().st_size > MOST_BYTES:
        raise DataFileError(f"{path} is larger than a table of layers: give one of at most {MOST_BYTES:,} bytes")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataFileError(f"{path} is no text of UTF-8: save it as such") from None


def _column(head: str) -> str:
    """The quantity that a column holds, by any of its names; an unknown one as it is."""
    name = re.sub(r"[\s_-]+", "_", head.strip().lower())
    return next((column for column, others in COLUMNS.items() if name in (column, *others)), name)


def _must_be_known(path: Path, names: Sequence[str]) -> None:
    if not set(names) & (set(COLUMNS) - {"layer"}):
        raise DataFileError(f"{path} has none of the columns {', '.join(COLUMNS)}: name them in its first row")


def _numbers(path: Path, row: int, column: str, *, value: Any) -> Numbers | None:
    """What a cell holds: in any figures, with any separators of thousands."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    parts = value if isinstance(value, list) else CROSS.split(str(value)) if column in SIZES else [value]
    plain = [re.sub(r"[\s,٬،'_\u00a0\u202f]", "", latin(str(part))) for part in parts]
    if not all(part.isdecimal() and len(part) < 20 for part in plain) or not 1 <= len(plain) <= 3:
        example = "124x124x32" if column in SIZES else "51,232"
        raise DataFileError(f"{path}: row {row}, {column}: {plain_text(str(value)[:30])!r} cannot be read: write as {example}")
    return tuple(map(int, plain))
