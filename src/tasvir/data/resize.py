"""All images of a set get one form: which size, gray or colour, and how they are brought there."""

import numpy as np
from PIL import Image, ImageOps

from tasvir.contracts.errors import DataFileError
from tasvir.data.options import WINDOWS, LoadOptions
from tasvir.data.raw import Form, Levels, Pixels
from tasvir.data.rules import Told, told

KEPT_SIDE = 64  # images that agree and are at most this large keep their size; all others become this large


def choose_form(pixels: Pixels, options: LoadOptions) -> Form:
    """The size and colour that the rules give this set."""
    color = pixels.any_color() if options.color is None else options.color
    levels, beyond = _levels(pixels, options)
    return Form(*_size(pixels.sizes(), options.image_size), color, options.fit, levels, beyond)


def _levels(pixels: Pixels, options: LoadOptions) -> tuple[Levels | None, str]:
    """What becomes black and white, and what of numbers beyond: the set's own range, else what was named; bytes stay bytes."""
    asked, own, shown = options.value_range, pixels.levels(), pixels.shown
    if asked is None and own is not None and shown:
        raise DataFileError("some DICOM files have a window and others have none: name one range for all with value_range")
    if asked is None or not pixels.deep:
        return own, WINDOWS if asked == WINDOWS else ""
    if asked == WINDOWS:
        return None, WINDOWS
    return asked, "clipped" if options.clip else "refused"


def _size(sizes: set[tuple[int, int]], asked: int | None) -> tuple[int, int]:
    if asked is not None:
        return asked, asked
    first = next(iter(sizes))
    return first if len(sizes) == 1 and max(first) <= KEPT_SIDE else (KEPT_SIDE, KEPT_SIDE)


def resize_rule(form: Form, sizes: set[tuple[int, int]]) -> Told:
    """The rule as the data card tells it."""
    target = {"width": form.width, "height": form.height}
    if sizes == {(form.height, form.width)}:
        return told("kept_size", **target)
    how = "cropped" if form.fit == "crop" else "resized"
    if len(sizes) == 1:
        ((height, width),) = sizes
        return told(how, old_width=width, old_height=height, **target)
    sides = [side for size in sizes for side in size]
    return told(f"{how}_many", n=len(sizes), least=min(sides), most=max(sides), **target)


def depth_rule(form: Form, shown: str) -> str:
    """The same for images of more than 8 bits; `shown` where no levels are stated."""
    if form.levels is None:
        return shown
    black, white = form.levels
    if (black, white) == (0, 255) and not form.beyond:
        return ""
    if form.beyond:
        return told("range_asked", black=black, white=white)
    if black:
        return told("range_own", black=black, white=white)
    return told("depth", white=int(white), bits=int(white).bit_length())


def to_form(picture: Image.Image, form: Form) -> np.ndarray:
    """One upright L or RGB picture as uint8 pixels in `form`."""
    picture = picture.convert("RGB" if form.color else "L")
    size = (form.width, form.height)
    if picture.size != size:
        if form.fit == "crop":
            picture = ImageOps.fit(picture, size, Image.Resampling.BILINEAR)
        else:
            picture = picture.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(picture)


def block_to_form(block: np.ndarray, form: Form) -> np.ndarray:
    """Some (m, h, w[, 3]) uint8 images in `form`."""
    if block.shape[1:] == form.shape:
        return block
    return np.stack([to_form(Image.fromarray(image), form) for image in block])
