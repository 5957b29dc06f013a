"""Opening a data file, plain or gzipped, with every failure said in one line."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

from tasvir.contracts.errors import DataFileError

GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def open_plain(path: Path) -> Iterator[BufferedIOBase]:
    """The uncompressed bytes of a file; whether it is gzipped is told from its first bytes, not from its name."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP_MAGIC
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
