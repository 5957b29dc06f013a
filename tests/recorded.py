"""A recorded run (see `tests/report/record.py`), and the ways in which a test edits it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tasvir.records.record import Record, cell_done, failure
from tasvir.records.run import RunFolder, open_run
from tasvir.report.cells import Cells
from tasvir.report.document import Report
from tasvir.report.summary import compose, summarise
from tasvir.studies.families.main_job import STUDY

RECORDED = Path(__file__).parent / "report" / "recorded"
CHAPTERS = STUDY.chapter_modules()


@dataclass
class Run:
    """A run record, and the records of cells by the cell's name."""

    about: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, list[Record]] = field(default_factory=dict)

    def all(self) -> list[Record]:
        """As `RunFolder.records` gives them."""
        run = Record("run", "run", data=self.about | {"addresses": {name: name for name in self.cells}})
        return [run, *(replace(record, cell=name) for name, records in self.cells.items() for record in records)]

    def asked(self) -> Cells:
        """What a chapter reads."""
        return Cells(self.all())

    def report(self) -> Report:
        return compose(summarise(self.all(), CHAPTERS))

    def folder(self, path: Path) -> RunFolder:
        """The same on the disk."""
        run, *records = self.all()
        folder = RunFolder.create(path, run)
        folder.append(records)
        return folder

    def without(self, start: str) -> "Run":
        """The study never asked for these cells."""
        return Run(self.about, {name: found for name, found in self.cells.items() if name.split("/")[0] != start})

    def unfinished(self, name: str) -> None:
        self.cells[name] = []

    def failed(self, name: str, error: str) -> None:
        self.cells[name] = [failure(error)]

    def found(self, name: str, records: Iterable[Record] = (), facts: dict[str, Any] | None = None) -> None:
        """A complete cell that found these records, and nothing else."""
        self.cells[name] = [*records, cell_done(name, parameters={}, seed=0, facts=facts or {}, elapsed_s=1.5)]

    def change(self, name: str, change: Callable[[Record], Record]) -> None:
        """Every record of a cell becomes what `change` gives."""
        self.cells[name] = list(map(change, self.cells[name]))

    def tell(self, name: str, **facts: Any) -> None:
        """A complete cell says this of itself too."""
        *found, done = self.cells[name]
        self.cells[name] = [*found, edited(done, facts=done.data["facts"] | facts)]


def edited(record: Record, **data: Any) -> Record:
    """The record with other data."""
    return replace(record, data=record.data | data)


def read(name: str) -> Run:
    """A recorded run, its arrays in memory."""
    folder = open_run(RECORDED / name)
    run, *records = folder.records()
    names = {address: cell for cell, address in run.data["addresses"].items()}
    found = Run(dict(run.data), {cell: [] for cell in names.values()})
    for record in records:
        content = folder.load_array(record) if record.kind == "array" else None
        found.cells[names[record.cell]].append(replace(record, content=content))
    return found


def write_unchained(path: Path, lines: Iterable[str]) -> None:
    """Records as versions before the running hash wrote them: a test may alter them as it likes."""
    path.write_text("".join(re.sub(r',"chain":"\w+"\}$', "}", line.rstrip("\n")) + "\n" for line in lines), encoding="utf-8")
