"""The page of layers, or of a comparison of layers over sequences: it comes from a command, and from no run."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasvir import __version__
from tasvir.contracts.atomic import atomic_file
from tasvir.report.chapters.layer_costs import cost_chapters
from tasvir.report.chapters.layers import check_chapter, layer_chapters
from tasvir.report.document import Report, assemble
from tasvir.report.html import report_html
from tasvir.report.words.language import Language
from tasvir.report.words.message import Words, say


def layer_report(facts: Mapping[str, Any], *, title: str = "") -> Report:
    """The document of the layers that a table's plain values tell, with a `check` where there is one."""
    chapters = layer_chapters(facts)
    if facts.get("check"):
        chapters = (check_chapter(facts["check"]), *chapters)
    ends = [size for size in (facts["input"], *(row["output"] for row in facts["layers"][-1:])) if size]
    return drawn_from(chapters, title or " → ".join("×".join(map(str, size)) for size in ends))


def cost_report(facts: Mapping[str, Any]) -> Report:
    """The document of a comparison."""
    title = ", ".join(row["layer"] for row in facts["compare"])
    return drawn_from(cost_chapters(facts), title)


def drawn_from(chapters: tuple[Any, ...], title: str, details: tuple[Words, ...] = ()) -> Report:
    """A report that knows of no run."""
    origin = say("Drawn by Tasvir {version} from the command's own results.", version=__version__)
    return dataclasses.replace(assemble(title, details, chapters), origin=origin)


def write_page(report: Report, path: Path, words: Language) -> None:
    """The page as one file, whole or not at all."""
    with atomic_file(path) as part:
        part.write_text(report_html(report, words), encoding="utf-8")
