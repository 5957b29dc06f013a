"""Images in rows and grids, drawn as they are: one square a pixel, nothing smoothed."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tasvir.report.document import Panel
from tasvir.report.palette import SECOND, SOFT
from tasvir.report.plots.bars import shortened
from tasvir.report.words.message import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

MOST_SIDE = 72  # pixels of one image; larger ones are reduced, so that the page stays small
_NAME = 11  # letters of a row's name, at most
_MOST_SPAN = 900  # pixels of a whole grid, for the same reason


def picture_row(title: Words, images: np.ndarray, *, wide: bool = False) -> Panel:
    """Images (n, h, w[, 3]) uint8 side by side."""
    strip = side_by_side(images)
    width = 7.2 if wide else 3.6
    height = width * strip.shape[0] / strip.shape[1] + 0.02

    def draw(axes: "Axes", words: "Language") -> None:
        axes.imshow(strip, interpolation="none", aspect="equal")
        axes.set_axis_off()

    return Panel(title, draw, width, height, wide)


def picture_grid(
    title: Words,
    images: np.ndarray,
    *,
    row_names: Sequence[Words] = (),
    axis_names: Sequence[Words] = (),
    width_in: float = 2.6,
    most_numbers: float = math.inf,
) -> Panel:
    """Images (rows, columns, h, w[, 3]) uint8 in a square pattern, with names at the rows, or at both axes (x, y).

    Where they hold more than `most_numbers` they are reduced to about as many, for the page's sake.
    """
    share = min(1.0, math.sqrt(most_numbers / images.size))
    grid = tiled(images, min(MOST_SIDE, max(1, int(share * max(images.shape[2:4])))))
    names = [shortened(name, _NAME) if isinstance(name, str) else name for name in row_names]
    beside = 0.04 + 0.063 * max((len(name) if isinstance(name, str) else _NAME for name in names), default=0)
    height = (width_in - beside) * grid.shape[0] / grid.shape[1] + (0.2 if axis_names else 0.02)
    middles = (np.arange(len(images)) + 0.5) * grid.shape[0] / len(images)

    def draw(axes: "Axes", words: "Language") -> None:
        axes.imshow(grid, interpolation="none", aspect="equal")
        axes.set_xticks([])
        axes.set_yticks(middles if names else [], [name if isinstance(name, str) else words(name) for name in names])
        axes.spines[:].set_visible(False)
        if axis_names:
            axes.set(xlabel=words(axis_names[0]), ylabel=words(axis_names[1]))

    return Panel(title, draw, width_in, height)


def picture_square(title: Words, images: np.ndarray, *, width_in: float = 2.6) -> Panel:
    """Images (n, h, w[, 3]) uint8 in a pattern that is nearly square."""
    square = near_square(images)

    def draw(axes: "Axes", words: "Language") -> None:
        axes.imshow(square, interpolation="none", aspect="equal")
        axes.set_axis_off()

    return Panel(title, draw, width_in, width_in * square.shape[0] / square.shape[1] + 0.02)


def pictures_with_words(title: Words, images: np.ndarray, lines: Sequence[Sequence[Words]], *, marked: bool = False) -> Panel:
    """Images (n, h, w[, 3]) uint8 with lines of words below each, coloured where they are to be looked at."""
    return _with_words(title, images[None], lines, marked=marked)


def tower_with_words(title: Words, images: np.ndarray, lines: Sequence[Words]) -> Panel:
    """Images (n, h, w[, 3]) uint8 one above the other, and lines of words below them."""
    return _with_words(title, images[:, None], [lines])


def _with_words(title: Words, images: np.ndarray, lines: Sequence[Sequence[Words]], *, marked: bool = False) -> Panel:
    """Images (rows, n, h, w[, 3]) with lines of words below each column."""
    strip, n = tiled(images), images.shape[1]
    width = 0.85 * n + (0.35 if n == 1 else 0)
    middles = strip.shape[1] * (np.arange(n) + 0.5) / n
    most = 16 if n == 1 else 10

    def draw(axes: "Axes", words: "Language") -> None:
        axes.imshow(strip, interpolation="none", aspect="equal")
        axes.set_xticks(middles, ["\n".join(shortened(words(line), most) for line in below) for below in lines])
        axes.set_yticks([])
        axes.tick_params(labelcolor=SECOND if marked else SOFT)
        axes.spines[:].set_visible(False)

    return Panel(title, draw, width, width * strip.shape[0] / strip.shape[1] + 0.16 * max(map(len, lines)))


def side_by_side(images: np.ndarray) -> np.ndarray:
    """(n, h, w[, 3]) uint8 as one (h, n * w + gaps, 4) picture; the gaps are transparent."""
    return tiled(images[None])


def near_square(images: np.ndarray, most_side: int = MOST_SIDE) -> np.ndarray:
    """(n, h, w[, 3]) uint8 as one picture of as many columns as rows, or one more; places that are left over are transparent."""
    columns = math.ceil(math.sqrt(len(images)))
    rows = math.ceil(len(images) / columns)
    tiles = np.stack([_with_alpha(image) for image in images])
    left_over = np.zeros((rows * columns - len(tiles), *tiles.shape[1:]), np.uint8)
    return tiled(np.concatenate([tiles, left_over]).reshape(rows, columns, *tiles.shape[1:]), most_side)


def tiled(images: np.ndarray, most_side: int = MOST_SIDE) -> np.ndarray:
    """(rows, columns, h, w[, 3 or 4]) uint8 as one picture with transparent gaps of a fourteenth of an image's width."""
    most = min(most_side, _MOST_SPAN // max(images.shape[:2]))
    tiles = [[_with_alpha(_reduced(image, most)) for image in row] for row in images]
    gap = max(1, round(tiles[0][0].shape[1] / 14))
    return _joined([_joined(row, 1, gap) for row in tiles], 0, gap)


def _joined(tiles: list[np.ndarray], axis: int, gap: int) -> np.ndarray:
    shape = list(tiles[0].shape)
    shape[axis] = gap
    between = [piece for tile in tiles for piece in (tile, np.zeros(shape, np.uint8))]
    return np.concatenate(between[:-1], axis=axis)


def _reduced(image: np.ndarray, most: int) -> np.ndarray:
    height, width = image.shape[:2]
    if max(height, width) <= most:
        return image
    from PIL import Image

    share = most / max(height, width)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR))


def _with_alpha(image: np.ndarray) -> np.ndarray:
    if image.ndim == 3 and image.shape[-1] == 4:
        return image
    image = np.repeat(image[..., None], 3, axis=-1) if image.ndim == 2 else image
    return np.concatenate([image, np.full((*image.shape[:2], 1), 255, np.uint8)], axis=-1)
