"""Each figure, table and caption as a file of its own, for a paper or a talk."""

import csv
import io
from pathlib import Path

import numpy as np

from tasvir.contracts.atomic import atomic_file
from tasvir.contracts.plain import harmless_cell
from tasvir.report.document import Drawing, Explorer, Figure, Frames, Report, Table
from tasvir.report.drawing import figure_files
from tasvir.report.plots.pictures import near_square, picture_square
from tasvir.report.text import caption_of, plain_spaces
from tasvir.report.words.language import Language
from tasvir.report.words.message import Shown, Words


def export_figures(report: Report, folder: Path, words: Language) -> None:
    """Write figures as PNG and SVG, a slider's frames as PNG, tables as CSV, each with its caption; other files there stay."""
    for block in (*report.blocks(Drawing), *report.blocks(Table)):
        kind, number = "table" if isinstance(block, Table) else "figure", report.number(block)
        caption = plain_spaces(caption_of(block, report, words) + "\n").encode()
        for end, content in (*_files(block, words).items(), (".txt", caption)):
            with atomic_file(folder / f"{kind}-{number:02d}-{block.name}{end}") as part:
                part.write_bytes(content)


def _files(block: Table | Drawing, words: Language) -> dict[str, bytes]:
    """What a block is exported as, by how the file's name ends."""
    if isinstance(block, Table):
        return {".csv": _csv(block, words)}
    figure = _still(block)
    files = {f".{kind}": content for kind, content in figure_files(figure, words).items()}
    return files | _each_frame(block) if isinstance(block, Frames) else files


def _still(block: Drawing) -> Figure:
    """What is left of it where nothing moves: the last frames, the square of images."""
    if isinstance(block, Figure):
        return block
    if isinstance(block, Explorer):
        return Figure(block.name, block.caption, block.alt, (block.still,))
    panels = [picture_square(series.named(series.frames[-1]), series.frames[-1].images) for series in block.series]
    return Figure(block.name, block.caption, block.alt, tuple(panels), panel_rem=13.0)


def _each_frame(block: Frames) -> dict[str, bytes]:
    """'-02-05.png' is the fifth frame of the second series."""
    return {
        f"-{i:02d}-{j:02d}.png": _png(near_square(frame.images))
        for i, series in enumerate(block.series, start=1)
        for j, frame in enumerate(series.frames, start=1)
    }


def _png(picture: np.ndarray) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(picture).save(out, format="PNG")
    return out.getvalue()


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
