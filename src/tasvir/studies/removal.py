"""What was run and is no longer wanted: only ever a folder that is a run, and nothing but a run."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tasvir.contracts.errors import DataFileError
from tasvir.records.store import is_as_stored
from tasvir.studies.folder import LOCK, RECORDS, held_alone

#: What a run makes in its folder; parts of files that a kill left behind end in .part.
MADE = (RECORDS, "files", "models", "scratch", "report.html", LOCK)


def find_run(word: Path, out: Path) -> Path:
    """The folder of a run (a damaged one, too) by its path, or by its name under `out`."""
    for path in (word, out / word):
        if (path / RECORDS).is_file():
            _must_be_all_run(path)
            return path
    raise DataFileError(f"{word}: no run there, nor of that name in {out}; give one of `tasvir runs list`")


def remove_run(path: Path) -> None:
    """Delete a run after re-checking that it is one."""
    _must_be_all_run(path)
    with held_alone(path, advice="wait for it, or stop it first"):
        shutil.rmtree(path)


def _must_be_all_run(path: Path) -> None:
    """A folder that begins with a run record and holds nothing that a run does not make."""
    try:
        with (path / RECORDS).open(encoding="utf-8") as file:
            begins = json.loads(file.readline())["kind"] == "run"
    except (ValueError, TypeError, KeyError):
        begins = False
    if path.is_symlink() or not begins:
        raise DataFileError(f"{path} is not the folder of a run; only those are removed")
    others = sorted(str(other.relative_to(path)) for other in _others(path))
    if others:
        raise DataFileError(f"{path} also holds {others[0]}, which the run did not make; move it elsewhere first")


def _others(path: Path) -> Iterator[Path]:
    """What the run did not make: also among its arrays and models, where its records and hashes tell what it made."""
    named = set(re.findall(rb'"sha256":"([0-9a-f]{64})"', (path / RECORDS).read_bytes()))  # of damaged records, too
    yield from (entry for entry in path.iterdir() if entry.name not in MADE and entry.suffix != ".part")
    for place in (path / "files", path / "models"):
        for entry in place.iterdir() if place.is_dir() else ():
            is_its_array = entry.suffix == ".npy" and entry.is_file() and entry.stem.encode() in named
            if entry.suffix != ".part" and not is_its_array and not is_as_stored(entry):
                yield entry
