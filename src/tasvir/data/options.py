"""What a caller may ask of the loader, as one object."""

import math
import operator
import os
import re
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import SupportsIndex

from tasvir.contracts.errors import BadInputError, BadTypeError

SMALLEST, LARGEST = 4, 1024
FITS = ("stretch", "crop")
WINDOWS = "windows"  # in place of a value range: each DICOM file as its own window shows it
SHARE = 0.2  # of the images for the test, where none is given
UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@dataclass(frozen=True)
class LoadOptions:
    """The words of `load_data`, checked; what they mean stands there."""

    data_dir: Path | None = None
    image_size: int | None = None
    fit: str = "stretch"
    color: bool | None = None
    test: Path | None = None
    manifest: Path | None = None
    file_column: str | None = None
    label_column: str | None = None
    group_column: str | None = None
    split_column: str | None = None
    empty_label: str | None = None
    skip_unreadable: bool = False
    memory_limit: str | None = None
    test_share: float = SHARE
    value_range: tuple[float, float] | None = None
    clip: bool = False
    cache: bool = False
    follow_links: bool = False
    group_folders: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("data_dir", "test", "manifest"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, _path(name, value))
        if self.image_size is not None:
            _whole("image_size", self.image_size, low=SMALLEST, high=LARGEST)
        _whole("seed", self.seed, low=0, high=2**63 - 1)
        if not isinstance(self.test_share, int | float) or not 0 < self.test_share < 1:
            raise BadInputError(f"test_share={self.test_share!r}: give a share above 0 and below 1, as 0.2")
        if self.fit not in FITS:
            raise BadInputError(f"fit={self.fit!r}: choose {' or '.join(FITS)}")
        if self.value_range is not None:
            object.__setattr__(self, "value_range", WINDOWS if self.value_range == WINDOWS else _range(self.value_range))
        if not isinstance(self.cache, bool):
            raise BadTypeError(f"cache={self.cache!r}: choose True (keep a packed copy of image files) or False")
        if self.color not in (None, True, False):
            raise BadTypeError(f"color={self.color!r}: choose True (RGB), False (gray) or None (as it is)")
        for name in ("file_column", "label_column", "group_column", "split_column", "empty_label"):
            if getattr(self, name) is not None and self.manifest is None:
                raise BadInputError(f"{name}={getattr(self, name)!r} belongs to a manifest: name its file too")
        _ = self.memory_bytes

    @property
    def memory_bytes(self) -> int:
        """The most memory the images may take; by default half of the machine's."""
        if self.memory_limit is None:
            return _half_of_the_memory()
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]B)?", str(self.memory_limit).upper())
        if match is None:
            raise BadInputError(f"memory_limit={self.memory_limit!r}: give bytes, or a size like 500MB or 4GB")
        return int(float(match[1]) * UNITS[match[2] or ""])


def _path(name: str, value: object) -> Path:
    if not isinstance(value, str | os.PathLike):
        raise BadTypeError(f"{name}={value!r}: give a path")
    return Path(value).expanduser()


def _range(value: object) -> tuple[float, float]:
    if not isinstance(value, tuple | list) or len(value) != 2 or not all(isinstance(number, Real) for number in value):
        raise BadTypeError(f"value_range={value!r}: give two numbers, those that become black and white")
    black, white = map(float, value)
    if not (math.isfinite(black) and math.isfinite(white) and black < white):
        raise BadInputError(f"value_range={value!r}: give two numbers, the smaller one first")
    return black, white


def _whole(name: str, value: object, *, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise BadTypeError(f"{name}={value!r}: give a whole number")
    if not low <= operator.index(value) <= high:
        raise BadInputError(f"{name}={value}: choose {low} to {high}")


def _half_of_the_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError):  # not every system can say
        return 4 * 10**9
