"""Where the files of a named set lie on this machine."""

import os
from pathlib import Path

from tasvir.contracts.errors import DataFileError
from tasvir.data.cache import cache_folder
from tasvir.data.files import content_md5
from tasvir.data.known.facts import KnownSet, plain
from tasvir.data.known.fetch import fetch
from tasvir.data.options import LoadOptions

DEPTH = 3  # the folder itself and two levels below: a data folder, a set's folder, its 'raw'


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


def place_for(known: KnownSet, data_dir: Path | None) -> Path:
    """The folder that the set's missing files should be put into."""
    chosen = data_dir or os.environ.get("TASVIR_DATA")
    folder = Path(chosen).expanduser() if chosen else cache_folder() / "data"
    return folder / known.name


def find_files(name: str, folders: list[Path]) -> list[Path]:
    """All files called `name` or `name`.gz in the folders and two levels below, in a fixed order."""
    found = []
    for folder in folders:
        for level in range(DEPTH):
            for ending in ("", ".gz"):
                found += sorted(path for path in folder.glob("*/" * level + name + ending) if path.is_file())
    return found


def locate(known: KnownSet, options: LoadOptions) -> list[Path]:
    """Where the set's first file that is here lies, each place it occurs; downloaded where it is nowhere."""
    folders = data_folders(options.data_dir)
    for name in known.files:
        if found := find_files(name, folders):
            return found
    folder = fetch(known, place_for(known, options.data_dir))
    return [path for name in known.files for path in find_files(name, [folder])][:1]


def official_idx(known: KnownSet, candidates: list[Path]) -> tuple[Path, tuple[str, ...]]:
    """Which of the files is the set's, and a note where its content is not the official one.

    Several sets share these file names, so the content decides; without a match, the folder's name.
    """
    for path in candidates:
        if content_md5(path) == known.content_md5[0]:
            return path, ()
    for path in candidates:
        if plain(path.parent.name) == known.name:
            return path, (f"{path} is not the official {known.title} file (its content differs)",)
    found = ", ".join(map(str, candidates)) or "none"
    raise DataFileError(
        f"{known.title} is not here, only files of its names with other content ({found}): put it into a folder "
        f"called {known.name}, or check those files"
    )
