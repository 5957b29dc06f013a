"""Records to a report: what every chapter has to say, before a language is chosen or a line is drawn."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import ModuleType
from typing import Any

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.records.record import Record
from tasvir.report.cells import Cells
from tasvir.report.document import Block, Chapter, Frames, Prose, Report, Table, assemble, chapter, trouble
from tasvir.report.numbers import plain
from tasvir.report.words.language import language
from tasvir.report.words.message import Shown, Words, say

#: Settings that the head of a page leaves to the appendix.
_UNTOLD = ("threads", "device", "precision", "image_shape")


def summarise(
    records: Iterable[Record],
    chapters: Iterable[ModuleType],
    load_array: Callable[[Record], np.ndarray] | None = None,
    *,
    assumptions: Iterable[str] = (),
) -> Report:
    """What does a run say, chapter by chapter, as data?

    Parameters
    ----------
    records : iterable of Record
        Those of one run: the run record and its cells', as `RunFolder.records` gives them.
    chapters : iterable of module
        Each with `NAME`, `TITLE` and `compose(cells)`, in the order in which they are read.
    load_array : callable, optional
        Gives the numbers of a stored array record (`RunFolder.load_array`). Default: the record holds them.
    assumptions : iterable of str
        What the study takes for granted.

    Returns
    -------
    Report
        Numbered, and of no language. A chapter none of whose cells the run declares is absent; one whose cells failed names
        them.

    Notes
    -----
    Records, then plain info, then renderers, as in Optuna's ``visualization``. A file that is missing is told in its chapter.

    Examples
    --------
    >>> summarise([Record("run", "run", data={"data": "digits"})], []).title
    'digits'
    """
    cells = Cells(records, load_array, assumptions=assumptions)
    found = tuple(one for module in chapters if (one := _chapter(module, cells)) is not None)
    title = str(cells.facts("data").get("title") or cells.run.get("data") or "Tasvir")
    return assemble(title, _details(cells.run), found)


def _chapter(module: ModuleType, cells: Cells) -> Chapter | None:
    try:
        found: Chapter | None = module.compose(cells)
        if found is not None:
            _write_once(found)
        return found
    except (DataFileError, LookupError, TypeError, ValueError, AttributeError) as error:  # whatever damaged records break
        damaged = say("its records are damaged ({error})", error=str(error).rstrip("."))
        why: Words = str(error).rstrip(".") if isinstance(error, DataFileError) else damaged
        told = say("{why}.", why=why)
        return chapter(module.NAME, module.TITLE, trouble({module.NAME: why}), headline=told, line=say("Not drawn"))


def _write_once(found: Chapter) -> None:
    """What cannot be written in words breaks this chapter, and not the page."""
    words = language()
    for block in found.blocks:
        for one in _words_of(block):
            words(one)
    if found.headline is not None:
        words(found.headline)


def _words_of(block: Block) -> Iterator[Words]:
    if isinstance(block, Prose):
        yield from block.sentences
        return
    yield block.caption
    if isinstance(block, Table):
        yield from (cell for row in block.rows for cell in row)
    if isinstance(block, Frames):
        for series in block.series:
            yield from (series.title, *(frame.title for frame in series.frames))


def _details(run: Mapping[str, Any]) -> tuple[Words, ...]:
    asked = {name: value for name, value in dict(run.get("settings") or {}).items() if name not in _UNTOLD and value is not None}
    named: list[Words] = [
        f"{name} {value}" if isinstance(value, str) else say("{setting} {value}", setting=name, value=plain(value))
        for name, value in asked.items()
    ]
    if run.get("started"):
        named.append(_day(str(run["started"])))
    return tuple(named)


def _day(started: str) -> Words:
    try:
        return Shown("day", datetime.fromisoformat(started))
    except ValueError:
        return started
