"""The two ways to keep drawn images: one npz file, or a folder of PNG files; each is written part by part."""

import io
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tasvir.apply.drawn import Drawn
from tasvir.contracts.atomic import atomic_file, atomic_folder, must_be_writable
from tasvir.contracts.errors import BadInputError

#: Hears, after each part, how many images are written.
Tell = Callable[[int], None]


def check_out(drawn: Drawn, out: Path) -> None:
    """A place where these samples can be kept; asked before anything is drawn."""
    if out.suffix not in ("", ".npz"):
        raise BadInputError(f"{out}: give a file that ends in .npz, or a folder")
    if out.is_dir() or (out.exists() and not out.suffix):
        raise BadInputError(f"{out} is there already: give {'the name of a file' if out.suffix else 'a new folder'}")
    if not out.suffix and len(drawn.sampler.space_.shape) == 1:
        n_features = drawn.sampler.space_.n_features
        raise BadInputError(f"flat samples of {n_features} features are no pictures: give a .npz file")
    must_be_writable(out.parent)


def write_drawn(drawn: Drawn, out: Path, *, tell: Tell) -> None:
    """Draw and keep the images (and labels) as ``out.npz`` (keys images, labels) or as PNG files below the new folder `out`."""
    check_out(drawn, out)
    if out.suffix:
        with atomic_file(out) as part, part.open("wb") as file:
            write_npz(drawn, file, tell=tell)
    else:
        with atomic_folder(out) as folder:
            _write_pictures(drawn, folder, tell)


def write_npz(drawn: Drawn, file: BinaryIO, *, tell: Tell) -> None:
    """All samples as the arrays `images` and, where there are classes, `labels` of an npz file."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _write_array(archive, "images", _counted((images for images, _ in drawn.parts()), tell), n=drawn.n)
        _write_array(archive, "labels", drawn.labels(), n=drawn.n)


def png(picture: np.ndarray) -> bytes:
    """One sample as a PNG file."""
    from PIL import Image

    pixels = picture if picture.dtype == np.uint8 else np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.ndim == 3 and pixels.shape[-1] == 1 else pixels).save(out, format="PNG")
    return out.getvalue()


def _write_array(archive: zipfile.ZipFile, name: str, blocks: Iterable[np.ndarray], *, n: int) -> None:
    """Blocks of rows as one array of `n` rows; no block, no array."""
    blocks = iter(blocks)
    first = next(blocks, None)
    if first is None:
        return
    header = np.lib.format.header_data_from_array_1_0(first) | {"shape": (n, *first.shape[1:]), "fortran_order": False}
    with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
        np.lib.format.write_array_header_1_0(member, header)
        member.write(first.tobytes())
        for block in blocks:
            member.write(block.tobytes())


def _write_pictures(drawn: Drawn, folder: Path, tell: Tell) -> None:
    index = 0
    for images, labels in drawn.parts():
        for row, picture in enumerate(images):
            place = folder if labels is None else folder / str(labels[row]).replace("/", "-")
            place.mkdir(exist_ok=True)
            (place / f"{index:05d}.png").write_bytes(png(picture))
            index += 1
        tell(index)


def _counted(blocks: Iterable[np.ndarray], tell: Tell) -> Iterable[np.ndarray]:
    n_written = 0
    for block in blocks:
        yield block
        n_written += len(block)
        tell(n_written)
