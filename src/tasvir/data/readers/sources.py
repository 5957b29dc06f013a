"""Which reader knows the layout of a name or a path."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from tasvir.contracts.errors import BadInputError, BadTypeError, DataFileError
from tasvir.data.known.facts import KNOWN, find_known
from tasvir.data.options import LoadOptions
from tasvir.data.raw import Raw
from tasvir.data.readers.arrays import join
from tasvir.data.readers.cifar import holds_cifar, read_cifar_folder, read_cifar_set
from tasvir.data.readers.digits import read_digits
from tasvir.data.readers.folder import holds_parts, read_folder, read_parts
from tasvir.data.readers.idx import read_idx_path, read_idx_set
from tasvir.data.readers.manifest import read_manifest
from tasvir.data.readers.npz import read_npz, read_npz_set
from tasvir.data.readers.pixel_table import read_pixel_table

#: The layout that the facts of a named set state -> its reader.
SETS = {"digits": read_digits, "idx": read_idx_set, "npz": read_npz_set, "cifar": read_cifar_set}
#: What the name of a file (in small letters, without .gz) shows -> its reader; the first that fits reads it.
FILES: dict[str, Callable[[Path], Raw]] = {r"\.npz$": read_npz, r"\.csv$": read_pixel_table, "idx|ubyte$": read_idx_path}
TRAIN_IMAGES = KNOWN["mnist"].files[0]


def read(source: str | os.PathLike, options: LoadOptions) -> Raw:
    """What the source holds, by the reader that knows its layout."""
    if not isinstance(source, str | os.PathLike):
        raise BadTypeError(f"source is a {type(source).__name__}: expected the name of a set or a path")
    if not str(source).strip():
        raise BadInputError("source is empty: give the name of a set or a path")
    if isinstance(source, str) and (known := find_known(source)):
        for word in ("test", "manifest"):
            if getattr(options, word) is not None:
                given = f"{word}={getattr(options, word)}"
                raise BadInputError(f"{given} goes with a path, and {source!r} is a known set: name a path, or only the set")
        return SETS[known.reader](known, options)
    raw = read_path(Path(source).expanduser(), options)
    return raw if options.test is None else join(raw, read_path(options.test, options))


def read_path(path: Path, options: LoadOptions) -> Raw:
    """What a file or folder holds."""
    try:
        return _read_folder(path, options) if path.is_dir() else _read_file(path, options)
    except PermissionError as error:
        raise DataFileError(f"{error.filename or path} may not be read: change its permissions") from None


def _read_folder(folder: Path, options: LoadOptions) -> Raw:
    if options.manifest is not None:
        return read_manifest(folder, options.manifest, options)
    for ending in ("", ".gz"):
        if (images := folder / (TRAIN_IMAGES + ending)).is_file():
            return read_idx_path(images)
    if holds_cifar(folder):
        return read_cifar_folder(folder)
    return read_parts(folder, options) if holds_parts(folder) else read_folder(folder, options)


def _read_file(path: Path, options: LoadOptions) -> Raw:
    if not path.exists():
        names = ", ".join(name for name in KNOWN if "-" not in name or name == "fashion-mnist")
        raise DataFileError(f"no data set {str(path)!r}: give a path that exists, or a known set ({names})")
    if options.manifest is not None:
        raise BadInputError(f"{path} is a file: a manifest goes with a folder of images, name that one")
    name = path.name.lower().removesuffix(".gz")
    if name.endswith((".dcm", ".dicom")):
        raise DataFileError(f"{path} is one DICOM file: name the folder that holds one folder of them for each class")
    for pattern, reader in FILES.items():
        if re.search(pattern, name):
            return reader(path)
    raise DataFileError(f"{path} is of no known kind: give an .npz, .csv or IDX file, or a folder of images")
