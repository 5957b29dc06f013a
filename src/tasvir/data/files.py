"""Opening a data file, plain or gzipped, with every failure said in one line."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

from tasvir.contracts.errors import DataFileError

GZIP_MAGIC = b"\x1f\x8b"
#: Bytes, and times its packed size, above which a file is no set of images: only empty ones pack to a hundredth.
LARGE, MOST_TIMES = 500 * 10**6, 100
#: No byte of a gzip file holds more than so many.
MOST_DEFLATED = 1033


@contextmanager
def open_plain(path: Path) -> Iterator[BufferedIOBase]:
    """The uncompressed bytes of a file; whether it is gzipped is told from its first bytes, not from its name."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP_MAGIC
            if packed:
                check_unpacked(path, _size_stated(file), path.stat().st_size)
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            yield file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataFileError(f"{path} is damaged or cut off ({error}): download it again") from None
    except FileNotFoundError:
        raise DataFileError(f"{path} does not exist: check the path") from None
    except DataFileError:
        raise
    except OSError as error:
        raise DataFileError(f"{path} cannot be read ({error.strerror or error}): check the file") from None


def check_unpacked(path: Path, unpacked: int, packed: int) -> None:
    """Refuse a file that would fill a disk with nothing, before anything of it is unpacked."""
    if unpacked > LARGE and unpacked > MOST_TIMES * packed:
        raise DataFileError(
            f"{path} unpacks to {unpacked / 1e9:.1f} GB, {unpacked // max(1, packed):,} times its size, as no images do: "
            "check where it comes from, or save its content unpacked"
        )


def _size_stated(file: BufferedIOBase) -> int:
    """What a gzip file says at its end of its content (RFC 1952; modulo 4 GB); 0 where it is cut off, and says anything."""
    packed = file.seek(-4, os.SEEK_END) + 4
    size = int.from_bytes(file.read(4), "little")
    return size if size <= MOST_DEFLATED * packed else 0


def content_md5(path: Path) -> str:
    """The md5 of the uncompressed content: the same whether gzipped or not."""
    digest = hashlib.md5(usedforsecurity=False)
    with open_plain(path) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def read_bytes(file: BufferedIOBase, most: int) -> bytes:
    """At most `most` bytes, in pieces: a header that lies about its size cannot take the memory."""
    pieces = []
    while most > 0 and (piece := file.read(min(most, 1 << 24))):
        pieces.append(piece)
        most -= len(piece)
    return b"".join(pieces)
