"""Where a run lies: found by the hash of its question, whatever its date."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from tasvir.contracts.errors import DataFileError
from tasvir.records.record import Record
from tasvir.records.run import RunFolder, open_run

RECORDS, LOCK = "records.jsonl", "lock"
#: Settings of every run; the others are the study's own.
NO_OPTIONS = ("seed", "threads", "device", "precision", "image_shape")


def question_hash(question: Mapping[str, Any]) -> str:
    """Eight letters that stand for a question: study, data fingerprint, settings."""
    return hashlib.sha256(json.dumps(dict(question), sort_keys=True).encode()).hexdigest()[:8]


def open_or_create(out: Path, run_record: Record, question: str, *, fresh: bool) -> RunFolder:
    """The newest run of this question under `out`, or a new one; `fresh` always makes a new one."""
    label = re.sub(r"[^A-Za-z0-9._]+", "-", f"{run_record.data['study']}-{run_record.data['data']}").strip("-")
    there = sorted(out.glob(f"*-{question}*"), key=lambda path: path.stat().st_mtime) if out.is_dir() else []
    ours = re.compile(rf".*-{question}(-\d+)?")  # and no copy that somebody keeps beside it
    runs = [path for path in there if ours.fullmatch(path.name) and (path / RECORDS).is_file()]
    if runs and not fresh:
        return open_run(runs[-1])
    name = f"{label}-{date.today():%Y%m%d}-{question}"
    path = next(p for p in (out / (name + (f"-{n}" if n > 1 else "")) for n in range(1, 10_000)) if not p.exists())
    return RunFolder.create(path, run_record)


@contextmanager
def held_alone(run: RunFolder | Path, *, advice: str = "wait for it, or compute anew with --fresh") -> Iterator[None]:
    """Nobody else computes or removes this run meanwhile: two would empty each other's scratch. A killed process lets go."""
    path = run.path if isinstance(run, RunFolder) else run
    lock = FileLock(path / LOCK, blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise DataFileError(f"{path} is being computed by another process: {advice}") from None
    try:
        yield
    finally:
        lock.release()


def list_runs(out: Path) -> list[tuple[Path, RunFolder | None]]:
    """Every run under `out`, newest last; a folder whose records cannot be read comes with None."""
    if not out.is_dir():
        raise DataFileError(f"{out}: no such folder; give the folder that holds runs")
    found: list[tuple[Path, RunFolder | None]] = []
    for path in sorted(out.iterdir(), key=lambda path: path.stat().st_mtime):
        if (path / RECORDS).is_file():
            try:
                found.append((path, open_run(path)))
            except DataFileError:
                found.append((path, None))
    return found


def describe_run(path: Path, run: RunFolder | None) -> dict[str, Any]:
    """One row of the list of runs."""
    damaged = {"run": path.name, "study": "?", "data": "?", "options": "?", "seed": "?", "state": "damaged"}
    if run is None:
        return damaged
    try:
        asked = asked_of(run)
    except DataFileError:
        return damaged
    kinds = [record.kind for record in run.records()]
    n_done, n_failed, n_cells = kinds.count("cell"), kinds.count("failure"), len(asked["addresses"])
    state = "finished" if n_done == n_cells else f"{n_done} of {n_cells} parts" + (f", {n_failed} failed" if n_failed else "")
    options = {name: value for name, value in asked.get("settings", {}).items() if name not in NO_OPTIONS}
    told = ", ".join(f"{name} {value}" for name, value in options.items())
    return {
        "run": path.name,
        "study": asked["study"],
        "data": asked["data"],
        "options": told,
        "seed": asked["seed"],
        "state": state,
    }


def asked_of(run: RunFolder) -> Mapping[str, Any]:
    """What a run was asked, held to the shape that the run record of every study has."""
    asked = run.run_record().data
    shapes = {"study": str, "data": str, "seed": int, "addresses": dict}
    for name, shape in shapes.items():
        if not isinstance(asked.get(name), shape):
            raise DataFileError(f"{run.path}: its run record is damaged ({name} is {asked.get(name)!r}): compute the run anew")
    return asked
