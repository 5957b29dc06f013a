"""Packed copies of image files in the user's cache: read once, then mapped."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any, ClassVar, TypeGuard

import numpy as np

from tasvir.contracts.atomic import atomic_folder
from tasvir.contracts.errors import DataFileError, TasvirError
from tasvir.data.raw import Identity, Levels
from tasvir.data.rules import again, parts_of

#: All packed images together.
MOST_BYTES = 20 * 10**9


@dataclass(frozen=True)
class Entry:
    """One cache folder: raw uint8 images in `FILE`, and what they are in `about.json`."""

    FILE: ClassVar[str] = "images.bin"

    folder: Path
    shape: tuple[int, ...]
    resize_rule: str
    depth_rule: str
    levels: Levels | str | None
    unreadable: tuple[str, ...]
    kept: list[int] | None  # None: all

    def memmap(self) -> np.memmap:
        """The images where they lie, read-only."""
        return np.memmap(self.folder / self.FILE, np.uint8, "r", shape=self.shape)

    def array(self) -> np.ndarray:
        """The images in memory."""
        return np.fromfile(self.folder / self.FILE, np.uint8).reshape(self.shape)


def cache_folder() -> Path:
    """Tasvir's own folder for downloads and packed images (`TASVIR_CACHE` moves it)."""
    if chosen := os.environ.get("TASVIR_CACHE"):
        return Path(chosen).expanduser()
    import pooch

    return Path(pooch.os_cache("tasvir"))


def cached(identity: Identity, words: tuple, fill: Callable[[Path], Entry]) -> Entry:
    """The entry for these files read in this way; made by `fill` when it is missing, or older than the files."""
    name = hashlib.sha256(repr((identity.place, words)).encode()).hexdigest()[:24]
    folder = cache_folder() / "images" / name
    if (found := _read(folder, identity.stamp)) is not None:
        return found
    try:
        _private(folder.parent)
        with atomic_folder(folder) as new:
            _write(entry := fill(new), identity.stamp)
        _make_room(folder)
    except TasvirError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise DataFileError(f"{folder} cannot be written ({reason}): name another place in TASVIR_CACHE") from None
    return replace(entry, folder=folder)


def kept_copies() -> list[dict[str, Any]]:
    """What the cache holds of images, oldest use first: the folder of each copy, its bytes, how many images it has."""
    found = []
    for folder in sorted(_copies(), key=lambda path: (path / Entry.FILE).stat().st_mtime):
        found.append({"folder": str(folder), "images": _n_images(folder), "bytes": (folder / Entry.FILE).stat().st_size})
    return found


def _n_images(folder: Path) -> int | None:
    """None where a copy is damaged."""
    try:
        return int(json.loads((folder / "about.json").read_text(encoding="utf-8"))["shape"][0])
    except (OSError, ValueError, KeyError, TypeError, IndexError):
        return None


def clear_copies() -> list[dict[str, Any]]:
    """Remove them all, and nothing else; gives what there was."""
    gone = kept_copies()
    for copy in gone:
        shutil.rmtree(copy["folder"])
    return gone


def _copies() -> list[Path]:
    """Folders of packed images that this program made."""
    place = cache_folder() / "images"
    return [path for path in place.glob("*") if (path / "about.json").is_file() and (path / Entry.FILE).is_file()]


def _private(place: Path) -> None:
    """Images of patients are nobody else's."""
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0o700)


def _make_room(newest: Path) -> None:
    """The oldest copies go where all together are too large; the newest stays."""
    kept = [copy for copy in kept_copies() if copy["folder"] != str(newest)]
    total = sum(copy["bytes"] for copy in kept) + (newest / Entry.FILE).stat().st_size
    for copy in kept:
        if total <= MOST_BYTES:
            return
        shutil.rmtree(copy["folder"], ignore_errors=True)
        total -= copy["bytes"]


def is_cached(images: np.ndarray) -> TypeGuard[np.memmap]:
    """Whether images lie in the cache because they are too large for the memory; what joblib maps for its processes does not."""
    return isinstance(images, np.memmap) and Path(str(images.filename)).is_relative_to(cache_folder().resolve())


def copy_rows(images: np.memmap, rows: np.ndarray, fingerprint: str) -> np.memmap:
    """Some rows of images that lie on disk, gathered on disk as well."""
    shape = (len(rows), *images.shape[1:])

    def fill(folder: Path) -> Entry:
        with (folder / Entry.FILE).open("wb") as file:
            for low in range(0, len(rows), 1024):
                file.write(np.ascontiguousarray(images[rows[low : low + 1024]]).data)
        return Entry(folder, shape, resize_rule="", depth_rule="", levels=None, unreadable=(), kept=None)

    stamp = hashlib.sha256(rows.tobytes()).hexdigest()
    return cached(Identity(f"rows of {fingerprint}", stamp), (stamp,), fill).memmap()


def _write(entry: Entry, stamp: str) -> None:
    about = {
        "stamp": stamp,
        "shape": entry.shape,
        "resize_rule": parts_of(entry.resize_rule),
        "depth_rule": parts_of(entry.depth_rule),
        "levels": entry.levels,
        "unreadable": entry.unreadable,
        "kept": entry.kept,
    }
    (entry.folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def _read(folder: Path, stamp: str) -> Entry | None:
    """The entry of a folder, or None where it is missing, outdated or damaged."""
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        shape = tuple(about["shape"])
        if about["stamp"] != stamp or (folder / Entry.FILE).stat().st_size != prod(shape):
            return None
        return Entry(
            folder,
            shape,
            resize_rule=again(about["resize_rule"]),
            depth_rule=again(about["depth_rule"]),
            levels=tuple(about["levels"]) if isinstance(about["levels"], list) else about["levels"],
            unreadable=tuple(about["unreadable"]),
            kept=about["kept"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
