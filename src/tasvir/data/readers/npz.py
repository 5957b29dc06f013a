"""Image sets in `.npz` files, with the key names of MedMNIST or of keras.datasets; their arrays come as a stream of rows.

Nothing is ever unpickled.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy

from tasvir.contracts.errors import DataFileError
from tasvir.data.files import check_unpacked
from tasvir.data.known.facts import KnownSet, facts_of
from tasvir.data.known.search import locate
from tasvir.data.labels import flat
from tasvir.data.options import LoadOptions
from tasvir.data.raw import Facts, Form, Identity, Levels, Raw
from tasvir.data.readers.pixels import image_shape, must_be_within, pixel_limit, to_uint8
from tasvir.data.resize import block_to_form

#: (images, labels, part) as they are called; part None: no split is given.
KEYS = (
    ("train_images", "train_labels", "train"),
    ("val_images", "val_labels", "val"),
    ("test_images", "test_labels", "test"),
    ("x_train", "y_train", "train"),
    ("x_val", "y_val", "val"),
    ("x_test", "y_test", "test"),
    ("images", "labels", None),
    ("x", "y", None),
)
BLOCK = 1024


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
        inside = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        check_unpacked(path, sum(info.file_size for info in inside), path.stat().st_size)
        names = [info.filename.removesuffix(".npy") for info in inside]
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
def _opened(path: Path, name: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as file:
        yield file


def _head(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, order and type, as numpy's own reader understands them."""
    version = npy.read_magic(file)
    return npy.read_array_header_1_0(file) if version == (1, 0) else npy.read_array_header_2_0(file)


def _exactly(file: IO[bytes], wanted: int, where: str) -> bytes:
    data = file.read(wanted)
    if len(data) != wanted:
        raise DataFileError(f"{where} is cut off ({len(data)} of {wanted} bytes): download or save it again")
    return data


#: Part (None: no split is given) -> its images and labels.
Parts = dict[str | None, tuple[Member, Member]]


class NpzPixels:
    """Images inside an `.npz` file, read block by block."""

    keep_copy = False
    shown = ""

    def __init__(self, path: Path, parts: list[Member]):
        self.parts = parts
        self.shapes = [image_shape(part.shape, part.where) for part in parts]
        self.identity = Identity.of(str(path.resolve()), [path])
        others = [part for part in parts if part.dtype != np.uint8]
        where = others[0].where if others else str(path)
        self.whole = all(part.dtype.kind != "f" for part in parts)
        self.limit = pixel_limit((block for part in others for block in part.blocks(BLOCK)), where)

    def __len__(self) -> int:
        return sum(part.shape[0] for part in self.parts)

    def sizes(self) -> set[tuple[int, int]]:
        return {(shape[1], shape[2]) for shape in self.shapes}

    def any_color(self) -> bool:
        return any(len(shape) == 4 for shape in self.shapes)

    def levels(self) -> Levels | None:
        return (0, max(255, self.limit)) if self.deep and self.whole else None

    @property
    def deep(self) -> bool:
        return any(part.dtype.kind != "b" and part.dtype != np.uint8 for part in self.parts)

    def blocks(self, form: Form) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        levels = form.levels or (0, 255) if self.whole else (0, self.limit)
        start = 0
        for part, shape in zip(self.parts, self.shapes, strict=True):
            for block in part.blocks(BLOCK):
                if form.beyond == "refused" and self.whole and block.dtype.itemsize > 1 and block.size:
                    must_be_within(block.min(), block.max(), levels=levels, where=part.where)
                block = to_uint8(block.reshape(len(block), *shape[1:]), levels)
                yield np.arange(start, start + len(block)), block_to_form(block, form)
                start += len(block)

    def failures(self) -> dict[int, str]:
        return {}


def read_npz_set(known: KnownSet, options: LoadOptions) -> Raw:
    """A named set that is one `.npz` file with its given split."""
    path = locate(known, options)[0]
    found = _parts(path)
    note = _unofficial(known, found)
    notes = (f"{path} is not the official {known.title}: {note}",) if note else ()
    return _raw(facts_of(known, str(path), notes), path, found, class_names=known.class_names)


def _unofficial(known: KnownSet, found: Parts) -> str:
    """How the file differs from the official one, as far as is known without its own hash."""
    counts = {part: images.shape[0] for part, (images, _) in found.items()}
    official = dict(zip(("train", "val", "test"), known.counts, strict=True))
    if counts != official:
        return f"it has {counts} images instead of {official}"
    if known.content_md5:
        digest = hashlib.md5(usedforsecurity=False)
        for block in found["train"][0].blocks(BLOCK):
            digest.update(block.tobytes())
        if digest.hexdigest() != known.content_md5[0]:
            return "its images differ"
    return ""


def read_npz(path: Path) -> Raw:
    """An `.npz` file named by its path."""
    return _raw(Facts(path.stem, str(path)), path, _parts(path))


def _parts(path: Path) -> Parts:
    """Images and labels of each part that the file holds."""
    arrays = members(path)
    by_name = {name.lower(): member for name, member in arrays.items()}
    parts: Parts = {}
    for images, labels, part in KEYS:
        if part is None and parts:
            continue
        if images in by_name and labels in by_name:
            parts[part] = _pair(by_name[images], by_name[labels])
        elif images in by_name or labels in by_name:
            there, missing = (images, labels) if images in by_name else (labels, images)
            raise DataFileError(f"{path} holds {there} without {missing}: save both")
    if "train" not in parts and None not in parts:
        names = ", ".join(arrays) or "nothing"
        raise DataFileError(f"{path} holds {names}: save train_images and train_labels, or x_train and y_train")
    return parts


def _pair(images: Member, labels: Member) -> tuple[Member, Member]:
    n_images, n_labels = images.shape[0], labels.shape[0]
    if n_images != n_labels:
        raise DataFileError(f"{images.path} holds {n_images} {images.name} but {n_labels} {labels.name}: save as many of both")
    return images, labels


def _raw(facts: Facts, path: Path, parts: Parts, *, class_names: tuple[str, ...] | None = None) -> Raw:
    labels = [flat(member.read(), member.where) for _, member in parts.values()]
    given = None not in parts
    return Raw(
        facts=facts,
        pixels=NpzPixels(path, [images for images, _ in parts.values()]),
        labels=np.concatenate(labels),
        class_names=class_names,
        split=np.repeat(list(parts), [len(one) for one in labels]) if given else None,
    )
