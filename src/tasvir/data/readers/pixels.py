"""Arrays of numbers become uint8 pixels, or are refused."""

from collections.abc import Iterable

import numpy as np

from tasvir.contracts.errors import DataFileError


def image_shape(shape: tuple[int, ...], where: str) -> tuple[int, ...]:
    """The shape (n, h, w) or (n, h, w, 3) that an array of images has, or is refused for."""
    if len(shape) == 4 and shape[3] == 1:
        shape = shape[:3]
    if len(shape) != 3 and not (len(shape) == 4 and shape[3] == 3):
        raise DataFileError(f"{where} has shape {shape}: save (n, height, width) or (n, height, width, 3)")
    if 0 in shape:
        raise DataFileError(f"{where} is empty, its shape is {shape}: check how it was saved")
    return shape


def pixel_factor(blocks: Iterable[np.ndarray], where: str) -> float:
    """What to multiply all these numbers with to get 0..255: 255 for truth values and floats of 0..1, else 1."""
    low, high, kind = np.inf, -np.inf, "u"
    for block in blocks:
        kind = block.dtype.kind
        if kind not in "biuf":
            raise DataFileError(f"{where} holds {block.dtype} values: save numbers of 0..255 or 0..1")
        if not np.isfinite(block).all():
            raise DataFileError(f"{where} holds NaN or infinite values: remove or replace those images")
        low, high = min(low, block.min()), max(high, block.max())
    if low < 0 or high > 255:
        raise DataFileError(f"{where} holds values {low:g} to {high:g}: scale them to 0..255 or 0..1")
    return 255.0 if kind == "b" or (kind == "f" and high <= 1) else 1.0


def to_uint8(block: np.ndarray, factor: float) -> np.ndarray:
    """Numbers as bytes, after `pixel_factor` has accepted them."""
    return block if block.dtype == np.uint8 else np.rint(block * factor).astype(np.uint8)
