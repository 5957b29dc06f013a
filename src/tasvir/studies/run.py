"""The one road of every study: find or create its run, estimate, compute, report."""

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from tasvir.contracts.atomic import must_be_writable
from tasvir.contracts.capacity import cores, free_memory
from tasvir.data.dataset import Dataset
from tasvir.records.record import Record
from tasvir.records.run import RunFolder
from tasvir.report.words.language import SOURCE, check_language
from tasvir.studies.cell import addresses
from tasvir.studies.command import command_of
from tasvir.studies.estimate import check_computing, expected_seconds
from tasvir.studies.folder import held_alone, open_or_create, question_hash
from tasvir.studies.jobs import Jobs
from tasvir.studies.machine import machine, versions
from tasvir.studies.page import draw_page
from tasvir.studies.place import Place
from tasvir.studies.progress import Progress, time_left
from tasvir.studies.runner import Runner, finished
from tasvir.studies.share import jobs_within, threads_by_cell
from tasvir.studies.study import Study

#: Below it an estimate is not worth a line.
LONG_S = 60


@dataclass(frozen=True)
class Finished:
    """A run as far as it came: its folder and page, the cells that failed, and whether anything had to be computed."""

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
    precision: str = "auto",
    threads: int = 1,
    jobs: int | Jobs | None = None,
    fresh: bool = False,
    lang: str = SOURCE,
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
    precision : {"auto", "fp32", "bf16"}
        Numbers in which nets take their training steps; "auto" is bfloat16 where the device has it in hardware and
        images have 256 numbers or more, else float32.
        What it is here is part of the question.
    threads : int
        Threads that trainings which may run side by side share, each at least one; see `threads_by_cell`. Part of the
        question, as sums depend on it in their last bits.
    jobs : int, Jobs or None
        Cells computed side by side; None: as many as cores and memory bear. No number depends on it.
    fresh : bool
        Compute anew, in a folder of its own.
    lang : str
        The language of the page; no number depends on it.
    stream : text stream or None
        Where progress is written; None: standard error.

    Returns
    -------
    Finished
        The run, its page and the names of cells that failed.

    Raises
    ------
    BadInputError
        Data that the study cannot serve, no such language, a negative seed, fewer than one thread or job, a device or
        precision that cannot be used.
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
    check_language(lang)
    workers = jobs if isinstance(jobs, Jobs) else Jobs(jobs)
    check_computing(seed, threads)
    place = Place(device, precision).resolved(data.images[0].size)
    options = study.options() if options is None else options
    settings = dataclasses.asdict(options) | {"seed": seed, "threads": threads, **dataclasses.asdict(place)}
    cells = study.cells(data, options, seed)
    each = threads_by_cell(cells, threads)
    record = _run_record(study, data, settings, at=addresses(cells, data.fingerprint, threads=each, place=place))
    question = question_hash({"study": study.name, "fingerprint": data.fingerprint} | settings)
    study.chapter_modules()  # a chapter that is not there is no reason to fail after all the work
    must_be_writable(Path(out))
    with workers.ready(data), held_alone(run := open_or_create(Path(out), record, question, fresh=fresh)):
        done = finished(run, record)
        waiting = [cell for cell in cells if record.data["addresses"][cell.name] not in done]
        expected_s = expected_seconds(waiting, data, threads=each, place=place) if waiting else {}
        n_jobs = workers.n or jobs_within(data, cores=cores(), threads=each, memory_bytes=free_memory())
        progress = Progress(stream, expected_s, jobs=n_jobs)
        _announce(progress, workers, n_jobs, each=each)
        failed = Runner(run, record, data, progress, each, expected_s, place, n_jobs).compute(cells)
        return Finished(run, draw_page(run.path, lang=lang), tuple(failed), bool(waiting))


def _announce(progress: Progress, workers: Jobs, n_jobs: int, *, each: Mapping[str, int]) -> None:
    """What a person should know before a long wait."""
    if workers.n is None and n_jobs < (wanted := cores() // max(each.values(), default=1)):
        progress.say(f"{n_jobs} instead of {wanted} parts are computed side by side: the memory that is free bears no more.")
    if progress.left_s() > LONG_S:
        left = time_left(progress.left_s())
        progress.say(f"This takes {left}, by a probe of this machine. It can be interrupted and resumed.")


def _run_record(study: Study, data: Dataset, settings: Mapping[str, Any], *, at: Mapping[str, str]) -> Record:
    question = {"study": study.name, "data": data.name, "source": data.card.source} | dict(settings)
    about = {
        "fingerprint": data.fingerprint,
        "words": dict(data.words),
        "settings": dict(settings) | {"image_shape": list(data.images.shape[1:])},
        "versions": versions(),
        "machine": machine(),
        "started": time.strftime("%Y-%m-%d %H:%M:%S"),
        "addresses": dict(at),
    }
    command = command_of(study.name, data.words, settings)
    return Record("run", study.name, data=question | about | ({"command": command} if command else {}))
