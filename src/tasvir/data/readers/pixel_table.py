"""CSV files of pixels with the label first: the MNIST-in-CSV format."""

from itertools import islice
from math import isqrt
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.files import open_plain
from tasvir.data.raw import Facts, Raw
from tasvir.data.readers.arrays import ArrayPixels
from tasvir.data.readers.pixels import DEEPEST, white_for

LINES = 5000  # read at once
LABEL_WORDS = ("label", "labels", "class", "target", "y")


def read_pixel_table(path: Path) -> Raw:
    """One image a line: its label, then its pixels 0..255 row by row; a header is skipped; `.gz` too."""
    labels, images, start, columns = [], [], 1, 0
    with open_plain(path) as file:
        while lines := list(islice(file, LINES)):
            numbered = [(number, line) for number, line in enumerate(lines, start) if line.strip()]
            if not columns and numbered:
                columns = _columns(path, numbered[0][1])
                if _is_header(numbered[0][1]):
                    _check_header(path, numbered.pop(0)[1])
            if numbered:
                block = _numbers(path, numbered, columns)
                labels.append(block[:, 0].astype(np.int64))
                images.append(block[:, 1:].astype(np.uint8))
            start += len(lines)
    if not labels:
        raise DataFileError(f"{path} has no rows: write a label and the pixels of one image in each line")
    side = isqrt(columns - 1)
    name = path.name.removesuffix(".gz").removesuffix(".csv")
    pixels = np.concatenate(images).reshape(-1, side, side)
    return Raw(Facts(name, str(path)), ArrayPixels(pixels), np.concatenate(labels))


def _columns(path: Path, first: bytes) -> int:
    """The number of cells in a line: a label and a square of pixels."""
    columns = first.count(b",") + 1
    if columns == 1:
        raise DataFileError(f"{path} has no commas in its first line: write a label and its pixels, separated by commas")
    side = isqrt(columns - 1)
    if not side or side * side != columns - 1:
        raise DataFileError(f"{path} has {columns - 1} pixels a line, which make no square: write 784 for 28x28")
    return columns


def _is_header(line: bytes) -> bool:
    """Whether the first line holds words instead of numbers."""
    try:
        float(line.split(b",")[0])
    except ValueError:
        return True
    return False


def _check_header(path: Path, line: bytes) -> None:
    """A header may call its columns anything, but a label elsewhere than in the first would be read as a pixel."""
    words = [word.decode(errors="replace").strip(" \t\r\n\"'\ufeff").lower() for word in line.split(b",")]
    place = next((number for number, word in enumerate(words, 1) if word in LABEL_WORDS), 1)
    if place != 1:
        raise DataFileError(f"{path} has the label in column {place} ({words[place - 1]!r}): write it first, then the pixels")


def _numbers(path: Path, lines: list[tuple[int, bytes]], columns: int) -> np.ndarray:
    """Some numbered lines as whole numbers, the pixels within 0..255."""
    for number, line in lines:
        if line.count(b",") + 1 != columns:
            count = line.count(b",") + 1
            raise DataFileError(f"{path} line {number} has {count} cells instead of {columns}: repair that line")
    try:
        block = np.loadtxt([line for _, line in lines], np.int16, delimiter=",", comments=None, ndmin=2)
    except (ValueError, OverflowError):
        block = np.array([_slowly(path, number, line) for number, line in lines])
    low, high = block[:, 1:].min(axis=1), block[:, 1:].max(axis=1)
    wrong = np.flatnonzero((low < 0) | (high > 255))
    if len(wrong):
        value = low[wrong[0]] if low[wrong[0]] < 0 else high[wrong[0]]
        deep = f" (of {white_for(high.max())}, divide all by that, and multiply by 255)" if 255 < high.max() <= DEEPEST else ""
        raise DataFileError(f"{path} line {lines[wrong[0]][0]} has the pixel {value}: use 0 to 255{deep}")
    return block


def _slowly(path: Path, number: int, line: bytes) -> list[int]:
    """One line cell by cell: whole numbers in whatever writing, or what is wrong with them."""
    values = []
    for cell in line.split(b","):
        try:
            value = float(cell)
            values.append(int(value))
        except (ValueError, OverflowError):  # no number; NaN or infinite
            value = None
        if value is None or value != values[-1]:
            word = cell.decode(errors="replace").strip()
            raise DataFileError(f"{path} line {number} has {word!r}: use whole numbers") from None
    return values
