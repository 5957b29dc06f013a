"""DICOM files, read by pydicom: values as the file shows them become gray or colour pixels.

Ids of patients serve to tell them apart, and leave the reading as numbers only: also what pydicom says of a damaged file is not
repeated.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from tasvir.contracts.errors import DataFileError
from tasvir.data.options import WINDOWS
from tasvir.data.raw import UNNAMED, Form, Levels
from tasvir.data.readers.image_files import MOST_PIXELS, ImageFiles
from tasvir.data.readers.pixels import must_be_within, own_levels
from tasvir.data.resize import to_form
from tasvir.data.rules import told

ENDINGS = {".dcm", ".dicom"}
GRAYS = ("MONOCHROME1", "MONOCHROME2")


class Head(NamedTuple):
    """What the head of a file says."""

    size: tuple[int, int]
    color: bool
    windowed: bool
    deep: bool
    patient: str


def is_dicom(path: Path) -> bool:
    """Whether the file's name says that it is a DICOM file."""
    return path.suffix.lower() in ENDINGS


def read_head(path: Path) -> Head:
    """What is said of the image, which is not decoded; refused where it could not be."""
    with _opened(path, stop_before_pixels=True) as head:
        if "Rows" not in head or "Columns" not in head or "PhotometricInterpretation" not in head:
            raise DataFileError(f"{path} holds no image: remove it from the set")
        if (frames := int(head.get("NumberOfFrames") or 1)) > 1:
            raise DataFileError(
                f"{path} holds {frames} frames, and one file is one image: save the frames that count as files of their own, "
                "in one group"
            )
        _must_be_decodable(path, head)
        size = int(head.Rows), int(head.Columns)
        if size[0] * size[1] > MOST_PIXELS:
            raise DataFileError(f"{path} unpacks to more than {MOST_PIXELS} pixels, too many for one image")
        windowed = None not in (head.get("WindowCenter"), head.get("WindowWidth")) or bool(head.get("VOILUTSequence"))
        gray = head.PhotometricInterpretation in GRAYS
        return Head(size, not gray, windowed or not gray, gray and _is_deep(head), str(head.get("PatientID") or "").strip())


def read_dicom(path: Path, form: Form, *, windowed: bool) -> np.ndarray:
    """One file as uint8 pixels in `form`: by its own window where `windowed`, else by the levels of the form."""
    from pydicom.pixels import pixel_array

    with _opened(path) as data:
        if data.PhotometricInterpretation not in GRAYS:
            pixels = _color(data)
        else:
            values = _values(data, pixel_array(data))
            unit = _by_window(path, data, values) if windowed else _by_levels(path, data, values, form=form)
            pixels = np.rint(255 * unit).astype(np.uint8)
            if data.PhotometricInterpretation == "MONOCHROME1":  # its least is white
                pixels = 255 - pixels
        return to_form(Image.fromarray(pixels), form)


def _color(data: Any) -> np.ndarray:
    """RGB bytes; pydicom turns YBR into RGB."""
    from pydicom.pixels import apply_color_lut, pixel_array

    pixels, bits = pixel_array(data), int(data.BitsStored)
    if data.PhotometricInterpretation == "PALETTE COLOR":
        pixels = apply_color_lut(pixels, data)[..., :3]
        bits = 8 * pixels.dtype.itemsize
    return (pixels >> (bits - 8)).astype(np.uint8) if bits > 8 else pixels.astype(np.uint8)


def _values(data: Any, pixels: np.ndarray) -> np.ndarray:
    """In the units of the device, as Hounsfield's: rescaled by slope and intercept, or by a table."""
    from pydicom.pixels import apply_modality_lut

    return apply_modality_lut(pixels, data)


def _by_window(path: Path, data: Any, values: np.ndarray) -> np.ndarray:
    """0..1 by the file's own table of display values, or its first window (DICOM PS3.3 C.11.2)."""
    from pydicom.pixels import apply_voi, apply_windowing

    if data.get("VOILUTSequence"):
        bits = data.VOILUTSequence[0].LUTDescriptor[2]
        return apply_voi(values.astype(np.int64), data) / (2.0**bits - 1)
    try:
        with np.errstate(over="ignore"):
            low, high = apply_windowing(np.array([-1e12, 1e12]), data)  # its ends depend on the bits and the rescaling
        return (apply_windowing(values, data) - low) / (high - low)
    except (ValueError, TypeError):
        raise DataFileError(
            f"{path} has a window that cannot be followed: name with value_range what becomes black and white"
        ) from None


def _by_levels(path: Path, data: Any, values: np.ndarray, *, form: Form) -> np.ndarray:
    black, white = (form.levels or (0, 255)) if _is_deep(data) else (0, 255)
    if form.beyond == WINDOWS:
        raise DataFileError(f"{path} has no window, which all images of the model had: name one range with value_range")
    if form.beyond == "refused":
        must_be_within(float(values.min()), float(values.max()), levels=(black, white), where=path)
    return np.clip((values - black) / (white - black), 0, 1)


def _is_deep(data: Any) -> bool:
    """Whether values may be more than bytes."""
    rescaled = (float(data.get("RescaleSlope") or 1), float(data.get("RescaleIntercept") or 0)) != (1, 0)
    return int(data.BitsStored) > 8 or bool(data.PixelRepresentation) or rescaled or bool(data.get("ModalityLUTSequence"))


class DicomFiles(ImageFiles):
    """DICOM files as the pixels of a set: each by its own window where all have one, else by one range for all."""

    def __init__(self, paths: Sequence[Path], place: str):
        _must_have_pydicom(paths[0])
        super().__init__(paths, place)

    @cached_property
    def _heads(self) -> dict[int, Head]:
        return dict(self._each(read_head, range(len(self))))

    @cached_property
    def _windowed(self) -> bool:
        return all(head.windowed for head in self._heads.values())

    @cached_property
    def _with_window(self) -> set[Path]:
        return {self.paths[index] for index, head in self._heads.items() if head.windowed}

    @property
    def shown(self) -> str:
        gray = not all(head.color for head in self._heads.values())
        return told("windows") if gray and self._windowed else ""

    @property
    def deep(self) -> bool:
        return any(head.deep for head in self._heads.values())

    def sizes(self) -> set[tuple[int, int]]:
        return {head.size for head in self._heads.values()} or {(1, 1)}

    def any_color(self) -> bool:
        return any(head.color for head in self._heads.values())

    def levels(self) -> Levels | None:
        return None if self._windowed else self._range

    @cached_property
    def _range(self) -> Levels | None:
        """The set's own: gray files of more than bytes are read once more for it."""
        ends = [found for _, found in self._each(_extremes, [i for i, head in self._heads.items() if head.deep])]
        return (own_levels(min(low for low, _ in ends), max(high for _, high in ends)) or (0, 255)) if ends else None

    def patients(self) -> np.ndarray | None:
        """A file that names no patient stands alone."""
        named = {index: head.patient for index, head in self._heads.items() if head.patient}
        if len(set(named.values())) < 2:
            return None
        return np.array([named.get(index, f"{UNNAMED}{index}") for index in range(len(self))])

    def _read(self, path: Path, form: Form) -> np.ndarray:
        own = form.beyond == WINDOWS or (self._windowed and form.levels is None)
        return read_dicom(path, form, windowed=own and path in self._with_window)


def _extremes(path: Path) -> tuple[float, float]:
    from pydicom.pixels import pixel_array

    with _opened(path) as data:
        values = _values(data, pixel_array(data))
        return float(values.min()), float(values.max())


@contextmanager
def _opened(path: Path, **how: Any) -> Iterator[Any]:
    """The file as pydicom reads it; what is wrong is said without its words, which may repeat a name."""
    import pydicom

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata
            yield pydicom.dcmread(path, **how)
    except DataFileError:
        raise
    except MemoryError:
        raise DataFileError(f"{path} does not fit into memory") from None
    except pydicom.errors.InvalidDicomError:
        raise DataFileError(f"{path} cannot be read as DICOM (it begins like none)") from None
    # whatever a damaged file leads pydicom to
    except Exception as error:
        raise DataFileError(f"{path} cannot be read as DICOM ({type(error).__name__})") from None


def _must_be_decodable(path: Path, head: Any) -> None:
    from pydicom.pixels import get_decoder

    syntax = head.file_meta.TransferSyntaxUID
    if not syntax.is_compressed:
        return
    try:
        missing = not get_decoder(syntax).is_available
    except NotImplementedError:
        missing = True
    if missing:
        raise DataFileError(
            f"{path} is compressed ({syntax.name}), which needs a plugin of pydicom: save it uncompressed, "
            "or pip install pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg"
        )


def _must_have_pydicom(path: Path) -> None:
    try:
        import pydicom  # noqa: F401
    except ImportError:
        raise DataFileError(f"{path} is a DICOM file, read by pydicom; add it with pip install 'tasvir[dicom]'") from None
