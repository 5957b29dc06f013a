"""Folders of images: one sub-folder a class, also below `train`, `val` and `test`."""

from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.labels import PART_WORDS
from tasvir.data.raw import Facts, Raw
from tasvir.data.readers.pictures import ENDINGS, PictureFiles, is_picture


def read_folder(folder: Path) -> Raw:
    """The sub-folders are the classes, in alphabetical order; images lie at any depth below them."""
    paths, labels = _classes(folder)
    return _raw(folder, paths, labels)


def holds_parts(folder: Path) -> bool:
    """Whether all sub-folders are called like parts of a split, and hold folders themselves."""
    folders = _folders(folder)
    parts = [place for place in folders if place.name.lower() in PART_WORDS and _folders(place)]
    if len({PART_WORDS[place.name.lower()] for place in parts}) > 1 and len(parts) < len(folders):
        other = next(place.name for place in folders if place not in parts)
        known = ", ".join(place.name for place in parts)
        raise DataFileError(f"{folder} has the parts {known} and beside them {other}: move that elsewhere, or into a part")
    return bool(parts) and len(parts) == len(folders)


def read_parts(folder: Path) -> Raw:
    """`train`, `val` and `test`, each with one sub-folder a class, as a given split."""
    paths, labels, split = [], [], []
    for place in _folders(folder):
        part = PART_WORDS[place.name.lower()]
        some_paths, some_labels = _classes(place)
        paths += some_paths
        labels += some_labels
        split += [part] * len(some_paths)
    return _raw(folder, paths, labels, split=np.array(split))


def _folders(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name[0] not in "._"]


def _classes(folder: Path) -> tuple[list[Path], list[str]]:
    """All images and the names of their classes."""
    classes = _folders(folder)
    if not classes:
        loose = " (images lie in it, but no class is known for them)" if any(map(is_picture, folder.iterdir())) else ""
        raise DataFileError(f"{folder} has no sub-folders{loose}: make one folder of images for each class, or name a manifest")
    paths, labels = [], []
    for place in classes:
        if not _is_text(place.name):
            raise DataFileError(f"{folder} has a class whose name is no UTF-8 text ({place.name!a}): rename that folder")
        inside = sorted(path for path in place.rglob("*") if is_picture(path) and path.is_file())
        if not inside:
            raise DataFileError(f"{place} holds no images ({', '.join(sorted(ENDINGS))}): remove this folder, or fill it")
        paths += inside
        labels += [place.name] * len(inside)
    return paths, labels


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def names_below(folder: Path, paths: list[Path]) -> np.ndarray:
    """The files' paths below the folder, as every system writes them."""
    return np.array([path.relative_to(folder).as_posix() for path in paths])


def _raw(folder: Path, paths: list[Path], labels: list[str], *, split: np.ndarray | None = None) -> Raw:
    place = folder.resolve()
    return Raw(
        facts=Facts(place.name, str(folder), about="one folder of images for each class"),
        pixels=PictureFiles(paths, str(place)),
        labels=np.array(labels),
        split=split,
        names=names_below(folder, paths),
    )
