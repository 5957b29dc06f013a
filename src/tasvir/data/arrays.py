"""Images that are arrays in memory."""

import numpy as np

from tasvir.data.raw import Form
from tasvir.data.resize import block_to_form

BLOCK = 1024


class ArrayPixels:
    """One or more (m, h, w[, 3]) uint8 arrays, one after the other."""

    identity = None
    keep_copy = False

    def __init__(self, *arrays: np.ndarray):
        self.arrays = arrays

    def __len__(self) -> int:
        return sum(len(array) for array in self.arrays)

    def sizes(self) -> set[tuple[int, int]]:
        return {array.shape[1:3] for array in self.arrays}

    def any_color(self) -> bool:
        return any(array.ndim == 4 for array in self.arrays)

    def blocks(self, form: Form):
        start = 0
        for array in self.arrays:
            for low in range(0, len(array), BLOCK):
                block = block_to_form(array[low : low + BLOCK], form)
                yield np.arange(start, start + len(block)), block
                start += len(block)

    def failures(self) -> dict[int, str]:
        return {}
