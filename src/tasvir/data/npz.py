"""The `.npz` files of MedMNIST; nothing in them is ever unpickled."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.known import KnownSet, facts_of
from tasvir.data.labels import flat
from tasvir.data.options import LoadOptions
from tasvir.data.pixels import to_uint8
from tasvir.data.raw import Raw
from tasvir.data.resize import ArrayPixels
from tasvir.data.search import data_folders, find_files, not_found


def read_npz_set(known: KnownSet, options: LoadOptions) -> Raw:
    """A named set that is one `.npz` file with its given split."""
    found = find_files(known.files[0], data_folders(options.data_dir))
    if not found:
        raise not_found(known, options.data_dir)
    parts = read_npz(found[0])
    return Raw(
        facts=facts_of(known, str(found[0])),
        pixels=ArrayPixels(*(images for images, _ in parts.values())),
        labels=np.concatenate([labels for _, labels in parts.values()]),
        class_names=known.class_names,
        split=np.repeat(list(parts), [len(labels) for _, labels in parts.values()]),
    )


def read_npz(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Images and labels of each part that the file holds."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: _member(archive, name, path) for name in archive.files}
    except DataFileError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, TypeError, AttributeError) as error:
        raise DataFileError(f"{path} is no readable npz file ({_line(error)}): download it again") from None
    parts = {part: _pair(arrays, part, path) for part in ("train", "val", "test") if f"{part}_images" in arrays}
    if "train" not in parts:
        raise DataFileError(f"{path} holds {', '.join(arrays) or 'nothing'}: expected train_images and train_labels")
    return parts


def _member(archive, name: str, path: Path) -> np.ndarray:
    try:
        return archive[name]
    except ValueError as error:
        if "pickle" in str(error):
            reason = "holds Python objects, which are never loaded: save plain numbers"
            raise DataFileError(f"{path}: {name} {reason}") from None
        raise DataFileError(f"{path}: {name} is damaged ({_line(error)}): download it again") from None
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, MemoryError) as error:
        raise DataFileError(f"{path}: {name} is damaged ({_line(error)}): download it again") from None


def _pair(arrays: dict[str, np.ndarray], part: str, path: Path) -> tuple[np.ndarray, np.ndarray]:
    if f"{part}_labels" not in arrays:
        raise DataFileError(f"{path} holds {part}_images without {part}_labels: add the labels")
    images = to_uint8(arrays[f"{part}_images"], f"{path}: {part}_images")
    labels = arrays[f"{part}_labels"]
    if len(images) != len(labels):
        raise DataFileError(f"{path} holds {len(images)} {part}_images but {len(labels)} {part}_labels: not a pair")
    return images, flat(labels, f"{path}: {part}_labels")


def _line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
