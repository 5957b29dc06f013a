"""Folders of images: one sub-folder a class, also below `train`, `val` and `test`."""

from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.labels import PART_WORDS
from tasvir.data.options import LoadOptions
from tasvir.data.raw import Facts, Raw
from tasvir.data.readers.images import ENDINGS, by_patient, images_of, is_image
from tasvir.data.readers.walk import check_target, images_below, names_below
from tasvir.data.rules import told


def read_folder(folder: Path, options: LoadOptions) -> Raw:
    """The sub-folders are the classes, in alphabetical order; images lie at any depth below them."""
    return _raw(folder, _classes(folder, options), options)


def is_loose(folder: Path) -> bool:
    """Whether images lie in the folder itself, and none in folders."""
    return folder.is_dir() and not _folders(folder) and any(map(is_image, folder.iterdir()))


def holds_images(folder: Path) -> bool:
    """Whether images lie in the folder, or anywhere below it; or whether it is one image itself."""
    if folder.is_file():
        return is_image(folder)
    return folder.is_dir() and any(is_image(path) for path in folder.rglob("*") if path.is_file())


def read_loose(folder: Path, options: LoadOptions) -> Raw:
    """Images without classes, all of a folder or a single one: all labels are empty."""
    facts = Facts(folder.resolve().name, str(folder), about=told("loose"))
    alone = folder.is_file()
    paths = [folder] if alone else images_below(folder, folder, follow_links=options.follow_links)
    pixels = images_of(paths, str(folder.resolve()))
    folder = folder.parent if alone else folder
    raw = Raw(facts, pixels, labels=np.full(len(paths), ""), names=names_below(folder, paths))
    return by_patient(raw, pixels)


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
        images = _classes(place, options)
        found += images
        split += [PART_WORDS[place.name.lower()]] * len(images)
    return _raw(folder, found, options, split=np.array(split))


#: An image and the folder of its class.
Found = tuple[Path, Path]


def _folders(folder: Path) -> list[Path]:
    places = [path for path in sorted(folder.iterdir()) if path.name[0] not in "._"]
    for path in places:
        check_target(path)
    return [path for path in places if path.is_dir()]


def _classes(folder: Path, options: LoadOptions) -> list[Found]:
    """All images, each with the folder that its class has."""
    classes = _folders(folder)
    if not classes:
        loose = " (images lie in it, but no class is known for them)" if any(map(is_image, folder.iterdir())) else ""
        raise DataFileError(f"{folder} has no sub-folders{loose}: make one folder of images for each class, or name a manifest")
    return [(path, place) for place in classes for path in _images(folder, place, options)]


def _images(folder: Path, place: Path, options: LoadOptions) -> list[Path]:
    if not _is_text(place.name):
        raise DataFileError(f"{folder} has a class whose name is no UTF-8 text ({place.name!a}): rename that folder")
    inside = images_below(place, folder, follow_links=options.follow_links)
    if not inside:
        raise DataFileError(
            f"{place} holds no images ({', '.join(sorted(ENDINGS))}; DICOM files have to end so): remove it, or fill it"
        )
    return inside


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _raw(folder: Path, found: list[Found], options: LoadOptions, *, split: np.ndarray | None = None) -> Raw:
    place, paths = folder.resolve(), [path for path, _ in found]
    pixels, groups = images_of(paths, str(place)), _groups(folder, found, options)
    raw = Raw(
        facts=Facts(
            place.name,
            str(folder),
            about=told("class_folders"),
            notes=(told("group_folders"),) if groups is None and _nested(found) else (),
        ),
        pixels=pixels,
        labels=np.array([of_class.name for _, of_class in found]),
        split=split,
        groups=groups,
        names=names_below(folder, paths),
    )
    return by_patient(raw, pixels)


def _groups(folder: Path, found: list[Found], options: LoadOptions) -> np.ndarray | None:
    if not options.group_folders:
        return None
    if not _nested(found):
        raise DataFileError(
            f"{folder} has no class with several folders below it, so there are no groups: leave group_folders out"
        )
    return np.array([_group(*one) for one in found])


def _nested(found: list[Found]) -> bool:
    """Whether some class has several folders below it."""
    folders = {(of_class, path.relative_to(of_class).parts[0]) for path, of_class in found if path.parent != of_class}
    return len(folders) > len({of_class for of_class, _ in folders})


def _group(path: Path, of_class: Path) -> str:
    """The first folder below the class, by its name alone, as a patient may have images of several classes; else the image."""
    inside = path.relative_to(of_class)
    return inside.parts[0] if len(inside.parts) > 1 else f"{of_class.name}/{inside.name}"
