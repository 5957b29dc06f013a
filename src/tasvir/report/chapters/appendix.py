"""Everything that is needed to repeat the run: question, settings, assumptions, versions, machine, cells."""

from collections.abc import Mapping
from typing import Any

from tasvir.report.cells import UNFINISHED, Cells
from tasvir.report.document import Block, Chapter, Table, chapter, prose, table
from tasvir.report.numbers import MISSING, plain, seconds
from tasvir.report.words.message import Sentence, Words, listed, literal, say

NAME, TITLE = "appendix", say("Appendix")
_QUESTION = {
    "command": say("Command"),
    "study": say("Study"),
    "data": say("Data"),
    "seed": say("Seed"),
    "threads": say("Threads"),
    "started": say("Started"),
}
_TABLES = (
    ("settings", say("All settings of the run."), (say("Setting"), say("Value"))),
    ("versions", say("Versions of what it ran on."), (say("Package"), say("Version"))),
    ("machine", say("The machine."), (say("Property"), say("Value"))),
)


def compose(cells: Cells) -> Chapter:
    """The chapter as it is read."""
    run = cells.run
    asked = ((title, plain(run[name], f"run {name}")) for name, title in _QUESTION.items() if name in run)
    blocks: list[Block | None] = [table("question", say("What was asked."), columns=(say("Property"), say("Value")), rows=asked)]
    for name, caption, columns in _TABLES:
        rows = ((literal(key), plain(value, f"run {name}.{key}")) for key, value in flat(run.get(name) or {}))
        blocks.append(table(name, caption, columns=columns, rows=rows))
    taken = [Sentence(words) for words in cells.assumptions]
    blocks += [prose(say("What the run takes for granted:") if taken else None), prose(*taken, role="list"), _cells_table(cells)]
    return chapter(NAME, TITLE, *blocks)


def _cells_table(cells: Cells) -> Table | None:
    addresses = cells.run.get("addresses", {})
    rows = []
    for name in cells.names():
        problem, address = cells.problem(name), str(addresses.get(name, ""))
        asked = listed((literal(f"{key} = {value}") for key, value in flat(cells.parameters(name))), ", ")
        state: Words = seconds(cells.elapsed(name))
        if problem is not None:
            state = say("not finished") if problem == UNFINISHED else say("failed")
        rows.append((literal(name), asked, state, literal(address[:12], f"run addresses.{name}") if address else MISSING))
    caption = say("The parts of the run, what each was asked to do, its time and the beginning of its address.")
    return table("cells", caption, columns=(say("Part"), say("Parameters"), say("Time"), say("Address")), rows=rows)


def flat(mapping: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    """Nested settings as dotted names: {'net': {'hidden': 5}} is [('net.hidden', 5)]."""
    pairs: list[tuple[str, Any]] = []
    for key, value in mapping.items():
        pairs += flat(value, f"{before}{key}.") if isinstance(value, Mapping) and value else [(before + key, value)]
    return pairs
