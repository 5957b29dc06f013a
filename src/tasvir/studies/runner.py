"""Runs the cells of a study that are not there yet, and keeps what they give. Only this process appends records."""

import dataclasses
import shutil
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import joblib

from tasvir.data.dataset import Dataset
from tasvir.records.record import Record, cell_done, failure
from tasvir.records.run import RunFolder
from tasvir.studies.cell import Cell, Workspace
from tasvir.studies.folder import held_alone
from tasvir.studies.progress import Progress
from tasvir.studies.surroundings import limited_threads, seeded_streams


def run_cells(
    run: RunFolder, cells: list[Cell], data: Dataset, *, threads: int, device: str, progress: Progress, jobs: int = 1
) -> list[str]:
    """Compute every cell whose records are not in `run` yet; the names of those that failed.

    Cells run through joblib on the backend that `joblib.parallel_config` names, each with `threads` threads;
    a cell waits for the cells it needs, and fails with them.
    """
    with held_alone(run.path):
        return _run_alone(run, cells, data, threads, device, progress, jobs)


def _run_alone(run, cells, data, threads, device, progress, jobs) -> list[str]:
    at = run.run_record().data["addresses"]
    done = finished(run)
    failed: list[str] = []
    progress.begin(cells, [cell.name for cell in cells if at[cell.name] in done])
    while waiting := [cell for cell in cells if at[cell.name] not in done and cell.name not in failed]:
        ready = [cell for cell in waiting if all(at[name] in done for name in cell.needs)]
        computed = _compute(run, ready, at, data, threads, device, progress, jobs) if ready else _without(waiting, failed)
        for cell, records in computed:
            _append(run, at[cell.name], records)
            shutil.rmtree(_scratch(run, at[cell.name]), ignore_errors=True)
            progress.done(cell, records[-1])
            if records[-1].kind == "failure":
                failed.append(cell.name)
            else:
                done.add(at[cell.name])
    shutil.rmtree(run.path / "scratch", ignore_errors=True)
    return failed


def _without(waiting: list[Cell], failed: list[str]) -> Iterator[tuple[Cell, list[Record]]]:
    """Cells that wait for ones that failed, which fail with them; `failed` grows as they are taken."""
    for cell in waiting:
        lost = [name for name in cell.needs if name in failed]
        yield cell, [failure(f"it needs {', '.join(lost)}, which failed")]


def finished(run: RunFolder) -> set[str]:
    """The addresses of the cells that are complete."""
    return {record.cell for record in run.records() if record.kind == "cell"}


def compute_cell(cell: Cell, data: Dataset, workspace: Workspace, threads: int) -> list[Record]:
    """The records of one cell; the last one says that it is complete, or how it failed."""
    workspace.folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    try:
        with limited_threads(threads), seeded_streams(cell.seed), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            outcome = cell.function(data, cell.parameters, cell.seed, workspace)
    except Exception as error:  # a cell that fails is recorded, and the study goes on
        return [failure(f"{type(error).__name__}: {error}")]
    facts = dict(outcome.facts)
    if notes := sorted({str(warning.message).strip().splitlines()[0] for warning in caught}):
        facts["warnings"] = notes
    elapsed_s = time.perf_counter() - started
    return [*outcome.records, cell_done(cell.name, parameters=cell.parameters, seed=cell.seed, facts=facts, elapsed_s=elapsed_s)]


def _compute(run, cells, at, data, threads, device, progress, jobs) -> Iterator[tuple[Cell, list[Record]]]:
    """Each cell with its records, as they come; with one job a cell starts when the one before is kept."""
    records = run.records()
    tasks = []
    for cell in cells:
        found = {name: _content(run, [r for r in records if r.cell == at[name]]) for name in cell.needs}
        tell = progress.inside(cell) if jobs == 1 else Workspace.tell
        workspace = Workspace(_scratch(run, at[cell.name]), device, tell, found)
        tasks.append(joblib.delayed(_named)(cell, data, workspace, threads))
    yield from joblib.Parallel(n_jobs=jobs, return_as="generator_unordered" if jobs > 1 else "generator")(tasks)


def _named(cell: Cell, data: Dataset, workspace: Workspace, threads: int) -> tuple[Cell, list[Record]]:
    return cell, compute_cell(cell, data, workspace, threads)


def _content(run: RunFolder, records: list[Record]) -> list[Record]:
    """Records as the needing cell reads them: arrays in memory, models as the folders they lie in."""
    read = {"array": run.load_array, "model": run.file}
    return [dataclasses.replace(r, content=read[r.kind](r)) if r.kind in read else r for r in records]


def _append(run: RunFolder, address: str, records: list[Record]) -> None:
    run.append([dataclasses.replace(record, cell=address) for record in records])


def _scratch(run: RunFolder, address: str) -> Path:
    return run.path / "scratch" / address
