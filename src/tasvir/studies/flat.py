"""Images as rows of numbers, for the methods that take flat X."""

import numpy as np


def flat_unit(X: np.ndarray) -> np.ndarray:
    """uint8 images (n, h, w[, c]) as rows of float32 on the 0..1 scale."""
    return (X.reshape(len(X), -1) / np.float32(255)).astype(np.float32)
