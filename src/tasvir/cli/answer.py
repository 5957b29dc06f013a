"""What a command gives back: words for people, or JSON on stdout with the words on stderr; and how far it is meanwhile.

On a terminal tables and progress are drawn by rich, which is loaded only there; pipes and files get plain lines.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TextIO

import typer

from tasvir.contracts.plain import plain_text

Json = Annotated[bool, typer.Option("--json", help="Results as JSON on stdout, words for people on stderr.")]

#: Hears how much of how many is done, and what else there is to say.
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Table:
    """Rows of equal keys; as text, aligned lines under a heading."""

    rows: Sequence[Mapping[str, Any]]

    @property
    def cells(self) -> list[list[str]]:
        """The heading and the rows, in words."""
        heading, *rows = [list(self.rows[0]), *([str(value) for value in row.values()] for row in self.rows)]
        return [[plain_text(word) for word in row] for row in (heading, *rows)]

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.cells, strict=True)]
        lines = ("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in self.cells)
        return "\n".join(line.rstrip() for line in lines)


def table(rows: Sequence[Mapping[str, Any]]) -> list[Table]:
    """Rows of equal keys as something to say; nothing where there are none."""
    return [Table(rows)] if rows else []


def answer(result: Any, words: Iterable[str | Table], *, as_json: bool) -> None:
    """Say `words`; with `as_json` they go to stderr and `result` goes to stdout."""
    stream = sys.stderr if as_json else sys.stdout
    for said in words:
        if isinstance(said, Table) and on_terminal(stream):
            _draw(said, stream)
        else:
            print(said if isinstance(said, Table) else "\n".join(map(plain_text, said.split("\n"))), file=stream)
    if as_json:
        print(json.dumps(result, ensure_ascii=False))


def on_terminal(stream: TextIO) -> bool:
    """Whether a person looks at it, through a terminal that can more than show lines."""
    return stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


@contextmanager
def progress(unit: str) -> Iterator[Tell]:
    """Give ``tell(done, total, words)``: on stderr a bar, which the first telling brings, or elsewhere a line each time."""
    if not on_terminal(sys.stderr):
        yield lambda done, total, words: print(f"{unit} {done}/{total}  {words}".rstrip(), file=sys.stderr, flush=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(unit),
        MofNCompleteColumn(),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[words]}", markup=False),
    )
    bar = Progress(*columns, console=Console(stderr=True, highlight=False))

    def tell(done: int, total: int, words: str) -> None:
        if not bar.tasks:
            bar.start()
            bar.add_task(unit, completed=done, total=total, words=words)
        bar.update(bar.task_ids[0], completed=done, total=total, words=words)

    try:
        yield tell
    finally:
        if bar.tasks:
            bar.stop()


def _draw(shown: Table, stream: TextIO) -> None:
    """The table by rich, which asks NO_COLOR and the width of the terminal; a long cell is folded, never cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=box.SIMPLE_HEAD, header_style="bold cyan", pad_edge=False, show_edge=False)
    heading, *rows = shown.cells
    for name in heading:
        drawn.add_column(Text(name), overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, row))
    Console(file=stream, highlight=False).print(drawn)
