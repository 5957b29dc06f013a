"""Which images lie below a folder; what leads out of it through a link is read only when asked for."""

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.readers.images import is_image


def images_below(place: Path, source: Path, *, follow_links: bool) -> list[Path]:
    """All images at any depth below `place`, in order; a link that leads nowhere is an image that cannot be read, or an error."""
    found, waiting, seen = [], [place], set()
    _check_link(place, source, follow_links=follow_links)
    while waiting:
        folder = waiting.pop()
        if (real := folder.resolve()) in seen:
            continue  # a link that leads round in a circle
        seen.add(real)
        with os.scandir(folder) as entries:
            for entry in entries:
                path = folder / entry.name
                if entry.is_dir():
                    _check_link(path, source, follow_links=follow_links)
                    waiting.append(path)
                elif is_image(path) and (entry.is_file() or entry.is_symlink()):
                    _check_link(path, source, follow_links=follow_links)
                    found.append(path)
                else:
                    check_target(path)
    return sorted(found)


def _check_link(path: Path, source: Path, *, follow_links: bool) -> None:
    """Refuse a link that leads out of `source`, unless it is to be followed."""
    if path.is_symlink() and not follow_links and not path.resolve().is_relative_to(source.resolve()):
        raise DataFileError(f"{path} is a link that leads out of {source}: allow it with follow_links, or remove it")


def check_target(path: Path) -> None:
    """Refuse a link that leads nowhere."""
    if path.is_symlink() and not path.exists():
        raise DataFileError(f"{path} is a link that leads nowhere: repair it, or remove it")


def names_below(folder: Path, paths: Iterable[Path]) -> np.ndarray:
    """The files' paths below the folder, as every system writes them; bytes that are no text as escapes."""
    return np.array([os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "backslashreplace") for path in paths])
