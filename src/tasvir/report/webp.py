"""Grids of images inside the page: one WebP each, as it is while there is room, else coarser, and all of a figure alike."""

import base64
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tasvir.report.document import Frames
from tasvir.report.plots.pictures import MOST_SIDE, near_square

#: Bytes that a figure may take, and more for each of its pictures: 72 take 1.6 MB of the page's 5.
_ROOM, _ROOM_EACH = 500_000, 10_000
_SMALLER_SIDES = (56, 40, 32, 24, 20, 16)
_PANEL_PX = 320
_EXACT = None


@dataclass(frozen=True)
class Embedded:
    """A picture as the page takes it: a `data:` address, and its size there, a whole multiple of its own."""

    source: str
    width: int
    height: int


def embedded(block: Frames) -> tuple[tuple[Embedded, ...], ...]:
    """The pictures of each series, in order."""
    drawn = iter(_fitting([frame.images for series in block.series for frame in series.frames]))
    return tuple(tuple(next(drawn) for _ in series.frames) for series in block.series)


def _fitting(grids: Sequence[np.ndarray]) -> list[Embedded]:
    """The first way of all that has room; the coarsest one has to do."""
    room = _ROOM + _ROOM_EACH * len(grids)
    side = min(MOST_SIDE, max(max(images.shape[1:3]) for images in grids))
    ways = [(side, _EXACT), (side, 80), (side, 50), (side, 30), *((less, 50) for less in _SMALLER_SIDES if less < side)]
    for most, quality in ways[:-1]:
        if (found := _within(room, _written(grids, most, quality))) is not None:
            return found
    return list(_written(grids, *ways[-1]))


def _within(room: int, pictures: Iterable[Embedded]) -> list[Embedded] | None:
    """All of them, or None as soon as they take more: most ways are given up after a few pictures."""
    found = []
    for picture in pictures:
        room -= len(picture.source) * 3 // 4
        if room < 0:
            return None
        found.append(picture)
    return found


def _written(grids: Iterable[np.ndarray], side: int, quality: int | None) -> Iterator[Embedded]:
    from PIL import Image

    how = {"lossless": True} if quality is _EXACT else {"quality": quality}
    for images in grids:
        picture, out = near_square(images, side), io.BytesIO()
        Image.fromarray(picture).save(out, format="WEBP", **how)
        height, width = picture.shape[:2]
        times = max(1, _PANEL_PX // width)
        source = "data:image/webp;base64," + base64.b64encode(out.getvalue()).decode()
        yield Embedded(source, times * width, times * height)
