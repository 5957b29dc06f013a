"""What a reader found, before anything is interpreted: readers read, one place decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Form:
    """The one shape that all images of a set get."""

    height: int
    width: int
    color: bool
    fit: str = "stretch"

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.height, self.width, 3) if self.color else (self.height, self.width)


class Pixels(Protocol):
    """Images of any sizes that can be brought into one form, block by block."""

    def __len__(self) -> int: ...

    def sizes(self) -> set[tuple[int, int]]:
        """All (height, width) that occur."""

    def any_color(self) -> bool:
        """Whether some image may have colour."""

    def blocks(self, form: Form) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Pairs (indices, uint8 images in `form`), in order."""


@dataclass(frozen=True)
class Facts:
    """What is known about a set besides its arrays."""

    name: str
    source: str
    title: str = ""
    origin: str = "unknown"
    licence: str = "unknown"
    about: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Raw:
    """Pixels, labels of any kind, and whatever else the source says."""

    facts: Facts
    pixels: Pixels
    labels: np.ndarray
    class_names: tuple[str, ...] | None = None
    split: np.ndarray | None = None
    groups: np.ndarray | None = None
