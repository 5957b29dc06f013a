"""A folder with one sub-folder of images a class."""

from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.picture import PictureFiles, is_picture
from tasvir.data.raw import Facts, Raw


def read_folder(folder: Path) -> Raw:
    """The sub-folders are the classes, in alphabetical order; images lie at any depth below them."""
    classes = [path for path in sorted(folder.iterdir()) if path.is_dir() and path.name[0] not in "._"]
    if not classes:
        raise DataFileError(f"{folder} has no sub-folders: expected one folder of images for each class")
    paths, labels = [], []
    for position, place in enumerate(classes):
        inside = sorted(path for path in place.rglob("*") if is_picture(path) and path.is_file())
        if not inside:
            raise DataFileError(f"{place} holds no images: remove this folder, or fill it")
        paths += inside
        labels += [position] * len(inside)
    return Raw(
        facts=Facts(folder.resolve().name, str(folder), about="one folder of images for each class"),
        pixels=PictureFiles(paths),
        labels=np.array(labels),
        class_names=tuple(place.name for place in classes),
    )
