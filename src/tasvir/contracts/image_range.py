"""The two ranges of images, and what to do with one that has another: advice that loses nothing."""

import numpy as np

from tasvir.contracts.errors import BadInputError

#: Bits of a pixel in the formats there are.
DEPTHS = (8, 10, 12, 14, 16)


def taken_as_pixels(X: np.ndarray) -> np.ndarray:
    """Finite images as uint8 0..255 or float 0..1.

    Whole numbers of any dtype that lie in 0..255 are uint8 pixels, booleans are black and white (0 and 255); other numbers
    are refused, with what to divide by.
    """
    if X.dtype == np.uint8:
        return X
    if X.dtype == np.bool_:
        return X.astype(np.uint8) * np.uint8(255)
    low, high = X.min(), X.max()
    if np.issubdtype(X.dtype, np.integer):
        if low >= 0 and high <= 255:
            return X.astype(np.uint8)
    elif np.issubdtype(X.dtype, np.floating):
        if low >= 0.0 and high <= 1.0:
            return X
    else:
        raise BadInputError(f"X has dtype {X.dtype}: images are uint8 0..255 or float 0..1")
    raise BadInputError(f"{_too_far(X.dtype, float(low), float(high))} (images are uint8 0..255 or float 0..1)")


def _too_far(dtype: np.dtype, low: float, high: float) -> str:
    if low < 0:
        return (
            f"X has values from {low:.6g} to {high:.6g}: bring them to floats 0..1 as (X - low) / (high - low), with the low and "
            "the high that their source can give, the same for all sets"
        )
    floats = np.issubdtype(dtype, np.floating)
    if floats and high < 2:
        return f"X has floats up to {high:.6g}: np.clip(X, 0, 1) where they overshoot, else divide by the most that they can be"
    for bits in DEPTHS:
        if high < 2**bits:
            return f"X has values up to {high:.6g}: divide by {2**bits - 1} ({bits} bits) to get floats 0..1"
    return (
        f"X has values up to {high:.6g}: divide by the most that their source can give, the same for all sets, to get floats 0..1"
    )
