"""CIFAR-10 in its official binary layout: records of one label byte and 3,072 bytes, R, G and B planes of 32x32."""

import hashlib
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.files import open_plain
from tasvir.data.known.facts import KNOWN, KnownSet, facts_of
from tasvir.data.known.search import locate
from tasvir.data.options import LoadOptions
from tasvir.data.raw import Raw
from tasvir.data.readers.arrays import ArrayPixels

RECORD, BATCH = 1 + 3 * 32 * 32, 10_000


def read_cifar_set(known: KnownSet, options: LoadOptions) -> Raw:
    """The named set; batches that are not there are said in a note."""
    return read_cifar_folder(locate(known, options)[0].parent, known)


def holds_cifar(folder: Path) -> bool:
    """Whether some batch of the binary layout lies in the folder."""
    return any(_here(folder, name) for name in KNOWN["cifar10"].files)


def read_cifar_folder(folder: Path, known: KnownSet = KNOWN["cifar10"]) -> Raw:
    """All batches that lie in one folder."""
    here = {name: path for name in known.files if (path := _here(folder, name))}
    missing = [name for name in known.files if name not in here]
    if set(here) <= {"test_batch.bin"}:
        raise DataFileError(f"{folder} has no training batch of {known.title}: put data_batch_1.bin (or .gz) there")
    read = {name: _read_bytes(path) for name, path in here.items()}
    batches = [_images_and_labels(data, here[name]) for name, data in read.items()]
    sizes = [len(images) for images, _ in batches]
    parts = ["test" if name == "test_batch.bin" else "train" for name in read]
    notes: tuple[str, ...] = (f"without {', '.join(missing)}, which {folder} lacks",) if missing else ()
    changed = [name for name, data in read.items() if not _official(name, data, known)]
    notes += (f"not the official {known.title} (the content differs): {', '.join(changed)}",) if changed else ()
    return Raw(
        facts=facts_of(known, str(folder), notes),
        pixels=ArrayPixels(*(images for images, _ in batches)),
        labels=np.concatenate([labels for _, labels in batches]),
        class_names=known.class_names,
        split=np.repeat(parts, sizes),
    )


def _here(folder: Path, name: str) -> Path | None:
    return next(iter(path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _read_bytes(path: Path) -> bytes:
    with open_plain(path) as file:
        data = file.read()
    if not data or len(data) % RECORD:
        raise DataFileError(f"{path} holds {len(data)} bytes, no multiple of {RECORD}: download it again")
    return data


def _official(name: str, data: bytes, known: KnownSet) -> bool:
    """By its hash, or by its size where the hash is not known."""
    md5 = known.content_md5[known.files.index(name)]
    return hashlib.md5(data, usedforsecurity=False).hexdigest() == md5 if md5 else len(data) == BATCH * RECORD


def _images_and_labels(data: bytes, path: Path) -> tuple[np.ndarray, np.ndarray]:
    records = np.frombuffer(data, np.uint8).reshape(-1, RECORD)
    if records[:, 0].max() > 9:
        raise DataFileError(f"{path} has label {records[:, 0].max()}, CIFAR-10 has 0 to 9: check which set it is")
    return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0]
