"""Where the files of a named set lie on this machine."""

import os
from pathlib import Path

from tasvir.contracts.errors import DataFileError
from tasvir.data.known import KnownSet

DEPTH = 3  # the folder itself and two levels below: a data folder, a set's folder, its 'raw'


def cache_folder() -> Path:
    """Tasvir's own folder for downloads and unpacked images (`TASVIR_CACHE` moves it)."""
    if chosen := os.environ.get("TASVIR_CACHE"):
        return Path(chosen).expanduser()
    import pooch

    return Path(pooch.os_cache("tasvir"))


def data_folders(data_dir: Path | None) -> list[Path]:
    """The folders to look into, in order; a folder that was named has to exist."""
    chosen = data_dir or os.environ.get("TASVIR_DATA")
    folders = [Path(chosen).expanduser()] if chosen else []
    for folder in folders:
        if not folder.is_dir():
            asked = "data_dir" if data_dir else "TASVIR_DATA"
            raise DataFileError(f"{asked} {folder} is not a folder: name the folder that holds the data sets")
    own = cache_folder() / "data"
    return [*folders, own] if own.is_dir() else folders


def place_for(data_dir: Path | None) -> Path:
    """The folder a missing file should be put into."""
    chosen = data_dir or os.environ.get("TASVIR_DATA")
    return Path(chosen).expanduser() if chosen else cache_folder() / "data"


def find_files(name: str, folders: list[Path]) -> list[Path]:
    """All files called `name` or `name`.gz in the folders and two levels below, in a fixed order."""
    found = []
    for folder in folders:
        for level in range(DEPTH):
            for ending in ("", ".gz"):
                found += sorted(path for path in folder.glob("*/" * level + name + ending) if path.is_file())
    return found


def not_found(known: KnownSet, data_dir: Path | None, seen: list[Path] = ()) -> DataFileError:
    """The error that names the files wanted, where to put them, and what lies there instead."""
    wanted = ", ".join(known.files)
    where = place_for(data_dir) / known.name
    found = f"; found only other sets: {', '.join(map(str, seen))}" if seen else ""
    return DataFileError(f"{known.title} is not here: put {wanted} (or .gz) into {where}{found}")
