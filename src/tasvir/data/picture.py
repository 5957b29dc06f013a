"""Image files of any kind: opened, turned upright, and made gray or RGB."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from tasvir.contracts.errors import DataFileError
from tasvir.data.raw import Form
from tasvir.data.resize import to_form

ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pbm"}
GRAY_MODES = {"1", "L", "LA", "La", "I", "I;16", "I;16B", "I;16L", "I;16N", "F"}
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
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                yield picture
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataFileError(f"{path} unpacks to more than {Image.MAX_IMAGE_PIXELS} pixels: refused") from None
    except FileNotFoundError:
        raise DataFileError(f"{path} does not exist: check the path") from None
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, IndexError, KeyError, ArithmeticError) as error:
        if isinstance(error, DataFileError):
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataFileError(f"{path} cannot be read as an image ({reason}): repair or remove it") from None


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
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return Image.fromarray(_deep(np.asarray(picture), path))
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("RGB")
    return picture.convert("L" if picture.mode in GRAY_MODES else "RGB")


def _deep(values: np.ndarray, path: Path) -> np.ndarray:
    """16-bit whole numbers divided by 257; floats of 0..1 times 255."""
    factor = 255.0 if values.dtype.kind == "f" else 1 / 257
    scaled = values * factor
    if not (np.isfinite(scaled).all() and scaled.min() >= 0 and scaled.max() <= 255):
        raise DataFileError(f"{path} has values {values.min()} to {values.max()}: expected 16 bits, or floats of 0..1")
    return np.rint(scaled).astype(np.uint8)


class PictureFiles:
    """Image files that are opened when they are needed."""

    def __init__(self, paths: Sequence[Path]):
        self.paths = list(paths)
        self._headers: tuple[set[tuple[int, int]], bool] | None = None

    def __len__(self) -> int:
        return len(self.paths)

    def sizes(self) -> set[tuple[int, int]]:
        return self._survey()[0]

    def any_color(self) -> bool:
        return self._survey()[1]

    def _survey(self) -> tuple[set[tuple[int, int]], bool]:
        """Sizes and colour from all headers, read once."""
        if self._headers is None:
            sizes, color = set(), False
            for path in self.paths:
                with open_picture(path) as picture:
                    sizes.add(upright_size(picture))
                    color = color or may_have_color(picture)
            self._headers = sizes, color
        return self._headers

    def blocks(self, form: Form):
        for index, path in enumerate(self.paths):
            yield np.array([index]), read_picture(path, form)[None]
