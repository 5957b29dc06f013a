"""A file or folder is there whole or not at all, also after a kill or on a full disk."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasvir.contracts.errors import DataFileError, DiskFullError

#: How libraries say that a disk, or a user's share of it, is full where they drop the error's number.
FULL = {errno.ENOSPC: "No space left on device", errno.EDQUOT: "Disk quota exceeded"}


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it takes the place of `path`, on failure it goes."""
    path = Path(path)
    with full_disk_told(path), _parents_made(path):
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            _flush(temporary)
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder beside `path`; on success it takes the place of `path`, on failure it goes."""
    path = Path(path).resolve() if Path(path).is_symlink() else Path(path)  # a link stays, and leads to the new one
    with full_disk_told(path), _parents_made(path):
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part"))
        old = temporary.with_suffix(".old")
        try:
            yield temporary
            for file in temporary.rglob("*"):
                if file.is_file():
                    _flush(file)
            temporary.chmod(0o777 & ~_umask())
            if path.exists():
                path.replace(old)  # deleting it in place could be cut short by a kill
            temporary.replace(path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
            shutil.rmtree(old, ignore_errors=True)


@contextmanager
def full_disk_told(path: Path) -> Iterator[None]:
    """A full disk while `path` is written becomes one line that names it, whichever library met it."""
    try:
        yield
    except Exception as error:
        if not _says_full(error):
            raise
        raise DiskFullError(
            f"{path} cannot be written: its disk is full; make room there and give the same command again"
        ) from None


def must_be_writable(folder: Path) -> None:
    """Refuse a folder, which may still be missing, in which no file can be made; it leaves nothing behind.

    Asked by doing: permissions, a read-only disk and a full one all show, for root too.
    """
    nearest = nearest_place(folder)
    if not nearest.is_dir():
        raise DataFileError(f"{nearest} is a file, so nothing can be written in it: name another place")
    try:
        with full_disk_told(folder):
            handle, name = tempfile.mkstemp(dir=nearest, prefix=f".{Path(folder).name}.", suffix=".part")
            os.close(handle)
            os.unlink(name)
    except DataFileError:
        raise
    except OSError as error:
        raise DataFileError(
            f"{folder} cannot be written ({error.strerror}): name another place, or change its permissions"
        ) from None


def must_be_replaceable(folder: Path) -> None:
    """Refuse a folder that `atomic_folder` could not put in its place: it is written beside it, then renamed."""
    if os.path.exists(folder) and (os.path.ismount(folder) or os.path.samefile(folder, os.curdir)):
        raise DataFileError(f"{folder} cannot be replaced as a whole: name a folder in it")
    must_be_writable(folder)
    must_be_writable(Path(os.path.realpath(folder)).parent)


def nearest_place(path: Path) -> Path:
    """`path` itself, or the part of it that is there already."""
    return next(place for place in (Path(path), *Path(path).absolute().parents) if os.path.exists(place))


@contextmanager
def _parents_made(path: Path) -> Iterator[None]:
    """The folders above `path` are there; those that were made for it go again where nothing came of it."""
    missing = [parent for parent in path.parents if not os.path.exists(parent)]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for parent in missing:
            with contextlib.suppress(OSError):  # no longer empty: somebody else's file is in it
                parent.rmdir()
        raise


def _says_full(error: BaseException | None) -> bool:
    """Whether a full disk is what this error, or the one that led to it, is about."""
    while error is not None:
        if getattr(error, "errno", None) in FULL:
            return True
        if any(words in str(error) for words in FULL.values()):  # safetensors, and a copied folder's list of failures
            return True
        error = error.__cause__ or error.__context__
    return False


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
