"""Runs the cells of a study that are not there yet, and keeps what they give. Only this process appends records."""

import dataclasses
import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import joblib

from tasvir.contracts.errors import DiskFullError
from tasvir.data.dataset import Dataset
from tasvir.records.record import Record, cell_done, failure
from tasvir.records.run import RunFolder
from tasvir.studies.cell import Cell
from tasvir.studies.inside import Inside
from tasvir.studies.jobs import lost_worker_errors
from tasvir.studies.place import Place
from tasvir.studies.progress import Progress
from tasvir.studies.surroundings import end_with, limited_threads, seeded_streams
from tasvir.studies.voices import Writing, listening


@dataclass(frozen=True)
class Runner:
    """Computes the cells of one run through joblib, `jobs` at once, the longest first, each with its `threads`."""

    run: RunFolder
    asked: Record  # the run record of now; one with other addresses takes the old one's place with the first cell that is kept
    data: Dataset
    progress: Progress
    threads: Mapping[str, int]
    expected_s: Mapping[str, float]
    place: Place
    jobs: int = 1

    def compute(self, cells: Sequence[Cell]) -> list[str]:
        """Compute every cell whose records are not there yet; the names of those that failed.

        A cell waits for the cells it needs, and fails with them.
        """
        at = self.asked.data["addresses"]
        done = finished(self.run, self.asked)
        failed: list[str] = []
        self.progress.begin(cells, [cell.name for cell in cells if at[cell.name] in done])
        while waiting := [cell for cell in cells if at[cell.name] not in done and cell.name not in failed]:
            ready = [cell for cell in waiting if all(at[name] in done for name in cell.needs)]
            for cell, records in self._side_by_side(ready) if ready else _without(waiting, failed):
                self._keep([dataclasses.replace(record, cell=at[cell.name]) for record in records])
                shutil.rmtree(self._scratch(at[cell.name]), ignore_errors=True)
                self.progress.done(cell, records[-1])
                if records[-1].kind == "failure":
                    failed.append(cell.name)
                else:
                    done.add(at[cell.name])
        self._keep([])
        shutil.rmtree(self.run.path / "scratch", ignore_errors=True)
        return failed

    def _keep(self, records: list[Record]) -> None:
        """Append; an older version's results stay the current ones until there is a new one."""
        is_new = dict(self.run.run_record().data["addresses"]) != dict(self.asked.data["addresses"])
        self.run.append([*([self.asked] if is_new else []), *records])

    def _side_by_side(self, cells: Sequence[Cell]) -> Iterator[tuple[Cell, list[Record]]]:
        """Each cell with its records, as they come; a worker that dies costs the cell that kills it, and no other."""
        left = {cell.name: cell for cell in cells}
        n_before = -1
        while left and len(left) != n_before:
            n_before = len(left)
            try:
                for cell, records in self._parallel(list(left.values())):
                    del left[cell.name]
                    yield cell, records
            except lost_worker_errors():
                self.progress.say("A process was killed, perhaps for want of memory: what it left is computed again.")
        for cell in left.values():
            yield from self._alone(cell)

    def _alone(self, cell: Cell) -> Iterator[tuple[Cell, list[Record]]]:
        """One cell while nothing else is computed; the process may die of it again."""
        try:
            yield from self._parallel([cell])
        except lost_worker_errors():
            yield cell, [failure("its process was killed, perhaps for want of memory: give it a machine with more")]

    def _parallel(self, cells: Sequence[Cell]) -> Iterator[tuple[Cell, list[Record]]]:
        """The longest first; with one job in the order of the study, each when the one before is kept."""
        if self.jobs > 1:
            cells = sorted(cells, key=lambda cell: -self.expected_s.get(cell.name, 0.0))
        at = self.asked.data["addresses"]
        records = self.run.records(at.values())
        compute, parent = joblib.delayed(_named), os.getpid()
        # The images go as an argument of their own, so that a backend may send them once.
        tasks = [
            compute(
                _light(cell), self._inside(cell, at, records=records), self.data, threads=self.threads[cell.name], parent=parent
            )
            for cell in cells
        ]
        as_they_come = "generator" if self.jobs == 1 else "generator_unordered"
        n_jobs = min(self.jobs, max(2, len(cells)))  # never this process itself where a cell may kill its own
        heard = {self._scratch(at[cell.name]): self.progress.inside(cell) for cell in cells} if self.jobs > 1 else {}
        with listening(heard), warnings.catch_warnings():
            # loky renews a process that has grown by the memory of a training: nothing is lost, and nobody can do anything
            warnings.filterwarnings("ignore", message="A worker stopped while some jobs")
            yield from joblib.Parallel(n_jobs=n_jobs, batch_size=1, return_as=as_they_come)(tasks)

    def _inside(self, cell: Cell, at: Mapping[str, str], *, records: list[Record]) -> Callable[[Dataset], Inside]:
        """What the cell finds, but for the images."""
        found = {name: self._content([r for r in records if r.cell == at[name]]) for name in cell.needs}
        scratch = self._scratch(at[cell.name])
        tell = self.progress.inside(cell) if self.jobs == 1 else Writing(scratch)
        return partial(Inside, seed=cell.seed, scratch=scratch, place=self.place, tell=tell, found=found)

    def _content(self, records: list[Record]) -> list[Record]:
        """Records as the needing cell reads them: arrays in memory, models as the folders they lie in."""
        read = {"array": self.run.load_array, "model": self.run.file}
        return [dataclasses.replace(r, content=read[r.kind](r)) if r.kind in read else r for r in records]

    def _scratch(self, address: str) -> Path:
        return self.run.path.absolute() / "scratch" / address


def finished(run: RunFolder, asked: Record) -> set[str]:
    """The addresses of the cells, of those that are asked for now, that are complete."""
    return {record.cell for record in run.records(asked.data["addresses"].values()) if record.kind == "cell"}


def compute_cell(cell: Cell, inside: Inside, threads: int) -> list[Record]:
    """The records of one cell; the last one says that it is complete, or how it failed."""
    inside.scratch.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    try:
        with limited_threads(threads), seeded_streams(cell.seed), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            records = list(cell.function(inside, **cell.parameters))
    except DiskFullError:  # every other cell would meet it too, after its training
        raise
    except Exception as error:  # a cell that fails is recorded, and the study goes on
        return [failure(f"{type(error).__name__}: {error}")]
    said = {key: value for record in records if record.kind == "facts" for key, value in record.data.items()}
    if notes := sorted({str(warning.message).strip().splitlines()[0] for warning in caught}):
        said["warnings"] = notes
    elapsed_s = time.perf_counter() - started
    closing = cell_done(cell.name, parameters=cell.parameters, seed=cell.seed, facts=said, elapsed_s=elapsed_s)
    return [*(record for record in records if record.kind != "facts"), closing]


def _named(
    cell: Cell, inside: Callable[[Dataset], Inside], data: Dataset, *, threads: int, parent: int
) -> tuple[Cell, list[Record]]:
    end_with(parent)
    return cell, compute_cell(cell, inside(data), threads)


def _light(cell: Cell) -> Cell:
    """Without its work, which a worker has no use for."""
    return dataclasses.replace(cell, work=())


def _without(waiting: list[Cell], failed: list[str]) -> Iterator[tuple[Cell, list[Record]]]:
    """Cells whose dependencies failed, which fail with them; `failed` grows as they are taken."""
    for cell in waiting:
        lost = [name for name in cell.needs if name in failed]
        yield cell, [failure(f"it needs {', '.join(lost)}, which failed")]
