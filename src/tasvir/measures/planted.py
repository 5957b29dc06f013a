"""Copies of images that are known to be copies, so that a search for copies can be seen to find them.

Shape letters: n images, h w c height, width and channels.
"""

from collections.abc import Callable

import numpy as np

from tasvir.contracts.seeds import stream_rng
from tasvir.measures.likeness import shifts

#: Copies of each kind in each of two parts.
N_PLANTED = 100
NOISE_SD, CONTRAST = 0.02, 0.7


def planted_copies(training: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Copies of each kind to learn a threshold from, and copies of other images to test it on: (n, h, w, c) in 0..1."""
    rows = np.unique(np.linspace(0, len(training) - 1, 2 * N_PLANTED).astype(int))
    return planted(training[rows[::2]]), planted(training[rows[1::2]])


def planted(images: np.ndarray) -> dict[str, np.ndarray]:
    """The images changed in each of the ways that do not make another picture of them; the same at each call."""
    kinds: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "exact": lambda images: images,
        "noise": _noisy,
        "mirrored": lambda images: images[:, :, ::-1],
        "shifted": _shifted,
        "contrast": lambda images: images * np.float32(CONTRAST),
    }
    if _moves(images) == []:
        del kinds["shifted"]
    return {kind: change(images) for kind, change in kinds.items()}


def _noisy(images: np.ndarray) -> np.ndarray:
    noise = stream_rng(0, "planted noise").normal(0, NOISE_SD, images.shape)
    return np.clip(images + noise, 0, 1).astype(np.float32)


def _shifted(images: np.ndarray) -> np.ndarray:
    """Each by one pixel, in all directions by turns; what was the border is doubled."""
    (height, width), moves = images.shape[1:3], _moves(images)
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    turns = (moves[i % len(moves)] for i in range(len(images)))
    return np.stack([image[1 + dy :, 1 + dx :][:height, :width] for image, (dy, dx) in zip(wide, turns, strict=True)])


def _moves(images: np.ndarray) -> list[tuple[int, int]]:
    return [move for move in shifts(*images.shape[1:3]) if move != (0, 0)]
