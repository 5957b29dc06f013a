"""Each figure, table and caption as a file of its own, for a paper or a talk."""

import csv
import io
from pathlib import Path

from tasvir.contracts.atomic import atomic_file
from tasvir.contracts.plain import harmless_cell
from tasvir.report.document import Figure, Report, Table
from tasvir.report.drawing import figure_files
from tasvir.report.text import caption_of, plain_spaces
from tasvir.report.words.language import Language
from tasvir.report.words.message import Shown, Words


def export_figures(report: Report, folder: Path, words: Language) -> None:
    """Write figures as PNG and SVG, tables as CSV, each with its caption as text; other files there stay."""
    for block in (*report.blocks(Figure), *report.blocks(Table)):
        kind, number = type(block).__name__.lower(), report.number(block)
        files = figure_files(block, words) if isinstance(block, Figure) else {"csv": _csv(block, words)}
        files["txt"] = plain_spaces(caption_of(block, report, words) + "\n").encode()
        for suffix, content in files.items():
            with atomic_file(folder / f"{kind}-{number:02d}-{block.name}.{suffix}") as part:
                part.write_bytes(content)


def _csv(table: Table, words: Language) -> bytes:
    """Words as on the page; numbers as recorded (shares are 0..1), the ends of an interval in columns of their own."""
    out = io.StringIO(newline="")
    columns = [
        _column(plain_spaces(words(name)), cells, words)
        for name, cells in zip(table.columns, zip(*table.rows, strict=True), strict=True)
    ]
    csv.writer(out).writerows(zip(*(line for column in columns for line in column), strict=True))
    return out.getvalue().encode()


def _column(name: str, cells: tuple[Words, ...], words: Language) -> list[list[str]]:
    """One column of the file, or three where a number has an interval; each begins with its head."""
    readings = [cell.reading if isinstance(cell, Shown) else None for cell in cells]
    values = [
        harmless_cell(plain_spaces(words(cell))) if reading is None else f"{reading.value:.7g}"
        for cell, reading in zip(cells, readings, strict=True)
    ]
    if all(reading is None or reading.low is None for reading in readings):
        return [[name, *values]]
    ends = [
        [f"{name} {end}", *("" if reading is None else _number(getattr(reading, end)) for reading in readings)]
        for end in ("low", "high")
    ]
    return [[name, *values], *ends]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.7g}"
