"""A plane of codes as the page takes it: points as one path a class, and a decoder's numbers as base64."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasvir.report.document import Explorer, Layer
from tasvir.report.palette import class_colour

#: The plane's side in the units of its drawing.
SIDE = 1000


@dataclass(frozen=True)
class Plane:
    """What the page writes into the elements of an explorer."""

    side: int
    limit: float
    paths: tuple[tuple[str, str], ...]
    layers: tuple[dict[str, str], ...]
    height: int
    width: int
    channels: int


def plane_of(block: Explorer) -> Plane:
    """Paths with their colours, and layers by the names of their parts."""
    height, width, *channels = block.image_shape
    inside = np.abs(block.points).max(axis=1) <= block.limit
    points, labels = block.points[inside], block.labels[inside]
    paths = [(class_colour(int(label)), _dots(points[labels == label], block.limit)) for label in np.unique(labels)]
    layers = tuple(map(_written, block.layers))
    return Plane(SIDE, block.limit, tuple(paths), layers, height, width, channels[0] if channels else 1)


def _dots(points: np.ndarray, limit: float) -> str:
    """Lines of no length, which round caps make dots: y grows downwards in a drawing."""
    places = np.rint((points * (1, -1) / limit + 1) * SIDE / 2).astype(int)
    return "".join(f"M{x} {y}h0" for x, y in places.tolist())


def _written(layer: Layer) -> dict[str, str]:
    """Little-endian, as processors that run browsers are."""
    kinds: Sequence[tuple[str, str]] = (("weights", "<i2"), ("scales", "<f4"), ("bias", "<f4"))
    return {name: base64.b64encode(getattr(layer, name).astype(kind).tobytes()).decode() for name, kind in kinds}
