"""Everything that is needed to repeat the run: question, settings, assumptions, versions, machine, cells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tasvir.report.cells import UNFINISHED, Cells, Reading
from tasvir.report.document import Chapter, Prose, Table, say
from tasvir.report.numbers import MISSING, Shown, plain, seconds

NAME, TITLE = "appendix", "Appendix"
_QUESTION = ("command", "study", "data", "seed", "threads", "started")
_TABLES = (
    ("settings", "All settings of the run.", ("Setting", "Value")),
    ("versions", "Versions of what it ran on.", ("Package", "Version")),
    ("machine", "The machine.", ("Property", "Value")),
)


@dataclass(frozen=True)
class AppendixSummary:
    """The run record, and for each cell its address, seconds, parameters and what went wrong."""

    run: Mapping[str, Any]
    cells: tuple[tuple[str, str, Reading | None, Mapping[str, Any], str | None], ...] = field(default=())


def summarise(cells: Cells) -> AppendixSummary | None:
    """What the run says of itself."""
    addresses = cells.run.get("addresses", {})
    rows = tuple(
        (name, str(addresses.get(name, "")), cells.elapsed(name), cells.parameters(name), cells.problem(name))
        for name in cells.names()
    )
    return AppendixSummary(cells.run, rows)


def compose(summary: AppendixSummary) -> Chapter:
    """The chapter as it is read."""
    run = summary.run
    asked = [(name.capitalize(), Shown(plain(run[name]), f"run {name}")) for name in _QUESTION if name in run]
    blocks: list = [Table("question", "What was asked.", ("Property", "Value"), tuple(asked))] if asked else []
    for name, caption, columns in _TABLES:
        rows = tuple((key, Shown(plain(value), f"run {name}.{key}")) for key, value in flat(run.get(name) or {}))
        if rows:
            blocks.append(Table(name, caption, columns, rows))
    if run.get("assumptions"):
        words = tuple(say("{words}", words=f"{str(text).rstrip('.')}.") for text in run["assumptions"])
        blocks += [Prose((say("What the run takes for granted:"),)), Prose(words, "list")]
    if summary.cells:
        blocks.append(_cells_table(summary))
    return Chapter(NAME, TITLE, tuple(blocks))


def _cells_table(summary: AppendixSummary) -> Table:
    rows = []
    for name, address, elapsed, parameters, problem in summary.cells:
        asked = ", ".join(f"{key} = {plain(value)}" for key, value in flat(parameters))
        state = seconds(elapsed) if problem is None else "not finished" if problem == UNFINISHED else "failed"
        rows.append((name, asked, state, Shown(address[:12], f"run addresses.{name}") if address else MISSING))
    caption = "The parts of the run, what each was asked to do, its time and the beginning of its address."
    return Table("cells", caption, ("Part", "Parameters", "Time", "Address"), tuple(rows))


def flat(mapping: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Nested settings as dotted names: {'net': {'hidden': 5}} is [('net.hidden', 5)]."""
    pairs: list[tuple[str, Any]] = []
    for key, value in mapping.items():
        pairs += flat(value, f"{before}{key}.") if isinstance(value, Mapping) and value else [(before + key, value)]
    return pairs
