"""Many image files, opened when they are needed."""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.picture import may_have_color, open_picture, read_picture, upright_size
from tasvir.data.raw import Form, Identity


class PictureFiles:
    """Image files as the pixels of a set; those that cannot be read are remembered and left out.

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
        digest = hashlib.sha256()
        for path in self.paths:
            state = path.stat()
            digest.update(f"{path}|{state.st_size}|{state.st_mtime_ns}\n".encode(errors="surrogateescape"))
        return Identity(self.place, digest.hexdigest())

    def sizes(self) -> set[tuple[int, int]]:
        return self._headers[0]

    def any_color(self) -> bool:
        return self._headers[1]

    def failures(self) -> dict[int, str]:
        return dict(sorted(self._failures.items()))

    @cached_property
    def _headers(self) -> tuple[set[tuple[int, int]], bool]:
        """Sizes and colour from all headers."""
        sizes, color = set(), False
        for index, path in enumerate(self.paths):
            try:
                with open_picture(path) as picture:
                    sizes.add(upright_size(picture))
                    color = color or may_have_color(picture)
            except DataFileError as error:
                self._failures[index] = str(error)
        return sizes or {(1, 1)}, color  # nothing readable: the error comes with the first block

    def blocks(self, form: Form):
        for index, path in enumerate(self.paths):
            if index in self._failures:
                continue
            try:
                image = read_picture(path, form)
            except DataFileError as error:
                self._failures[index] = str(error)
            else:
                yield np.array([index]), image[None]
