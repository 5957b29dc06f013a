"""A data set as a fitted estimator takes it: images of the size and the colour that it was fitted on."""

import dataclasses
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.data.dataset import Dataset
from tasvir.data.load import load_to_judge, sizes_to_judge
from tasvir.data.options import LARGEST, SMALLEST, LoadOptions
from tasvir.data.raw import Form
from tasvir.data.readers.folder import holds_images
from tasvir.data.resize import block_to_form
from tasvir.models.names import MODELS


def load_for(estimator: Any, source: str, options: LoadOptions, *, labelled: bool = False, as_files: bool = False) -> Dataset:
    """The set that `source` names, of any classes or of none, in the form of the images at `fit`; no other can be asked for.

    `as_files`: of a folder every image, whatever its sub-folders, or a single image file. What became black and white at `fit`
    does so again, unless another range is asked for: a dark batch of 12 bits is none of 8.
    """
    if options.value_range is None:
        known, clip = getattr(estimator, "value_range_", None), getattr(estimator, "clipped_", False)
        options = dataclasses.replace(options, value_range=known, clip=options.clip or clip)
    form = fitted_form(estimator)
    if form is None:
        return load_to_judge(source, options, labelled=labelled, as_files=as_files)
    wanted: dict[str, Any] = {"color": form.color, "image_size": form.height if form.height == form.width else None}
    for name, value in wanted.items():
        if getattr(options, name) not in (None, value):
            raise BadInputError(
                f"{name}={getattr(options, name)}: the model takes {form.width}x{form.height} pixels in "
                f"{'colour' if form.color else 'gray'}; leave {name} out"
            )
    if not SMALLEST <= form.height <= LARGEST:
        wanted["image_size"] = None
    return load_to_judge(source, dataclasses.replace(options, **wanted), labelled=labelled, as_files=as_files)


def load_several(estimator: Any, sources: Sequence[str], options: LoadOptions, *, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most so many images of several files or folders in the shape of X at `fit`, in their order, and their names.

    Images of another size are refused, unless `image_size` asks for the model's: what is stretched may mean something else.
    """
    places = [Path(source).expanduser() for source in sources]
    if twice := [one for one, n in Counter(place.absolute() for place in places).items() if n > 1]:
        raise BadInputError(f"{twice[0]} is given twice: give each image once")
    images, names, n = [], [], 0
    for place in places:
        _check_image(place)
        if options.image_size is None:
            _check_size(estimator, place, sizes_to_judge(place, options))
        found = load_for(estimator, str(place), options, as_files=True)
        n += len(found)
        if n > most:
            raise BadInputError(f"{place} makes it {n} images: give at most {most} at once")
        images.append(images_for(estimator, found))
        names.append([str(name) for name in found.names])
    return np.concatenate(images), np.array(_apart(places, names))


def _check_image(place: Path) -> None:
    if not place.exists():
        raise BadInputError(f"{place}: there is no such file or folder, give images that are there")
    if not holds_images(place):
        what = "is no image file" if place.is_file() else "holds no images"
        raise BadInputError(f"{place} {what}: give PNG, JPEG or other image files, or a folder of them")


def _apart(places: Sequence[Path], names: Sequence[Sequence[str]]) -> list[str]:
    """The names of all images; those that occur more than once with the folder that they lie in before them."""
    often = Counter(name for some in names for name in some)
    folders = [(place.absolute().parent if place.is_file() else place.absolute()).name for place in places]
    return [
        name if often[name] == 1 else f"{folder}-{name.replace('/', '-')}"
        for folder, some in zip(folders, names, strict=True)
        for name in some
    ]


def _check_size(estimator: Any, source: Path, sizes: set[tuple[int, int]]) -> None:
    form = fitted_form(estimator)
    if form is None or not (others := sorted(sizes - {(form.height, form.width)})):
        return
    (height, width), side = others[0], form.height
    instead = f", or give image_size={side} to have that done" if side == form.width else ""
    raise BadInputError(
        f"{source} has an image of {width}x{height} pixels, and the model takes {form.width}x{form.height}: bring it to that "
        f"size{instead}"
    )


def images_for(estimator: Any, data: Dataset, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
    """Some images of a set in the shape of X at `fit`."""
    images, form = data.images[rows], fitted_form(estimator)
    if form is not None:
        images = block_to_form(images, form)
    if math.prod(images.shape[1:]) != estimator.space_.n_features:
        shape = "x".join(map(str, images.shape[1:]))
        raise BadInputError(
            f"the model was fitted on rows of {estimator.space_.n_features} numbers, the images have {shape} pixels: "
            "give images of as many numbers"
        )
    return images.reshape(len(images), *estimator.space_.shape)


def is_denoiser(estimator: Any) -> bool:
    """Whether it takes images and gives images."""
    model = MODELS.get(type(estimator).__name__)
    return model is not None and "denoiser" in model.promises


def fitted_form(estimator: Any) -> Form | None:
    """The form of the images at `fit`; None where X was rows of numbers that make no picture."""
    pixels = estimator.space_
    height, width, channels = pixels.image_shape(getattr(estimator, "image_shape", None))
    if len(pixels.shape) == 1 and height == 1:
        return None
    return Form(height, width, channels == 3)
