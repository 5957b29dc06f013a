"""The arrays inside an `.npz` file: their heads, and their rows as a stream. Nothing is ever unpickled."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy

from tasvir.contracts.errors import DataFileError


@dataclass(frozen=True)
class Member:
    """One array of the file, not read yet."""

    path: Path
    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    fortran: bool

    @property
    def where(self) -> str:
        return f"{self.path}: {self.name}"

    def read(self) -> np.ndarray:
        """The whole array."""
        blocks = list(self.blocks(max(1, self.shape[0]) if self.shape else 1))
        return np.concatenate(blocks) if blocks else np.empty(self.shape, self.dtype)

    def blocks(self, rows: int) -> Iterator[np.ndarray]:
        """The array in pieces of `rows` along its first axis."""
        with refused_in_one_line(self.path, self.name), _opened(self.path, self.name) as file:
            _head(file)
            if self.fortran:  # column after column: there are no pieces
                data = _exactly(file, prod(self.shape) * self.dtype.itemsize, self.where)
                yield np.frombuffer(data, self.dtype).reshape(self.shape[::-1]).T
            else:
                row = prod(self.shape[1:]) * self.dtype.itemsize
                for low in range(0, self.shape[0], rows):
                    count = min(rows, self.shape[0] - low)
                    data = _exactly(file, count * row, self.where)
                    yield np.frombuffer(data, self.dtype).reshape(count, *self.shape[1:])
            if file.read(1):  # reading to the end also compares the checksum
                raise DataFileError(f"{self.where} holds more than its head says: save it again")


def members(path: Path) -> dict[str, Member]:
    """The heads of all arrays in the file, by name."""
    found = {}
    with refused_in_one_line(path), zipfile.ZipFile(path) as archive:
        names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
    for name in names:
        with refused_in_one_line(path, name), _opened(path, name) as file:
            shape, fortran, dtype = _head(file)
        if dtype.hasobject:
            raise DataFileError(f"{path}: {name} holds Python objects, which are never loaded: save plain numbers")
        found[name] = Member(path, name, shape or (1,), dtype, fortran)
    return found


@contextmanager
def refused_in_one_line(path: Path, name: str = "") -> Iterator[None]:
    """Whatever a damaged zip or npy file leads to, as an error with file, reason and remedy."""
    where = f"{path}: {name}" if name else path
    try:
        yield
    except DataFileError:
        raise
    except FileNotFoundError:
        raise DataFileError(f"{path} does not exist: check the path") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, TypeError, MemoryError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataFileError(f"{where} is no sound npz file ({reason}): download or save it again") from None


@contextmanager
def _opened(path: Path, name: str) -> Iterator[BinaryIO]:
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as file:
        yield file


def _head(file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and type, as numpy's own reader understands them."""
    version = npy.read_magic(file)
    return npy.read_array_header_1_0(file) if version == (1, 0) else npy.read_array_header_2_0(file)


def _exactly(file: BinaryIO, wanted: int, where: str) -> bytes:
    data = file.read(wanted)
    if len(data) != wanted:
        raise DataFileError(f"{where} is cut off ({len(data)} of {wanted} bytes): download or save it again")
    return data
