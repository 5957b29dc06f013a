"""Arrays of numbers become uint8 pixels, or are refused."""

import numpy as np

from tasvir.contracts.errors import DataFileError


def to_uint8(images: np.ndarray, where: str) -> np.ndarray:
    """Images (n, h, w) or (n, h, w, 3) as uint8: 0..255 as they are, floats of 0..1 times 255."""
    images = _shaped(np.asarray(images), where)
    if images.dtype == np.uint8:
        return images
    if images.dtype == bool:
        return images.astype(np.uint8) * 255
    if images.dtype.kind not in "iuf":
        raise DataFileError(f"{where} holds {images.dtype} values: expected numbers 0..255 or 0..1")
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise DataFileError(f"{where} holds NaN or infinite values: remove or replace those images")
    low, high = images.min(), images.max()
    if low < 0 or high > 255:
        raise DataFileError(f"{where} holds values {low:g} to {high:g}: expected 0..255 or 0..1")
    if images.dtype.kind == "f" and high <= 1:
        images = images * 255
    return np.rint(images).astype(np.uint8)


def _shaped(images: np.ndarray, where: str) -> np.ndarray:
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.ndim != 3 and not (images.ndim == 4 and images.shape[3] == 3):
        raise DataFileError(f"{where} has shape {images.shape}: expected (n, height, width) or (n, height, width, 3)")
    if not images.size:
        raise DataFileError(f"{where} is empty, its shape is {images.shape}: expected images")
    return images
