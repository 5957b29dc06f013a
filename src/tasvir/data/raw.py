"""What a reader found, before anything is interpreted: readers read, one place decides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np

#: The parts of a split.
PARTS = ("train", "val", "test")
#: Which numbers become black (0) and white (255).
Levels = tuple[float, float]
#: Begins the group of an image of which no patient is known: it stands alone.
UNNAMED = "\0"


@dataclass(frozen=True)
class Form:
    """The one shape that all images of a set get, and the numbers that become black and white.

    `levels` None: pixels are bytes already, or each file says how it is shown. `beyond`: what becomes of numbers outside of them:
    "" (there are none: they are the set's own), "refused", "clipped"; or "windows": every file has to say how it is shown.
    """

    height: int
    width: int
    color: bool
    fit: str = "stretch"
    levels: Levels | None = None
    beyond: str = ""

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.height, self.width, 3) if self.color else (self.height, self.width)


@dataclass(frozen=True)
class Identity:
    """Which files hold some pixels (`place`), and in which state they are (`stamp`): what a cached copy stands for."""

    place: str
    stamp: str

    @classmethod
    def of(cls, place: str, files: Iterable[Path]) -> "Identity":
        """The state of some files: size and time alone do not tell an overwritten image, or two that were swapped."""
        digest = sha256()
        for path in files:
            state = path.stat() if path.exists() else path.lstat()  # a broken link
            words = (path, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
            digest.update(("|".join(map(str, words)) + "\n").encode(errors="surrogateescape"))
        return cls(place, digest.hexdigest())


class Pixels(Protocol):
    """Images of any sizes that can be brought into one form, block by block.

    Attributes
    ----------
    identity : Identity or None
        None where the images are in memory already, and a cached copy would help nobody.
    keep_copy : bool
        Whether reading is so slow that a copy is worth its place where one is asked for, though the images fit into memory.
    deep : bool
        Whether some numbers are more than bytes, so that a range can be named for them.
    shown : str
        What becomes of values where no levels are stated, for the data card; empty for bytes.
    """

    @property
    def identity(self) -> Identity | None: ...

    @property
    def keep_copy(self) -> bool: ...

    @property
    def shown(self) -> str: ...

    @property
    def deep(self) -> bool: ...

    def __len__(self) -> int: ...

    def sizes(self) -> set[tuple[int, int]]:
        """All (height, width) that occur."""

    def any_color(self) -> bool:
        """Whether some image may have colour."""

    def levels(self) -> Levels | None:
        """The numbers that become 0 and 255, where some images have more than 8 bits and no window of their own."""

    def blocks(self, form: Form) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Pairs (indices, uint8 images in `form`), in order, without the unreadable ones."""

    def failures(self) -> dict[int, str]:
        """What was wrong with each image that could not be read so far."""


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
    names: np.ndarray | None = None  # of the images, where the source has any
    nameless: bool = False  # groups are ids of patients: only numbers may leave the reading

    def rows(self, kept: np.ndarray) -> "Raw":
        """The same without the images that are not kept (the pixels are left alone)."""
        if len(kept) == len(self.labels):
            return self
        given = {name: array for name in ("split", "groups", "names") if (array := getattr(self, name)) is not None}
        kept_of: dict[str, Any] = {name: array[kept] for name, array in given.items()}
        return replace(self, labels=self.labels[kept], **kept_of)

    def without_ids(self) -> "Raw":
        """The same with numbers for patients."""
        if self.groups is None or not self.nameless:
            return self
        return replace(self, groups=np.unique(self.groups, return_inverse=True)[1], nameless=False)
