"""A recorded run (see `tests/report/record.py`), and the ways in which a test edits it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tasvir.records.record import Record, array, cell_done, curve, failure, metric
from tasvir.records.run import RunFolder, open_run
from tasvir.report.cells import Cells
from tasvir.report.document import Chapter, Explorer, Figure, Frame, Frames, Key, Panel, Prose, Report, Series, Table
from tasvir.report.summary import summarise
from tasvir.report.text import plain_spaces
from tasvir.report.words.language import language
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
        return summarise(self.all(), CHAPTERS, assumptions=STUDY.assumptions)

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

    def chapter(self, module: Any, words: Any = None) -> Any:
        """A chapter in a language, its words as strings; None where the run has none."""
        found = module.compose(self.asked())
        return None if found is None else spoken(found, words or language())

    def tell(self, name: str, **facts: Any) -> None:
        """A complete cell says this of itself too."""
        *found, done = self.cells[name]
        self.cells[name] = [*found, edited(done, facts=done.data["facts"] | facts)]


def measure(run: Run, cell: str, name: str, *value: float, labels: dict[str, Any] | None = None, n: int | None = None) -> None:
    """A metric of these labels has this value, or value, low and high."""
    found, *ends = value
    low, high = ends or (None, None)
    new = metric(name, found, low=low, high=high, n=n, labels=labels or {})
    kept = [r for r in run.cells[cell] if (r.kind, r.name, r.data.get("labels")) != ("metric", name, new.data["labels"])]
    run.cells[cell] = [new, *kept]


def store(run: Run, cell: str, name: str, content: Any) -> None:
    """An array of a cell holds this."""
    run.cells[cell] = [array(name, content), *(r for r in run.cells[cell] if r.name != name)]


def trace(run: Run, cell: str, name: str, x: Iterable[float] | None = None, **series: Iterable[float]) -> None:
    """A curve of a cell has these series."""
    new = curve(name, {key: list(values) for key, values in series.items()}, x=None if x is None else list(x))
    run.cells[cell] = [new, *(r for r in run.cells[cell] if (r.kind, r.name) != ("curve", name))]


def spoken(part: Any, words: Any) -> Any:
    """The same with strings in place of words."""
    if isinstance(part, Chapter | Prose | Table | Figure | Panel | Key | Frames | Series | Frame | Explorer):
        names = {
            "title",
            "sentences",
            "caption",
            "columns",
            "rows",
            "alt",
            "label",
            "headline",
            "line",
            "blocks",
            "panels",
            "keys",
            "series",
            "frames",
        }
        return replace(part, **{name: spoken(value, words) for name, value in vars(part).items() if name in names})
    if isinstance(part, tuple):
        return tuple(spoken(one, words) for one in part)
    return None if part is None else plain_spaces(words(part))


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
