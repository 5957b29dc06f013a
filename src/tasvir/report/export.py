"""Each figure, table and caption as a file of its own, for a paper or a talk."""

import csv
import io
from pathlib import Path

from tasvir.contracts.atomic import atomic_file
from tasvir.contracts.plain import harmless_cell
from tasvir.report.document import Figure, Report, Sentence, Table
from tasvir.report.drawing import figure_files
from tasvir.report.numbers import Shown
from tasvir.report.text import plain_spaces


def export_figures(report: Report, folder: Path) -> None:
    """Write figures as PNG and SVG, tables as CSV, each with its caption as text; other files there stay."""
    for block in (*report.blocks(Figure), *report.blocks(Table)):
        label = report.label(block)
        kind, number = label.split()
        files = figure_files(block) if isinstance(block, Figure) else {"csv": _csv(block)}
        files["txt"] = plain_spaces(f"{label}. {block.caption}\n").encode()
        for suffix, content in files.items():
            with atomic_file(folder / f"{kind.lower()}-{int(number):02d}-{block.name}.{suffix}") as part:
                part.write_bytes(content)


def _csv(table: Table) -> bytes:
    """Words as on the page; numbers as recorded (shares are 0..1), the ends of an interval in columns of their own."""
    out = io.StringIO(newline="")
    columns = [_column(name, cells) for name, cells in zip(table.columns, zip(*table.rows, strict=True), strict=True)]
    csv.writer(out).writerows(zip(*(line for column in columns for line in column), strict=True))
    return out.getvalue().encode()


def _column(name: str, cells: tuple[str | Shown | Sentence, ...]) -> list[list[str]]:
    """One column of the file, or three where a number has an interval; each begins with its head."""
    readings = [cell.reading if isinstance(cell, Shown) else None for cell in cells]
    values = [_word(cell) if reading is None else f"{reading.value:.7g}" for cell, reading in zip(cells, readings, strict=True)]
    if all(reading is None or reading.low is None for reading in readings):
        return [[name, *values]]
    ends = [
        [f"{name} {end}", *("" if reading is None else _number(getattr(reading, end)) for reading in readings)]
        for end in ("low", "high")
    ]
    return [[name, *values], *ends]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.7g}"


def _word(cell: str | Shown | Sentence) -> str:
    return harmless_cell(plain_spaces(str(cell)))
