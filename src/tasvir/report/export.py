"""Each figure, table and caption as a file of its own, for a paper or a talk."""

import csv
import io
from pathlib import Path

from tasvir.contracts.atomic import atomic_file
from tasvir.report.document import Figure, Report, Table
from tasvir.report.drawing import figure_files
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
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([plain_spaces(str(cell)) for cell in row] for row in table.rows)
    return out.getvalue().encode()
