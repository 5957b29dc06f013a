"""Image files of any kind: opened when they are needed, turned upright, and made gray or RGB."""

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

from tasvir.contracts.errors import DataFileError
from tasvir.data.raw import Form, Identity
from tasvir.data.readers.pixels import DEEPEST, remedy, to_uint8, white_for
from tasvir.data.resize import to_form

ENDINGS = {".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pbm"}
DEEP_MODES = {"I", "I;16", "I;16B", "I;16L", "I;16N", "F"}
DEEP_COLOR = re.compile(r"(RGB[AaX]?|LA);16")  # how Pillow calls their bytes in a file
GRAY_MODES = {"1", "L", "LA", "La"} | DEEP_MODES
MOST_PIXELS = 89_478_485  # Pillow's own warning level: a quarter of a gigabyte as RGB
ORIENTATION, BITS = 0x0112, 0x0102  # tags of EXIF and TIFF
PAGED = {"TIFF", "GIF", "WEBP", "PNG"}  # not MPO: a camera's preview is no second image
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


def read_picture(path: Path, form: Form) -> np.ndarray:
    """One image file as uint8 pixels in `form`."""
    with open_picture(path) as picture:
        n_pages = getattr(picture, "n_frames", 1) if picture.format in PAGED else 1
        if n_pages > 1:
            raise DataFileError(f"{path} holds {n_pages} pages or frames: save each as a file of its own")
        upright = ImageOps.exif_transpose(picture)
        return to_form(_plain(upright, path, form.white), form)


def _plain(picture: Image.Image, path: Path, white: int) -> Image.Image:
    """The picture in mode L or RGB: transparency lies on white, deep pixels are scaled to 8 bits."""
    if picture.mode in DEEP_MODES:
        return Image.fromarray(_scaled(np.asarray(picture), path, white))
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")
    return picture.convert("L" if picture.mode in GRAY_MODES else "RGB")


def _scaled(values: np.ndarray, path: Path, white: int) -> np.ndarray:
    """Whole numbers up to `white`, or floats of 0..1, as bytes."""
    whole = values.dtype.kind != "f"
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        raise DataFileError(f"{path} has values that are NaN or infinite")
    if low < 0 or high > (white if whole else 1):
        kinds = "neither of at most 16 bits nor floats of 0..1"
        raise DataFileError(f"{path} has values {low:g} to {high:g}, {kinds} ({remedy(low, high)})")
    return to_uint8(values, white if whole else 1)


class Headers(NamedTuple):
    """What the headers of all files say: sizes, whether there may be colour, and which files are deeper than 8 bits."""

    sizes: set[tuple[int, int]]
    color: bool
    deep: dict[int, int]  # position -> the white that the file states at least
    deep_color: list[int]  # Pillow keeps the upper 8 of their 16 bits


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
        return Identity.of(self.place, self.paths)

    def sizes(self) -> set[tuple[int, int]]:
        return self._headers.sizes

    def any_color(self) -> bool:
        return self._headers.color

    def white(self) -> int:
        return self._white

    @cached_property
    def _white(self) -> int:
        """Deep pictures are read once more for it: one rule for all images of the set."""
        self._check_deep_color()
        stated = self._headers.deep
        return max([white_for(self._brightest(stated)), *stated.values()])

    def _check_deep_color(self) -> None:
        """Refuse a set whose colours have 10 to 14 bits in files of 16: nearly nothing of them would be left."""
        deep = self._headers.deep_color
        if deep and (bits := self._brightest(deep).bit_length() + 8) < 15:
            raise DataFileError(
                f"{self.paths[deep[0]]} and other pictures have at most {bits} bits a colour in files of 16, of which "
                "the upper 8 are read: save them as numbers in an .npz file"
            )

    def _brightest(self, some: Iterable[int]) -> int:
        """The largest number in some pictures, apart from transparency."""
        highest = 0
        for index in some:
            try:
                with open_picture(self.paths[index]) as picture:
                    bands = picture.convert("RGB") if picture.mode == "RGBA" else picture
                    highest = max(highest, int(np.asarray(bands).max()))
            except DataFileError as error:
                self._failures[index] = str(error)
        return highest

    def failures(self) -> dict[int, str]:
        return dict(sorted(self._failures.items()))

    @cached_property
    def _headers(self) -> Headers:
        """From the heads of the files."""
        sizes: set[tuple[int, int]] = set()
        color, deep, deep_color = False, {}, []
        for index, path in enumerate(self.paths):
            try:
                with open_picture(path) as picture:
                    color = color or may_have_color(picture)
                    if picture.mode in DEEP_MODES - {"F"}:
                        deep[index] = stated_white(picture)
                    elif DEEP_COLOR.search(str(getattr(picture, "tile", ""))):
                        deep_color.append(index)
                    sizes.add(upright_size(picture))
            except DataFileError as error:
                self._failures[index] = str(error)
        return Headers(sizes or {(1, 1)}, color, deep, deep_color)  # nothing readable: the error comes with the first block

    def blocks(self, form: Form) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for index, path in enumerate(self.paths):
            if index in self._failures:
                continue
            try:
                image = read_picture(path, form)
            except DataFileError as error:
                self._failures[index] = str(error)
            else:
                yield np.array([index]), image[None]
