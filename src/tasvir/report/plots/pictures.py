"""Rows of images, drawn as they are: one square a pixel, nothing smoothed."""

import numpy as np

from tasvir.report.document import Panel

_MOST_SIDE = 72  # pixels; larger images are reduced, so that the page stays small


def picture_row(title: str, images: np.ndarray, *, wide: bool = False) -> Panel:
    """Images (n, h, w[, 3]) uint8 side by side."""
    strip = side_by_side(images)
    width = 7.2 if wide else 3.6
    height = width * strip.shape[0] / strip.shape[1] + 0.02

    def draw(axes) -> None:
        axes.imshow(strip, interpolation="none", aspect="equal")
        axes.set_axis_off()

    return Panel(title, draw, width, height, wide)


def side_by_side(images: np.ndarray) -> np.ndarray:
    """(n, h, w[, 3]) uint8 as one (h, n * w + gaps, 4) picture; the gaps are transparent."""
    tiles = [_with_alpha(_reduced(image)) for image in images]
    height, width = tiles[0].shape[:2]
    gap = np.zeros((height, max(1, round(width / 14)), 4), np.uint8)
    between = [piece for tile in tiles for piece in (tile, gap)]
    return np.concatenate(between[:-1], axis=1)


def _reduced(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    if max(height, width) <= _MOST_SIDE:
        return image
    from PIL import Image

    share = _MOST_SIDE / max(height, width)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR))


def _with_alpha(image: np.ndarray) -> np.ndarray:
    image = np.repeat(image[..., None], 3, axis=-1) if image.ndim == 2 else image
    return np.concatenate([image, np.full((*image.shape[:2], 1), 255, np.uint8)], axis=-1)
