"""The report in plain text: three lines for the terminal, or all of it."""

import textwrap

from tasvir.report.document import Figure, Prose, Report, Table
from tasvir.report.numbers import NBSP


def summary_lines(report: Report) -> tuple[str, ...]:
    """What the terminal says at the end: the data, what was learned of them, and whether generating more helps."""
    told: dict[str, list[str]] = {}
    for chapter in report.chapters:
        if chapter.line and chapter.headline is not None:
            told.setdefault(chapter.line, []).append(str(chapter.headline))
    return tuple(_headed(name, " ".join(headlines)) for name, headlines in told.items())


def report_text(report: Report) -> str:
    """The whole report without its pictures."""
    lines = [report.title, "=" * len(report.title), " · ".join(report.details), ""]
    lines += [_headed(c.title, str(c.headline)) for c in report.chapters if c.headline is not None]
    for chapter in report.chapters:
        lines += ["", chapter.title, "-" * len(chapter.title)]
        for block in chapter.blocks:
            lines += ["", *_block(block, report)]
    return plain_spaces("\n".join(lines)) + "\n"


def plain_spaces(text: str) -> str:
    """No-break spaces are for the page; a terminal and a CSV file get ordinary ones."""
    return text.replace(NBSP, " ")


def _headed(name: str, words: str) -> str:
    return plain_spaces(f"{name} {words}" if name.endswith("?") else f"{name}: {words}")


def _block(block: Prose | Table | Figure, report: Report) -> list[str]:
    if isinstance(block, Prose):
        if block.role == "list":
            return [line for s in block.sentences for line in _wrapped(f"- {s}")]
        mark = "! " if block.role == "trouble" else ""
        return _wrapped(mark + " ".join(str(s).strip() for s in block.sentences))
    caption = f"{report.label(block)}. {block.caption}"
    if isinstance(block, Figure):
        return _wrapped(f"[{caption}]")
    return [*_wrapped(caption), *_rows(block)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 100, break_on_hyphens=False)


def _rows(table: Table) -> list[str]:
    rows = [table.columns, *(tuple(map(str, row)) for row in table.rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
