"""The IDX files of MNIST and its relatives, plain or gzipped."""

import math
import struct
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.files import content_md5, open_plain, read_bytes
from tasvir.data.known.facts import KNOWN, KnownSet, facts_of
from tasvir.data.known.fetch import fetch
from tasvir.data.known.search import data_folders, find_files, official_idx, place_for
from tasvir.data.options import LoadOptions
from tasvir.data.raw import Facts, Raw
from tasvir.data.readers.arrays import ArrayPixels

UNSIGNED_BYTE = 8


def read_idx(path: Path, ndim: int) -> np.ndarray:
    """The uint8 array of one IDX file that has `ndim` axes (3 for images, 1 for labels)."""
    with open_plain(path) as file:
        head = file.read(4 + 4 * ndim)
        if len(head) < 4 or head[:3] != bytes([0, 0, UNSIGNED_BYTE]):
            found = head[:4].hex(" ") or "nothing"
            raise DataFileError(f"{path} begins with {found}, not as an IDX file of bytes: check what it is")
        if head[3] != ndim:
            raise DataFileError(f"{path} has {head[3]} axes instead of {ndim}: check for exchanged images and labels")
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
        raise DataFileError(
            f"{images} holds {len(pixels)} images but {labels.name} {len(classes)} labels: put the right pair together"
        )
    if not pixels.size:
        raise DataFileError(f"{images} holds no pixels: check what it is")
    return pixels, classes


def read_idx_set(known: KnownSet, options: LoadOptions) -> Raw:
    """A named set of four IDX files with its given split."""
    first, notes = _find_images(known, options)
    files = [_beside(first, name) for name in known.files]
    return _raw(facts_of(known, str(first.parent), notes), files, known.class_names)


def read_idx_path(path: Path) -> Raw:
    """IDX files named by their path: the images, with the labels (and the test files) that lie beside them.

    A known content gives the data card.
    """
    name = path.name.removesuffix(".gz")
    if "images" not in name:
        raise DataFileError(f"{path} has no 'images' in its name: name the file of images; its labels lie beside it")
    names = [name, _labels_name(name)]
    if "train" in name and _exists(path, test := name.replace("train", "t10k", 1)):
        names += [test, _labels_name(test)]
    md5 = content_md5(path)
    known = next((known for known in KNOWN.values() if known.reader == "idx" and md5 == known.content_md5[0]), None)
    facts = facts_of(known, str(path)) if known else Facts(name, str(path))
    return _raw(facts, [_beside(path, one) for one in names], known.class_names if known else None)


def _find_images(known: KnownSet, options: LoadOptions) -> tuple[Path, tuple[str, ...]]:
    """The set's training images on this machine, downloaded where no file is called so."""
    candidates = find_files(known.files[0], data_folders(options.data_dir))
    if not candidates:
        candidates = find_files(known.files[0], [fetch(known, place_for(known, options.data_dir))])
    return official_idx(known, candidates)


def _raw(facts: Facts, files: list[Path], class_names: tuple[str, ...] | None) -> Raw:
    """One pair of files without a split, or two with one."""
    train, train_labels = read_pair(*files[:2])
    if len(files) == 2:
        return Raw(facts, ArrayPixels(train), train_labels, class_names)
    test, test_labels = read_pair(*files[2:])
    split = np.repeat(["train", "test"], [len(train), len(test)])
    return Raw(facts, ArrayPixels(train, test), np.concatenate([train_labels, test_labels]), class_names, split)


def _labels_name(name: str) -> str:
    return name.replace("images", "labels").replace("idx3", "idx1")


def _exists(beside: Path, name: str) -> bool:
    return any((beside.parent / (name + ending)).is_file() for ending in ("", ".gz"))


def _beside(first: Path, name: str) -> Path:
    for ending in ("", ".gz"):
        if (path := first.parent / (name + ending)).is_file():
            return path
    raise DataFileError(f"{first.parent} lacks {name} (or {name}.gz), which belongs to {first.name}: put it there")
