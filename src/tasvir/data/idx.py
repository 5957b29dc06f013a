"""The IDX files of MNIST and its relatives, plain or gzipped."""

import math
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.files import content_md5, open_plain, read_bytes
from tasvir.data.known import KnownSet, facts_of, plain
from tasvir.data.options import LoadOptions
from tasvir.data.raw import Raw
from tasvir.data.resize import ArrayPixels
from tasvir.data.search import data_folders, find_files, not_found

UNSIGNED_BYTE = 8


def read_idx(path: Path, ndim: int) -> np.ndarray:
    """The uint8 array of one IDX file that has `ndim` axes (3 for images, 1 for labels)."""
    with open_plain(path) as file:
        head = file.read(4 + 4 * ndim)
        if len(head) < 4 or head[:3] != bytes([0, 0, UNSIGNED_BYTE]):
            raise DataFileError(f"{path} is not an IDX file of bytes (it begins {head[:4].hex(' ') or 'empty'})")
        if head[3] != ndim:
            raise DataFileError(f"{path} has {head[3]} axes, expected {ndim}: images and labels exchanged?")
        if len(head) < 4 + 4 * ndim:
            raise DataFileError(f"{path} is cut off in its header: download it again")
        shape = struct.unpack(f">{ndim}I", head[4:])
        wanted = math.prod(shape)
        data = read_bytes(file, wanted + 1)
    if len(data) != wanted:
        more = "more" if len(data) > wanted else f"only {len(data)}"
        raise DataFileError(f"{path} promises {wanted} bytes and holds {more}: download it again")
    return np.frombuffer(data, np.uint8).reshape(shape)


def read_pair(images: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels that belong together."""
    pixels, classes = read_idx(images, 3), read_idx(labels, 1)
    if len(pixels) != len(classes):
        raise DataFileError(f"{images} holds {len(pixels)} images but {labels.name} {len(classes)} labels: not a pair")
    if not pixels.size:
        raise DataFileError(f"{images} holds no pixels: expected images")
    return pixels, classes


def find_idx(known: KnownSet, options: LoadOptions) -> tuple[list[Path], tuple[str, ...]]:
    """The set's files in one folder, and a note where the content is not the official one.

    Several sets share these file names, so the content decides; without a match, the folder's name.
    """
    candidates = find_files(known.files[0], data_folders(options.data_dir))
    chosen = next((path for path in candidates if content_md5(path) == known.content_md5), None)
    notes: tuple[str, ...] = ()
    if chosen is None:
        chosen = next((path for path in candidates if plain(path.parent.name) == known.name), None)
        notes = (f"{chosen} is not the official {known.title} file (its content differs)",)
    if chosen is None:
        raise not_found(known, options.data_dir, candidates)
    return [_beside(chosen, name, known) for name in known.files], notes


def _beside(first: Path, name: str, known: KnownSet) -> Path:
    for ending in ("", ".gz"):
        if (path := first.parent / (name + ending)).is_file():
            return path
    raise DataFileError(f"{first.parent} lacks {name} (or {name}.gz): put it there to have all of {known.title}")


def read_idx_set(known: KnownSet, options: LoadOptions) -> Raw:
    """A named set of four IDX files with its given split."""
    files, notes = find_idx(known, options)
    train, train_labels = read_pair(files[0], files[1])
    test, test_labels = read_pair(files[2], files[3])
    return Raw(
        facts=replace(facts_of(known, str(files[0].parent)), notes=notes),
        pixels=ArrayPixels(train, test),
        labels=np.concatenate([train_labels, test_labels]),
        class_names=known.class_names,
        split=np.repeat(["train", "test"], [len(train), len(test)]),
    )
