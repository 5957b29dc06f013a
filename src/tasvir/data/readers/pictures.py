"""Image files of any kind: opened when they are needed, turned upright, and made gray or RGB."""

import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from tasvir.contracts.errors import DataFileError
from tasvir.data.raw import Form, Levels
from tasvir.data.readers.image_files import MOST_PIXELS, ImageFiles
from tasvir.data.readers.pixels import DEEPEST, must_be_within, own_levels, to_uint8
from tasvir.data.resize import to_form

ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pbm"}
DEEP_MODES = {"I", "I;16", "I;16B", "I;16L", "I;16N", "F"}
DEEP_COLOR = re.compile(r"(RGB[AaX]?|LA);16")  # how Pillow calls their bytes in a file
GRAY_MODES = {"1", "L", "LA", "La"} | DEEP_MODES
ORIENTATION, BITS, KIND = 0x0112, 0x0102, 0x00FE  # tags of EXIF and TIFF
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
    """(height, width) after the EXIF rotation, from the head of the file where that tells."""
    width, height = picture.size
    if width == height:  # Pillow decodes a PNG to look for its EXIF
        return height, width
    return (width, height) if picture.getexif().get(ORIENTATION) in TURNED else (height, width)


def may_have_color(picture: Image.Image) -> bool:
    """Whether the mode has room for colour."""
    return picture.mode not in GRAY_MODES


def stated_white(picture: Image.Image) -> int:
    """The depth that the file itself states: a TIFF of 12 bits does, and Pillow brings a PGM's own white to 65,535."""
    if picture.format == "PPM":
        return DEEPEST
    bits = picture.tag_v2.get(BITS, (16,))[0] if isinstance(picture, TiffImageFile) else 16
    return 2**bits - 1 if bits < 16 else 255


def must_be_one(picture: Image.Image, path: Path) -> None:
    """Refuse a file of several pages or frames. Small copies of a TIFF's page, or of a camera's picture, do not count."""
    n = getattr(picture, "n_frames", 1)
    if n > 1 and isinstance(picture, TiffImageFile):
        n = sum(not _page_kind(picture, page) & 1 for page in range(n))
        picture.seek(0)
    if n > 1 and picture.format != "MPO":
        raise DataFileError(
            f"{path} holds {n} pages or frames, and one file is one image: save those that count as files of their own, "
            "in one group"
        )


def _page_kind(picture: TiffImageFile, page: int) -> int:
    picture.seek(page)
    return int(picture.tag_v2.get(KIND, 0))


def read_picture(path: Path, form: Form) -> np.ndarray:
    """One image file as uint8 pixels in `form`."""
    with open_picture(path) as picture:
        upright = ImageOps.exif_transpose(picture)
        return to_form(_plain(upright, path, form), form)


def _plain(picture: Image.Image, path: Path, form: Form) -> Image.Image:
    """The picture in mode L or RGB: transparency lies on white, deep pixels are scaled to 8 bits."""
    if picture.mode in DEEP_MODES:
        return Image.fromarray(_scaled(np.asarray(picture), path, form))
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")
    return picture.convert("L" if picture.mode in GRAY_MODES else "RGB")


def _scaled(values: np.ndarray, path: Path, form: Form) -> np.ndarray:
    """Numbers within the levels of the form, or floats of 0..1, as bytes."""
    whole = values.dtype.kind != "f"
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        raise DataFileError(f"{path} has values that are NaN or infinite")
    named = form.levels is not None and bool(form.beyond)
    levels = form.levels or (0, 255) if whole or named else (0, 1)
    if form.beyond == "refused":
        must_be_within(low, high, levels=levels, where=path)
    elif not named and (low < 0 or high > levels[1]):
        raise DataFileError(
            f"{path} has values {low:g} to {high:g}, neither of at most 16 bits nor floats of 0..1 "
            "(name with value_range what becomes black and white in all images)"
        )
    return to_uint8(values, levels)


class Head(NamedTuple):
    """What the head of a file says: `deep` is the white that it states at least, where it has more than 8 bits."""

    size: tuple[int, int]
    color: bool
    deep: int | None
    floats: bool
    deep_color: bool


def read_head(path: Path) -> Head:
    """What is said of the picture, which is not decoded."""
    with open_picture(path) as picture:
        must_be_one(picture, path)
        deep = stated_white(picture) if picture.mode in DEEP_MODES - {"F"} else None
        deep_color = deep is None and bool(DEEP_COLOR.search(str(getattr(picture, "tile", ""))))
        return Head(upright_size(picture), may_have_color(picture), deep, picture.mode == "F", deep_color)


def _largest(path: Path) -> int:
    with open_picture(path) as picture:
        bands = picture.convert("RGB") if picture.mode == "RGBA" else picture
        return int(np.asarray(bands).max())


class Headers(NamedTuple):
    """What the headers of all files say: sizes, whether there may be colour, and which files are deeper than 8 bits."""

    sizes: set[tuple[int, int]]
    color: bool
    deep: dict[int, int]  # position -> the white that the file states at least
    floats: bool
    deep_color: list[int]  # Pillow keeps the upper 8 of their 16 bits


class PictureFiles(ImageFiles):
    """Pictures as the pixels of a set."""

    shown = ""

    @property
    def deep(self) -> bool:
        return bool(self._headers.deep) or self._headers.floats

    def sizes(self) -> set[tuple[int, int]]:
        return self._headers.sizes

    def any_color(self) -> bool:
        return self._headers.color

    def levels(self) -> Levels | None:
        return self._levels

    @cached_property
    def _levels(self) -> Levels | None:
        """Deep pictures are read once more for it: one rule for all images of the set."""
        self._check_deep_color()
        stated = self._headers.deep
        brightest = max([self._brightest(stated), *stated.values()])
        return own_levels(0, brightest) or ((0, 255) if stated else None)

    def _check_deep_color(self) -> None:
        """Refuse a set whose colours have 10 to 14 bits in files of 16: nearly nothing of them would be left."""
        deep = self._headers.deep_color
        if deep and (bits := self._brightest(deep).bit_length() + 8) < 15:
            raise DataFileError(
                f"{self.paths[deep[0]]} and other pictures have at most {bits} bits a colour in files of 16, of which "
                "the upper 8 are read: save them as numbers in an .npz file"
            )

    def _brightest(self, some: Iterable[int]) -> int:
        """The largest number in some pictures, apart from transparency; at most what 16 bits hold."""
        return min(DEEPEST, max((value for _, value in self._each(_largest, list(some))), default=0))

    @cached_property
    def _headers(self) -> Headers:
        """From the heads of the files."""
        found = dict(self._each(read_head, range(len(self))))
        sizes = {head.size for head in found.values()}
        deep = {index: head.deep for index, head in found.items() if head.deep is not None}
        deep_color = [index for index, head in found.items() if head.deep_color]
        sizes = sizes or {(1, 1)}  # nothing readable: the error comes with the first block
        return Headers(
            sizes, any(head.color for head in found.values()), deep, any(head.floats for head in found.values()), deep_color
        )

    def _read(self, path: Path, form: Form) -> np.ndarray:
        return read_picture(path, form)
