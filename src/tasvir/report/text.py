"""The report in plain text: three lines for the terminal, or all of it."""

import textwrap

from tasvir.report.document import Block, Drawing, Prose, Report, Table
from tasvir.report.words.language import DIRECTIONS, NBSP, Language, language
from tasvir.report.words.message import Words

_PLAIN = {ord(NBSP): " "} | dict.fromkeys(map(ord, DIRECTIONS))


def summary_lines(report: Report, words: Language | None = None) -> tuple[str, ...]:
    """What the terminal says at the end: the data, what was learned of them, and whether generating more helps."""
    words = words or language()
    told: dict[str, list[str]] = {}
    for chapter in report.chapters:
        if chapter.line is not None and chapter.headline is not None:
            told.setdefault(words(chapter.line), []).append(words(chapter.headline))
    return tuple(_headed(name, " ".join(headlines)) for name, headlines in told.items())


def report_text(report: Report, words: Language | None = None) -> str:
    """The whole report without its pictures."""
    words = words or language()
    lines = [report.title, "=" * len(report.title), " · ".join(map(words, report.details)), ""]
    lines += [_headed(words(c.title), words(c.headline)) for c in report.chapters if c.headline is not None]
    for chapter in report.chapters:
        title = words(chapter.title)
        lines += ["", title, "-" * len(title)]
        for block in chapter.blocks:
            lines += ["", *_block(block, report, words)]
    return plain_spaces("\n".join(lines)) + "\n"


def caption_of(block: Table | Drawing, report: Report, words: Language) -> str:
    """'Table 2. What is in it.'"""
    return f"{words(report.label(block))}. {words(block.caption)}"


def plain_spaces(text: str) -> str:
    """No-break spaces and marks of direction are for the page; a terminal and a CSV file get ordinary spaces and none."""
    return text.translate(_PLAIN)


def _headed(name: str, words: str) -> str:
    return plain_spaces(f"{name} {words}" if name.endswith(("?", "؟")) else f"{name}: {words}")


def _block(block: Block, report: Report, words: Language) -> list[str]:
    if isinstance(block, Prose):
        if block.role == "list":
            return [line for s in block.sentences for line in _wrapped(f"- {words(s)}")]
        mark = "! " if block.role == "trouble" else ""
        return _wrapped(mark + " ".join(words(s).strip() for s in block.sentences))
    if isinstance(block, Drawing):
        return _wrapped(f"[{caption_of(block, report, words)}]")
    return [*_wrapped(caption_of(block, report, words)), *_rows(block, words)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 100, break_on_hyphens=False)


def _rows(table: Table, words: Language) -> list[str]:
    rows: list[tuple[str, ...]] = [_written(row, words) for row in (table.columns, *table.rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _written(cells: tuple[Words, ...], words: Language) -> tuple[str, ...]:
    return tuple(map(words, cells))
