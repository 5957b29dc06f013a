"""The main job in small: seconds instead of minutes, through the same code."""

import dataclasses
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np

import tasvir
from tasvir import load_data
from tasvir.data.dataset import Dataset
from tasvir.records.run import RunFolder
from tasvir.studies import inside, recipes, runner
from tasvir.studies.families import main_job
from tasvir.studies.run import Finished, run_study
from tasvir.train.checkpoint import Checkpoint

PACKAGE = Path(tasvir.__file__).parent


@dataclass(frozen=True)
class Unbroken:
    """A finished small main job."""

    finished: Finished
    out: Path
    told: str
    traced: dict[str, set[str]]


def few_digits() -> Dataset:
    """The first 300 of the bundled digits."""
    return some(load_data("digits"), np.arange(300))


def two_digits() -> Dataset:
    """Threes and eights: two classes, with enough test images of each for a verdict."""
    digits = load_data("digits")
    few = some(digits, np.flatnonzero(np.isin(digits.labels, (3, 8))))
    return dataclasses.replace(few, labels=(few.labels == 8).astype(few.labels.dtype), class_names=("3", "8"))


def some(data: Dataset, rows: np.ndarray) -> Dataset:
    parts = {name: getattr(data, name)[rows].copy() for name in ("images", "labels", "split")}
    return dataclasses.replace(data, **parts)


@contextmanager
def small_profiles(*, n_seeds: int = 1, evidence_seeds: int = 2, steps: int = 6) -> Iterator[None]:
    """As few epochs, steps and seeds as each chapter allows."""
    seeds = {"n_seeds": n_seeds, "evidence_seeds": evidence_seeds}
    judging = {"judge_steps": steps, "judge_folds": 2, "more_arms": False}
    profile = main_job.Profile(autoencoder_pixels=1, classifier_pixels=1, classifier_epochs=60, **seeds, **judging)
    with ExitStack() as stack:
        stack.enter_context(mock.patch.dict(main_job.PROFILES, quick=profile))
        for name in ("STEPS", "VAE_STEPS"):
            stack.enter_context(mock.patch.object(recipes, name, steps))
        yield


def run(data: Dataset, out: Path, **how) -> Finished:
    return run_study(main_job.STUDY, data, out=out, **{"threads": 1, "jobs": 1, "device": "cpu"} | how)


@contextmanager
def traced() -> Iterator[dict[str, set[str]]]:
    """Which of our source files run in a cell, by the cell's name."""
    found = defaultdict(set)
    real = runner.compute_cell

    def compute_cell(cell, *given):
        def note(frame, event, arg):
            if event == "call" and frame.f_code.co_filename.startswith(str(PACKAGE)):
                found[cell.name].add(frame.f_code.co_filename)

        sys.setprofile(note)
        try:
            return real(cell, *given)
        finally:
            sys.setprofile(None)

    with mock.patch.object(runner, "compute_cell", compute_cell):
        yield found


@contextmanager
def dying(place: str, count: int) -> Iterator[None]:
    """SIGKILL at the `count`th time that records are appended, or that a training's epoch is written down."""
    owner, name = {"append": (RunFolder, "append"), "epoch": (Checkpoint, "__call__")}[place]
    real, calls = getattr(owner, name), []

    def call(*given):
        found = real(*given)
        calls.append(1)
        if len(calls) == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    with mock.patch.object(owner, name, call), mock.patch.object(inside, "CHECKPOINT_S", 0.0):
        yield


if __name__ == "__main__":
    with small_profiles(), dying(sys.argv[2], int(sys.argv[3])):
        run(few_digits(), Path(sys.argv[1]))
