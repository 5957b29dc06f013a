"""Arrays of numbers become uint8 pixels, or are refused."""

from collections.abc import Iterable

import numpy as np

from tasvir.contracts.errors import DataFileError

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


def to_uint8(block: np.ndarray, limit: int) -> np.ndarray:
    """Numbers of 0..`limit`, truth values or bytes as bytes."""
    if block.dtype == np.uint8:
        return block
    if block.dtype == bool:
        return block * np.uint8(255)
    return np.rint(block * (255 / limit)).astype(np.uint8)
