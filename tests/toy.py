"""A study of toy cells, run as a real one is."""

import io
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DiskFullError
from tasvir.records.record import Record, array, facts, metric
from tasvir.records.run import RunFolder, open_run
from tasvir.studies.cell import Cell, addresses
from tasvir.studies.place import Place
from tasvir.studies.progress import Progress
from tasvir.studies.runner import Runner
from tasvir.studies.study import Study as StudyValue

#: What ran, in order; a test empties it.
RAN: list[str] = []


class Study:
    """Some cells and the folder of their run, made where it is not there yet."""

    def __init__(self, path: Path, cells, *, threads: int = 1, fingerprint: str = "data"):
        self.cells, self.threads = cells, {cell.name: threads for cell in cells}
        self.addresses = addresses(cells, fingerprint, threads=self.threads, place=Place("cpu"))
        self.path, self.told, self.expected_s = path, "", {}
        about = {"study": "toy", "data": "none", "profile": "quick", "seed": 0, "addresses": self.addresses}
        self.asked = Record("run", "toy", data=about)
        if not path.exists():
            RunFolder.create(path, self.asked)

    def run(self, data=None, stream=None, **how) -> list[str]:
        """The cells that failed."""
        RAN.clear()
        stream = stream or io.StringIO()
        run, progress = open_run(self.path), Progress(stream, self.expected_s, jobs=how.get("jobs", 1))
        failed = Runner(run, self.asked, data, progress, self.threads, self.expected_s, Place("cpu"), **how).compute(self.cells)
        self.told = stream.getvalue()
        return failed

    def records(self, cell: str | None = None) -> list[Record]:
        found = open_run(self.path).records()
        return found if cell is None else [record for record in found if record.cell == self.addresses[cell]]


def number(inside, *, plus=0, more=()):
    """A number drawn from the seed."""
    RAN.append(f"number {plus}")
    value = float(np.random.default_rng(inside.seed).random()) + plus
    yield metric("value", value)
    yield array("many", np.arange(3) + value)
    yield facts({"drawn": True})


def total(inside):
    """The sum of what it needs."""
    RAN.append("total")
    arrays = [record.content for records in inside.found.values() for record in records if record.kind == "array"]
    yield facts({"of": sorted(inside.found)})
    yield metric("value", float(np.sum(arrays)))


def failing(inside, *, cause):
    """Fails while the file that it is told of exists."""
    RAN.append("failing")
    yield metric("value", 1.0)
    if Path(cause).exists():
        raise ValueError("as it was told\nin two lines")


def interrupted(inside):
    RAN.append("interrupted")
    (inside.scratch / "checkpoint").write_text("half way")
    raise KeyboardInterrupt


def without_room(inside, *, cause):
    """Meets a full disk while the file that it is told of exists."""
    RAN.append("without room")
    if Path(cause).exists():
        raise DiskFullError("scratch/training cannot be written: its disk is full")
    yield metric("value", 1.0)


def slow(inside):
    for step in range(5):
        time.sleep(0.01)
        inside.tell(step / 5)
    yield facts({"slow": True})


def telling(inside):
    """Says that half is done, and takes a while."""
    inside.tell(0.5)
    time.sleep(1.5)
    yield facts({"told": True})


def warning(inside):
    import warnings

    warnings.warn("it did not converge\nbut nearly", RuntimeWarning, stacklevel=1)
    return []


def counting_threads(inside):
    import torch

    yield facts({"threads": torch.get_num_threads()})


def global_draws(inside, *, n):
    """What global streams give to those who take no seed."""
    import random

    import torch

    yield facts({"draws": [random.random(), float(np.random.rand()), float(torch.rand(1))]})


@dataclass(frozen=True)
class NumbersOptions:
    """How many numbers."""

    n: int = field(default=2, metadata={"help": "How many numbers are drawn."})


def numbers_cells(data, options, seed):
    """Some numbers and their sum."""
    cells = [Cell(f"number/{plus}", number, {"plus": plus}, seed) for plus in range(options.n)]
    return [*cells, Cell("total", total, {}, seed, needs=tuple(cell.name for cell in cells))]


#: A study that takes no time; it is asked for where `STUDIES` has the row {"numbers": "toy"}.
STUDY = StudyValue("numbers", "How large?", NumbersOptions, numbers_cells, ("tasvir.report.chapters.appendix",))
