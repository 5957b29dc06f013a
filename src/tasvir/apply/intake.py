"""A data set as a fitted estimator takes it: images of the size and the colour that it was fitted on."""

import dataclasses
import math
from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.data.dataset import Dataset
from tasvir.data.load import load_to_judge
from tasvir.data.options import LARGEST, SMALLEST, LoadOptions
from tasvir.data.raw import Form
from tasvir.data.resize import block_to_form
from tasvir.models.names import MODELS


def load_for(estimator: Any, source: str, options: LoadOptions, *, labelled: bool = False, as_files: bool = False) -> Dataset:
    """The set that `source` names, of any classes or of none, in the form of the images at `fit`; no other can be asked for.

    `as_files`: of a folder every image, whatever its sub-folders. What became black and white at `fit` does so again, unless
    another range is asked for: a dark batch of 12 bits is none of 8.
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
