"""Arrays and model folders beside the records, each under the sha256 of what it holds.

The name is the content: equal things are stored once, and a record can only point to what it was made with.
"""

import hashlib
import io
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from tasvir.contracts.atomic import atomic_file, atomic_folder
from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.records.record import Record

_SHA256 = re.compile(r"[0-9a-f]{64}")


def store(root: Path, record: Record) -> Record:
    """The record as it is written: its content lies in the run's folder, its data says which."""
    if record.content is None:
        return record
    if record.kind == "model":
        sha256 = _store_folder(root, record.content)
    else:
        sha256 = _store_bytes(root, record.kind, _npy_bytes(record.content))
    return replace(record, data={**record.data, "sha256": sha256}, content=None)


def stored_path(root: Path, record: Record) -> Path:
    """Where the content of a stored record lies; an error where the record names none or it is gone."""
    sha256 = str(record.data.get("sha256", ""))
    if record.kind not in ("array", "model") or not _SHA256.fullmatch(sha256):
        raise BadInputError(f"record {record.name!r} ({record.kind}) has no file; arrays and models do")
    path = _place(root, record.kind, sha256)
    if not path.exists():
        raise DataFileError(f"{path}: missing, although the run's records name it; compute the run anew")
    return path


def read_array(path: Path) -> np.ndarray:
    """The numbers of one stored .npy file, which is what its name says it is; never unpickles."""
    try:
        raw = path.read_bytes()
        if hashlib.sha256(raw).hexdigest() != path.stem:
            raise ValueError("its content has changed")
        return np.load(io.BytesIO(raw), allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DataFileError(f"{path}: not a readable .npy file ({error}); compute the run anew") from None


def is_as_stored(path: Path) -> bool:
    """Whether a file or folder still lies under the hash of what it holds, as `store` put it there."""
    if path.is_dir():
        return _folder_sha256(path) == path.name
    return path.suffix == ".npy" and hashlib.sha256(path.read_bytes()).hexdigest() == path.stem


def _place(root: Path, kind: str, sha256: str) -> Path:
    if kind == "model":
        return root / "models" / sha256
    return root / "files" / f"{sha256}.npy"


def _store_bytes(root: Path, kind: str, raw: bytes) -> str:
    sha256 = hashlib.sha256(raw).hexdigest()
    path = _place(root, kind, sha256)
    if not path.exists():
        with atomic_file(path) as part:
            part.write_bytes(raw)
    return sha256


def _store_folder(root: Path, folder: Path) -> str:
    if not any(path.is_file() for path in folder.rglob("*")):
        raise DataFileError(f"{folder}: not a folder with files; save the model there first")
    path = _place(root, "model", _folder_sha256(folder))
    if not path.exists():
        with atomic_folder(path) as part:
            shutil.copytree(folder, part, dirs_exist_ok=True)
    return path.name


def _folder_sha256(folder: Path) -> str:
    """Of the names and the contents of all files in it."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(folder).as_posix()}\n{content}\n".encode())
    return digest.hexdigest()


def _npy_bytes(values: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, np.ascontiguousarray(values).reshape(values.shape), allow_pickle=False)
    return out.getvalue()
