"""The main job: what can be learned from these images? One study over all chapters of the report."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from tasvir.contracts.errors import BadInputError
from tasvir.data.dataset import Dataset
from tasvir.records.record import Record
from tasvir.records.run import RunFolder
from tasvir.studies.cell import Cell, addresses
from tasvir.studies.classify import classifier_cells
from tasvir.studies.command import command_of
from tasvir.studies.describe import audit_data, describe_data
from tasvir.studies.estimate import expected_seconds
from tasvir.studies.evidence import evidence_cells
from tasvir.studies.folder import open_or_create, question_hash
from tasvir.studies.generate import generation_cells
from tasvir.studies.machine import cores, machine, versions
from tasvir.studies.progress import Progress, time_left
from tasvir.studies.represent import representation_cells
from tasvir.studies.runner import finished, run_cells

STUDY = "run"
#: Below it a fifth of the training images is too few to compare generated ones with (five neighbours of each).
FEWEST_IMAGES = 30


@dataclass(frozen=True)
class Profile:
    """How long to look: pixels shown to each net, seeds of the classifier and of the evidence."""

    autoencoder_pixels: float
    classifier_pixels: float
    n_seeds: int
    evidence_seeds: int


PROFILES = {
    "quick": Profile(autoencoder_pixels=240e6, classifier_pixels=650e6, n_seeds=1, evidence_seeds=5),
    "standard": Profile(autoencoder_pixels=720e6, classifier_pixels=1300e6, n_seeds=3, evidence_seeds=7),
    "full": Profile(autoencoder_pixels=2400e6, classifier_pixels=2600e6, n_seeds=5, evidence_seeds=10),
}

ASSUMPTIONS = (
    "The test images were looked at once, by the finished models; every choice was made on training or validation images.",
    "Intervals are at 95 % and hold for the fitted model: they resample test images (groups of them where there are any).",
    "Isomap sees at most 2,000 training images; every other method sees all of them.",
    "The epoch of lowest validation loss is kept; without a given validation part, a tenth of the training images is held out.",
    "k of k-NN is chosen by cross-validation on at most 10,000 training images.",
    "Training images are mirrored only where k-NN among training images does not mind (see the classifier's settings).",
)


@dataclass(frozen=True)
class Finished:
    """A run that is complete: its folder, the cells that failed, and whether anything had to be computed."""

    run: RunFolder
    failed: tuple[str, ...]
    computed: bool


def run_main_job(
    data: Dataset,
    *,
    profile: str = "quick",
    seed: int = 0,
    out: str | Path = "runs",
    device: str = "auto",
    threads: int | None = None,
    fresh: bool = False,
    stream: TextIO | None = None,
) -> Finished:
    """What can be learned from these images?

    Parameters
    ----------
    data : Dataset
        From `load_data`.
    profile : {"quick", "standard", "full"}
        How long to train, and with how many seeds.
    seed : int
        Of everything drawn, at least 0.
    out : str or Path
        The folder that holds runs. The run of the same question is found there and continued.
    device : str
        "auto", "cpu", or what torch calls an accelerator.
    threads : int or None
        Threads of a cell; None: all cores. Part of the question, as sums depend on it in their last bits.
    fresh : bool
        Compute anew, in a folder of its own.
    stream : text stream or None
        Where progress is written; None: standard error.

    Returns
    -------
    Finished
        The run and the names of cells that failed.

    Raises
    ------
    BadInputError
        Fewer than 30 training images, an unknown profile, a negative seed, fewer than one thread, a device that cannot be used.

    Source
    ------
    Section 4 of the design: a study declares cells; a cell is a pure function of data, parameters and seed.

    Examples
    --------
    >>> from tasvir import load_data
    >>> finished = run_main_job(load_data("digits"), out="runs")  # doctest: +SKIP
    """
    _check(profile, seed, threads, device)
    n_train = data.counts["train"]
    if n_train < FEWEST_IMAGES:
        raise BadInputError(f"{data.name} has {n_train} training images: a run needs at least {FEWEST_IMAGES}, add images")
    threads = threads or cores()
    cells = main_job_cells(data, profile, seed)
    settings = {"profile": profile, "seed": seed, "threads": threads, "device": device}
    record = _run_record(data, settings, addresses(cells, data.fingerprint, threads, device))
    question = question_hash({"study": STUDY, "fingerprint": data.fingerprint} | settings)
    run = open_or_create(Path(out), record, question, fresh=fresh)
    done = finished(run)
    waiting = [cell for cell in cells if record.data["addresses"][cell.name] not in done]
    expected_s = expected_seconds(waiting, data, threads, device) if waiting else {}
    progress = Progress(stream, expected_s)
    if sum(expected_s.values()) > 60:
        progress.say(
            f"This takes {time_left(sum(expected_s.values()))}, by a probe of this machine. It can be interrupted and resumed."
        )
    failed = run_cells(run, cells, data, threads=threads, device=device, progress=progress)
    return Finished(run, tuple(failed), bool(waiting))


def main_job_cells(data: Dataset, profile: str, seed: int) -> list[Cell]:
    """The cells of the main job, chapter by chapter."""
    how = PROFILES[profile]
    return [
        Cell("data", describe_data, {}, seed),
        Cell("audit", audit_data, {}, seed),
        *representation_cells(data, how.autoencoder_pixels, seed),
        *classifier_cells(data, how.classifier_pixels, seed, how.n_seeds),
        *generation_cells(data, how.autoencoder_pixels, seed),
        *evidence_cells(data, seed, how.evidence_seeds),
    ]


def _check(profile: str, seed: int, threads: int | None, device: str) -> None:
    from tasvir.train.engine import resolve_device

    if profile not in PROFILES:
        raise BadInputError(f"profile={profile!r} is not known: give one of {', '.join(PROFILES)}")
    if seed < 0:
        raise BadInputError(f"seed={seed} is negative: give a whole number of at least 0")
    if threads is not None and threads < 1:
        raise BadInputError(f"threads={threads}: give a whole number of at least 1")
    resolve_device(device)


def _run_record(data: Dataset, settings: Mapping[str, Any], at: dict[str, str]) -> Record:
    question = {"study": STUDY, "data": data.name, "source": data.card.source} | dict(settings)
    about = {
        "fingerprint": data.fingerprint,
        "words": dict(data.words),
        "settings": dict(settings) | {"image_shape": list(data.images.shape[1:])},
        "assumptions": list(ASSUMPTIONS),
        "versions": versions(),
        "machine": machine(),
        "started": time.strftime("%Y-%m-%d %H:%M:%S"),
        "addresses": at,
    }
    command = command_of(STUDY, data.words, settings)
    return Record("run", STUDY, data=question | about | ({"command": command} if command else {}))
