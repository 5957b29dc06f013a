"""Files of one image each as the pixels of a set: opened when they are needed, one after the other."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.raw import Form, Identity, Levels

MOST_PIXELS = 89_478_485  # Pillow's own warning level: a quarter of a gigabyte as RGB


class ImageFiles(ABC):
    """Abstract: pictures, or DICOM files; those that cannot be read are remembered and left out.

    `place` names what the files are read for (their folder, or their manifest): a new list of files for the same place
    makes the cached copy of the old one superfluous.
    """

    keep_copy = True

    def __init__(self, paths: Sequence[Path], place: str):
        self.paths = list(paths)
        self.place = place
        self._failures: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.paths)

    @cached_property
    def identity(self) -> Identity:
        return Identity.of(self.place, self.paths)

    def failures(self) -> dict[int, str]:
        return dict(sorted(self._failures.items()))

    def blocks(self, form: Form) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for index, image in self._each(lambda path: self._read(path, form), range(len(self))):
            yield np.array([index]), image[None]

    def patients(self) -> np.ndarray | None:
        """The id of each file's patient, where the files say whose they are."""
        return None

    def _each(self, look: Callable[[Path], Any], indices: Iterator[int] | Sequence[int]) -> Iterator[tuple[int, Any]]:
        """(index, what `look` gives) of the files that can be read."""
        for index in indices:
            if index in self._failures:
                continue
            try:
                found = look(self.paths[index])
            except DataFileError as error:
                self._failures[index] = str(error)
            else:
                yield index, found

    @property
    @abstractmethod
    def shown(self) -> str: ...

    @property
    @abstractmethod
    def deep(self) -> bool: ...

    @abstractmethod
    def sizes(self) -> set[tuple[int, int]]: ...

    @abstractmethod
    def any_color(self) -> bool: ...

    @abstractmethod
    def levels(self) -> Levels | None: ...

    @abstractmethod
    def _read(self, path: Path, form: Form) -> np.ndarray:
        """One image in `form`."""
