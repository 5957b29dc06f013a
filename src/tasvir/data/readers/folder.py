"""Folders of images: one sub-folder a class, also below `train`, `val` and `test`."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.labels import PART_WORDS
from tasvir.data.options import LoadOptions
from tasvir.data.raw import Facts, Raw
from tasvir.data.readers.pictures import ENDINGS, PictureFiles, is_picture


def read_folder(folder: Path, options: LoadOptions) -> Raw:
    """The sub-folders are the classes, in alphabetical order; images lie at any depth below them."""
    return _raw(folder, _classes(folder), options)


def holds_parts(folder: Path) -> bool:
    """Whether all sub-folders are called like parts of a split, and hold folders themselves."""
    folders = _folders(folder)
    parts = [place for place in folders if place.name.lower() in PART_WORDS and _folders(place)]
    if len({PART_WORDS[place.name.lower()] for place in parts}) > 1 and len(parts) < len(folders):
        other = next(place.name for place in folders if place not in parts)
        known = ", ".join(place.name for place in parts)
        raise DataFileError(f"{folder} has the parts {known} and beside them {other}: move that elsewhere, or into a part")
    return bool(parts) and len(parts) == len(folders)


def read_parts(folder: Path, options: LoadOptions) -> Raw:
    """`train`, `val` and `test`, each with one sub-folder a class, as a given split."""
    found, split = [], []
    for place in _folders(folder):
        images = _classes(place)
        found += images
        split += [PART_WORDS[place.name.lower()]] * len(images)
    return _raw(folder, found, options, split=np.array(split))


def names_below(folder: Path, paths: Sequence[Path]) -> np.ndarray:
    """The files' paths below the folder, as every system writes them."""
    return np.array([path.relative_to(folder).as_posix() for path in paths])


def check_links(folder: Path, paths: Sequence[Path], options: LoadOptions) -> None:
    """No image lies elsewhere, unless links are to be followed."""
    place = folder.resolve()
    outside = next((path for path in paths if not path.resolve().is_relative_to(place)), None)
    if outside is not None and not options.follow_links:
        raise DataFileError(f"{outside} is reached by a link that leads out of {folder}: copy it, or add follow_links")


#: An image and the folder of its class.
Found = tuple[Path, Path]


def _folders(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name[0] not in "._"]


def _classes(folder: Path) -> list[Found]:
    """All images, each with the folder that its class has."""
    classes = _folders(folder)
    if not classes:
        loose = " (images lie in it, but no class is known for them)" if any(map(is_picture, folder.iterdir())) else ""
        raise DataFileError(f"{folder} has no sub-folders{loose}: make one folder of images for each class, or name a manifest")
    return [(path, place) for place in classes for path in _images(folder, place)]


def _images(folder: Path, place: Path) -> list[Path]:
    if not _is_text(place.name):
        raise DataFileError(f"{folder} has a class whose name is no UTF-8 text ({place.name!a}): rename that folder")
    inside = sorted(path for path in place.rglob("*") if is_picture(path) and path.is_file())
    if not inside and any(path.suffix.lower() == ".dcm" for path in place.rglob("*")):
        raise DataFileError(f"{place} holds DICOM files, which are not read: save them as PNG or TIFF of 16 bits")
    if not inside:
        raise DataFileError(f"{place} holds no images ({', '.join(sorted(ENDINGS))}): remove this folder, or fill it")
    return inside


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _raw(folder: Path, found: list[Found], options: LoadOptions, *, split: np.ndarray | None = None) -> Raw:
    place, paths = folder.resolve(), [path for path, _ in found]
    check_links(folder, paths, options)
    groups = np.array([_group(*one) for one in found])
    folders = {(of_class, path.relative_to(of_class).parts[0]) for path, of_class in found if path.parent != of_class}
    nested = len(folders) > len({of_class for of_class, _ in folders})
    if options.group_folders and not nested:
        raise DataFileError(f"{folder} has no folders below its classes that could be groups: leave group_folders out")
    offer = "folders below the classes look like groups, as patients are: take them as such with --group-folders"
    return Raw(
        facts=Facts(
            place.name,
            str(folder),
            about="one folder of images for each class",
            notes=(offer,) if nested and not options.group_folders else (),
        ),
        pixels=PictureFiles(paths, str(place)),
        labels=np.array([of_class.name for _, of_class in found]),
        split=split,
        groups=groups if options.group_folders else None,
        names=names_below(folder, paths),
    )


def _group(path: Path, of_class: Path) -> str:
    """The first folder below the class, by its name alone, as a patient may have images of several classes; else the image."""
    return path.relative_to(of_class).parts[0]
