"""One bad input: what makes it, how it is asked for, and what the line must say; and what makes the files."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (12, 6, 6), dtype=np.uint8)
LABELS = np.arange(12, dtype=np.uint8) % 2
TWO = ("a/1.png", "a/2.png", "a/3.png", "b/4.png", "b/5.png", "b/6.png")
SCANS = tuple(f"scans/{index}.png" for index in range(6))
ROWS = tuple(f"{index},{index % 2},p{index},train" for index in range(6))


def nothing(folder: Path) -> None:
    pass


@dataclass(frozen=True)
class Bad:
    """`reader` meets the `cause` when `words` are asked where `make` made files, beside a copy of the place `of` the world.

    Names in braces are places of the world.
    """

    reader: str
    cause: str
    words: str
    says: str
    make: Callable[[Path], object] = nothing
    of: str = ""

    def __str__(self):
        return f"{self.reader}-{self.cause}".replace(" ", "-")


def idx(path: Path, array: np.ndarray, *, cut: int | None = None, pack: bool = False, magic: bytes = b"\0\0\x08") -> None:
    data = magic + bytes([array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()
    path.parent.mkdir(exist_ok=True)
    path.write_bytes((gzip.compress(data) if pack else data)[:cut])


def idx_pair(images=IMAGES, labels=LABELS, **options) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        ending = ".gz" if options.get("pack") else ""
        idx(folder / f"train-images-idx3-ubyte{ending}", images, **options)
        idx(folder / "train-labels-idx1-ubyte", labels)

    return make


def npz(*, cut: int | None = None, flip: int | None = None, name: str = "set.npz", **arrays) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        np.savez(folder / name, **arrays)
        data = bytearray((folder / name).read_bytes()[:cut])
        if flip is not None:
            data[flip] ^= 255
        (folder / name).write_bytes(data)

    return make


def pair(images=IMAGES, labels=LABELS) -> dict[str, np.ndarray]:
    return {"x_train": images, "y_train": labels}


def text(name: str, content: str | bytes) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return make


def pictures(*names: str, then: Callable[[Path], object] = nothing, **how) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        for index, name in enumerate(names):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(IMAGES[index % 12]).save(folder / name, **how)
        then(folder)

    return make


def manifest(*lines: str, header: str = "file,label,patient,part", encoding: str = "utf-8") -> Callable[[Path], None]:
    content = "\n".join([header, *lines]) + "\n"
    return pictures(*SCANS, then=text("list.csv", content.encode(encoding)))


def batch(labels=LABELS % 10, cut: int | None = None) -> bytes:
    return np.hstack([labels[:, None], RNG.integers(0, 256, (12, 3072), dtype=np.uint8)]).tobytes()[:cut]
