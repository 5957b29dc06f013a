"""Image files of any kind: opened when they are needed, turned upright, and made gray or RGB."""

import hashlib
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tasvir.contracts.errors import DataFileError
from tasvir.data.raw import Form, Identity
from tasvir.data.resize import to_form

ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pbm"}
DEEP_MODES = {"I", "I;16", "I;16B", "I;16L", "I;16N", "F"}
GRAY_MODES = {"1", "L", "LA", "La"} | DEEP_MODES
MOST_PIXELS = 89_478_485  # Pillow's own warning level: a quarter of a gigabyte as RGB
ORIENTATION = 0x0112
TURNED = {5, 6, 7, 8}  # EXIF orientations that exchange height and width


def is_picture(path: Path) -> bool:
    """Whether the file's name says that it is an image."""
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".")


@contextmanager
def open_picture(path: Path) -> Iterator[Image.Image]:
    """The opened picture; whatever is wrong with the file is said in one line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata; a bomb is told from its size below
            with Image.open(path) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise Image.DecompressionBombError
                yield picture
    except DataFileError:
        raise
    except Image.DecompressionBombError:
        raise DataFileError(f"{path} unpacks to more than {MOST_PIXELS} pixels, too many for one image") from None
    except MemoryError:
        raise DataFileError(f"{path} does not fit into memory") from None
    except UnidentifiedImageError:
        raise DataFileError(f"{path} cannot be read as an image (it begins like none)") from None
    # Pillow's decoders raise whatever a damaged file leads them to
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataFileError(f"{path} cannot be read as an image ({reason.replace(str(path), 'it')})") from None


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """(height, width) after the EXIF rotation, from the header alone."""
    width, height = picture.size
    return (width, height) if picture.getexif().get(ORIENTATION) in TURNED else (height, width)


def may_have_color(picture: Image.Image) -> bool:
    """Whether the mode has room for colour."""
    return picture.mode not in GRAY_MODES


def read_picture(path: Path, form: Form) -> np.ndarray:
    """One image file as uint8 pixels in `form`."""
    with open_picture(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        return to_form(_plain(upright, path), form)


def _plain(picture: Image.Image, path: Path) -> Image.Image:
    """The picture in mode L or RGB: transparency lies on white, deep pixels are scaled to 8 bits."""
    if picture.mode in DEEP_MODES:
        return Image.fromarray(_scaled(np.asarray(picture), path))
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")
    return picture.convert("L" if picture.mode in GRAY_MODES else "RGB")


def _scaled(values: np.ndarray, path: Path) -> np.ndarray:
    """16-bit whole numbers divided by 257; floats of 0..1 times 255."""
    factor = 255.0 if values.dtype.kind == "f" else 1 / 257
    scaled = values * factor
    if not (np.isfinite(scaled).all() and scaled.min() >= 0 and scaled.max() <= 255):
        raise DataFileError(f"{path} has values {values.min()} to {values.max()}, neither of 16 bits nor floats of 0..1")
    return np.rint(scaled).astype(np.uint8)


class PictureFiles:
    """Image files as the pixels of a set; those that cannot be read are remembered and left out.

    `place` names what the files are read for (their folder, or their manifest): a new list of files for the same place
    makes the cached copy of the old one superfluous.
    """

    keep_copy = True

    def __init__(self, paths: Sequence[Path], place: str):
        self.paths = list(paths)
        self.place = place
        self._failures: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.paths)

    @cached_property
    def identity(self) -> Identity:
        digest = hashlib.sha256()
        for path in self.paths:
            state = path.stat()
            digest.update(f"{path}|{state.st_size}|{state.st_mtime_ns}\n".encode(errors="surrogateescape"))
        return Identity(self.place, digest.hexdigest())

    def sizes(self) -> set[tuple[int, int]]:
        return self._headers[0]

    def any_color(self) -> bool:
        return self._headers[1]

    def failures(self) -> dict[int, str]:
        return dict(sorted(self._failures.items()))

    @cached_property
    def _headers(self) -> tuple[set[tuple[int, int]], bool]:
        """Sizes and colour from all headers."""
        sizes, color = set(), False
        for index, path in enumerate(self.paths):
            try:
                with open_picture(path) as picture:
                    sizes.add(upright_size(picture))
                    color = color or may_have_color(picture)
            except DataFileError as error:
                self._failures[index] = str(error)
        return sizes or {(1, 1)}, color  # nothing readable: the error comes with the first block

    def blocks(self, form: Form):
        for index, path in enumerate(self.paths):
            if index in self._failures:
                continue
            try:
                image = read_picture(path, form)
            except DataFileError as error:
                self._failures[index] = str(error)
            else:
                yield np.array([index]), image[None]
