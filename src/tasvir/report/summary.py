"""Records to data: what every chapter has to say, before a word or line is drawn."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.records.record import Record
from tasvir.report.cells import Cells
from tasvir.report.document import Chapter, Report, assemble, say, trouble
from tasvir.report.numbers import plain

#: Settings that the head of a page leaves to the appendix.
_UNTOLD = ("threads", "device", "precision", "image_shape")


@dataclass(frozen=True)
class Damaged:
    """A chapter whose files cannot be read, and why."""

    problem: str


@dataclass(frozen=True)
class RunSummary:
    """The run record, and the frozen summary of each chapter that the run has, by the chapter's module."""

    run: Mapping[str, Any]
    title: str
    chapters: Mapping[ModuleType, Any]


def summarise(
    records: Iterable[Record], chapters: Iterable[ModuleType], load_array: Callable[[Record], np.ndarray] | None = None
) -> RunSummary:
    """What does a run say, chapter by chapter, as plain data?

    Parameters
    ----------
    records : iterable of Record
        Those of one run: the run record and its cells', as `RunFolder.records` gives them.
    chapters : iterable of module
        Each with `NAME`, `TITLE`, `summarise(cells)` and `compose(summary)`, in the order in which they are read.
    load_array : callable, optional
        Gives the numbers of a stored array record (`RunFolder.load_array`). Default: the record holds them.

    Returns
    -------
    RunSummary
        Frozen dataclasses. A chapter none of whose cells the run declares is absent; one whose cells failed names them.

    Notes
    -----
    Records, then plain info, then renderers, as in Optuna's ``visualization``. A file that is missing is told in its chapter.

    Examples
    --------
    >>> summarise([Record("run", "run", data={"data": "digits"})], []).title
    'digits'
    """
    cells = Cells(records, load_array)
    found = {chapter: _summary(chapter, cells) for chapter in chapters}
    title = cells.facts("data").get("title") or cells.run.get("data") or "A run"
    return RunSummary(cells.run, str(title), {chapter: s for chapter, s in found.items() if s is not None})


def compose(summary: RunSummary) -> Report:
    """The numbered report that every renderer draws."""
    chapters = tuple(_chapter(module, found) for module, found in summary.chapters.items())
    return assemble(summary.title, _details(summary.run), chapters)


def _summary(chapter: ModuleType, cells: Cells) -> Any:
    try:
        return chapter.summarise(cells)
    except (DataFileError, LookupError, TypeError, ValueError, AttributeError) as error:  # whatever damaged records break
        return Damaged(str(error) if isinstance(error, DataFileError) else f"its records are damaged ({error})")


def _chapter(module: ModuleType, found: Any) -> Chapter:
    if isinstance(found, Damaged):
        told = say("{title}: {why}.", title=module.TITLE, why=found.problem.rstrip("."))
        return Chapter(module.NAME, module.TITLE, trouble({module.TITLE.lower(): found.problem}), told, line="Not drawn")
    return module.compose(found)


def _details(run: Mapping[str, Any]) -> tuple[str, ...]:
    asked = {name: value for name, value in run.get("settings", {}).items() if name not in _UNTOLD}
    named = [f"{name} {plain(value)}" for name, value in asked.items() if value is not None]
    if run.get("started"):
        named.append(_day(str(run["started"])))
    return tuple(named)


def _day(started: str) -> str:
    try:
        day = datetime.fromisoformat(started)
    except ValueError:
        return started
    return f"{day.day} {day:%B %Y}"
