"""What a command gives back: words for people, or JSON on stdout with the words on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Results as JSON on stdout, words for people on stderr.")]


def answer(result: Any, words: Iterable[str], *, as_json: bool) -> None:
    """Say `words`; with `as_json` they go to stderr and `result` goes to stdout."""
    for line in words:
        print(line, file=sys.stderr if as_json else sys.stdout)
    if as_json:
        print(json.dumps(result, ensure_ascii=False))


def table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Rows of equal keys as aligned lines under a heading."""
    if not rows:
        return []
    cells = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in cells]
