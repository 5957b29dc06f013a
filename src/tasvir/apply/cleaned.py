"""A user's images, cleaned by a fitted denoiser, as PNG files under the names that they had."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from tasvir.apply.drawn_files import png
from tasvir.apply.intake import fitted_form, images_for
from tasvir.contracts.atomic import atomic_folder, must_be_writable
from tasvir.contracts.errors import BadInputError
from tasvir.data.dataset import Dataset

#: Images that are cleaned at once.
AT_ONCE = 1024


def check_folder(estimator: Any, out: Path) -> None:
    """A new folder for pictures of what this denoiser cleans; asked before an image is read."""
    if out.exists() or out.is_symlink():
        raise BadInputError(f"--out {out} is there already: give a new folder, or a file that ends in .npz or .csv")
    if fitted_form(estimator) is None:
        raise BadInputError(f"rows of {estimator.space_.n_features} numbers are no pictures: give --out a .npz or .csv file")
    must_be_writable(out.parent)


def write_cleaned(estimator: Any, data: Dataset, out: Path, *, variance: float | None = None) -> None:
    """Every image of a set, cleaned, in the size of the model, as PNG files below `out`, which appears whole or not."""
    with atomic_folder(out) as folder:
        names = file_names(data.names)
        for rows, pictures in _cleaned(estimator, data, variance):
            for name, picture in zip(names[rows], pictures, strict=True):
                place = folder / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(png(picture))


def file_names(names: np.ndarray) -> list[str]:
    """The names with .png in the place of what they end in; where that is taken, behind it, as often as it takes.

    >>> file_names(np.array(["a.jpg", "b.png", "b.jpg", "b.jpg.png"]))
    ['a.png', 'b.png.png', 'b.jpg.png', 'b.jpg.png.png']
    """
    short = [str(PurePosixPath(name).with_suffix(".png")) for name in names.tolist()]
    often = Counter(map(_key, short))
    taken = {_key(str(folder)) for name in names.tolist() for folder in PurePosixPath(name).parents}
    found = []
    for one, name in zip(short, names.tolist(), strict=True):
        free = one if often[_key(one)] == 1 else f"{name}.png"
        while _key(free) in taken:
            free += ".png"
        taken.add(_key(free))
        found.append(free)
    return found


def _key(name: str) -> str:
    """Some systems take a.png and A.png for one file."""
    return name.lower()


def _cleaned(estimator: Any, data: Dataset, variance: float | None) -> Iterator[tuple[slice, np.ndarray]]:
    """Some rows at a time, and their pictures (n, H, W, C) on the 0..1 scale."""
    told = {} if variance is None else {"variance": variance}
    shape, space = estimator.space_.image_shape(getattr(estimator, "image_shape", None)), estimator.space_
    for start in range(0, len(data), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        cleaned = estimator.transform(images_for(estimator, data, rows), **told)
        yield rows, ((cleaned - space.offset) / space.scale).reshape(-1, *shape)
