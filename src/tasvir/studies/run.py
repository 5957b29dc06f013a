"""The one road of every study: find or create its run, estimate, compute, report."""

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from tasvir.contracts.errors import BadInputError
from tasvir.data.dataset import Dataset
from tasvir.records.record import Record
from tasvir.records.run import RunFolder
from tasvir.studies.cell import addresses
from tasvir.studies.command import command_of
from tasvir.studies.estimate import expected_seconds
from tasvir.studies.folder import open_or_create, question_hash
from tasvir.studies.jobs import Jobs
from tasvir.studies.machine import cores, machine, versions
from tasvir.studies.page import draw_page
from tasvir.studies.progress import Progress, time_left
from tasvir.studies.runner import Runner, finished
from tasvir.studies.study import Study

#: Below it an estimate is not worth a line.
LONG_S = 60


@dataclass(frozen=True)
class Finished:
    """A run that is complete: its folder and page, the cells that failed, and whether anything had to be computed."""

    run: RunFolder
    page: Path
    failed: tuple[str, ...]
    computed: bool


def run_study(
    study: Study,
    data: Dataset,
    options: Any = None,
    *,
    seed: int = 0,
    out: str | Path = "runs",
    device: str = "auto",
    threads: int | None = None,
    jobs: int | Jobs = 1,
    fresh: bool = False,
    stream: TextIO | None = None,
) -> Finished:
    """What does a study find in these images?

    Parameters
    ----------
    study : Study
        What is asked; see `find_study`.
    data : Dataset
        From `load_data`.
    options : instance of ``study.options``, or None
        How it is asked; None: as by default.
    seed : int
        Of everything drawn, at least 0.
    out : str or Path
        The folder that holds runs. The run of the same question is found there and continued.
    device : str
        "auto", "cpu", or what torch calls an accelerator.
    threads : int or None
        Threads of a cell; None: the cores, shared by the jobs. Part of the question, as sums depend on it in their last bits.
    jobs : int or Jobs
        Cells computed side by side. No number depends on it.
    fresh : bool
        Compute anew, in a folder of its own.
    stream : text stream or None
        Where progress is written; None: standard error.

    Returns
    -------
    Finished
        The run, its page and the names of cells that failed.

    Raises
    ------
    BadInputError
        Data that the study cannot serve, a negative seed, fewer than one thread or job, a device that cannot be used.
    DataFileError
        `out` cannot hold runs; no Dask scheduler answers; another process computes this run.

    Notes
    -----
    A study declares cells; a cell is a pure function of data, parameters and seed, and is computed once.

    Examples
    --------
    >>> from tasvir import load_data
    >>> from tasvir.studies.study import find_study
    >>> done = run_study(find_study("run"), load_data("digits"), out="runs")  # doctest: +SKIP
    """
    jobs = jobs if isinstance(jobs, Jobs) else Jobs(jobs)
    _check(seed, threads, device)
    options = study.options() if options is None else options
    threads = threads or jobs.threads_each(cores())
    settings = dataclasses.asdict(options) | {"seed": seed, "threads": threads, "device": device}
    cells = study.cells(data, options, seed)
    record = _run_record(study, data, settings, at=addresses(cells, data.fingerprint, threads=threads, device=device))
    question = question_hash({"study": study.name, "fingerprint": data.fingerprint} | settings)
    with jobs.ready(data):
        run = open_or_create(Path(out), record, question, fresh=fresh)
        done = finished(run)
        waiting = [cell for cell in cells if record.data["addresses"][cell.name] not in done]
        expected_s = expected_seconds(waiting, data, threads=threads, device=device) if waiting else {}
        progress = Progress(stream, expected_s)
        if sum(expected_s.values()) > LONG_S:
            left = time_left(sum(expected_s.values()) / jobs.n)
            progress.say(f"This takes {left}, by a probe of this machine. It can be interrupted and resumed.")
        failed = Runner(run, data, progress, threads, device, jobs.n).compute(cells)
    return Finished(run, draw_page(run.path), tuple(failed), bool(waiting))


def _check(seed: int, threads: int | None, device: str) -> None:
    from tasvir.train.engine import resolve_device

    if seed < 0:
        raise BadInputError(f"seed={seed} is negative: give a whole number of at least 0")
    if threads is not None and threads < 1:
        raise BadInputError(f"threads={threads}: give a whole number of at least 1")
    resolve_device(device)


def _run_record(study: Study, data: Dataset, settings: Mapping[str, Any], *, at: Mapping[str, str]) -> Record:
    question = {"study": study.name, "data": data.name, "source": data.card.source} | dict(settings)
    about = {
        "fingerprint": data.fingerprint,
        "words": dict(data.words),
        "settings": dict(settings) | {"image_shape": list(data.images.shape[1:])},
        "assumptions": list(study.assumptions),
        "versions": versions(),
        "machine": machine(),
        "started": time.strftime("%Y-%m-%d %H:%M:%S"),
        "addresses": dict(at),
    }
    command = command_of(study.name, data.words, settings)
    return Record("run", study.name, data=question | about | ({"command": command} if command else {}))
