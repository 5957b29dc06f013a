"""Arrays of numbers become uint8 pixels, or are refused."""

from collections.abc import Iterable

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.raw import Levels

WHITES = (255, 1023, 4095, 16383, 65535)  # of 8, 10, 12, 14 and 16 bits
DEEPEST = WHITES[-1]


def image_shape(shape: tuple[int, ...], where: str) -> tuple[int, ...]:
    """The shape (n, h, w) or (n, h, w, 3) that an array of images has, or is refused for."""
    if len(shape) == 4 and shape[3] == 1:
        shape = shape[:3]
    if len(shape) != 3 and not (len(shape) == 4 and shape[3] == 3):
        raise DataFileError(f"{where} has shape {shape}: save (n, height, width) or (n, height, width, 3)")
    if 0 in shape:
        raise DataFileError(f"{where} is empty, its shape is {shape}: check how it was saved")
    return shape


def white_for(high: float) -> int:
    """The smallest of the usual ranges that holds a set's largest whole number."""
    return next((white for white in WHITES if high <= white), DEEPEST)


def pixel_limit(blocks: Iterable[np.ndarray], where: str) -> int:
    """The number that becomes 255: 1 where all are floats of 0..1, else the white of their range."""
    low, high, whole = np.inf, -np.inf, True
    for block in blocks:
        if block.dtype.kind not in "biuf":
            raise DataFileError(f"{where} holds {block.dtype} values: save numbers of 0..255 or 0..1")
        if not np.isfinite(block).all():
            raise DataFileError(f"{where} holds NaN or infinite values: remove or replace those images")
        low, high = min(low, float(block.min())), max(high, float(block.max()))
        whole = whole and block.dtype.kind != "f"
    if low < 0 or high > (DEEPEST if whole else 255):
        raise DataFileError(f"{where} holds values {low:g} to {high:g}: {remedy(low, high)}")
    return 1 if high <= 1 and not whole else white_for(high)


def remedy(low: float, high: float) -> str:
    """What makes numbers that are no pixels into pixels, without a loss."""
    if low < 0:
        return f"save them with {-low:.9g} added, divided by {high - low:.9g}: floats of 0..1"
    return f"save them divided by {max(high, white_for(high)):.9g}: floats of 0..1"


def own_levels(low: float, high: float) -> Levels | None:
    """What becomes black and white in a set of these extremes: 0 and a usual white where they fit; None for bytes."""
    if low < 0 or high > DEEPEST:
        return low, max(high, low + 1)
    return (0, white_for(high)) if high > WHITES[0] else None


def must_be_within(low: float, high: float, *, levels: Levels, where: object) -> None:
    """Refuse numbers that would all become black or white under levels that somebody named."""
    if low < levels[0] or high > levels[1]:
        black, white = levels
        raise DataFileError(
            f"{where} has values {low:g} to {high:g}, beyond {black:g} to {white:g}, which was named or the model was fitted by: "
            "name a value_range that holds all images, or have them clipped with clip"
        )


def to_uint8(block: np.ndarray, levels: Levels) -> np.ndarray:
    """Numbers, clipped to `levels`, truth values or bytes as bytes."""
    if block.dtype == np.uint8:
        return block
    if block.dtype == bool:
        return block * np.uint8(255)
    black, white = levels
    return np.rint((np.clip(block, black, white) - black) * (255 / (white - black))).astype(np.uint8)
