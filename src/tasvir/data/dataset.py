"""A set of labelled images, ready to learn from, and the card that says what it is."""

import hashlib
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.data.cache import copy_rows, is_cached
from tasvir.data.display import card_html, one_line
from tasvir.data.raw import PARTS

if TYPE_CHECKING:
    from pandas import DataFrame

    from tasvir.data.torch_part import TorchPart


@dataclass(frozen=True)
class DataCard:
    """What a reader of the report should know about a set before its numbers."""

    title: str
    origin: str
    licence: str
    about: str
    source: str
    split_rule: str
    resize_rule: str
    notes: tuple[str, ...] = ()
    #: Whether we drew the split, or a part of it.
    drawn: bool = False
    #: Whose groups there are: "given", "near-duplicates" that were found.
    groups_from: tuple[str, ...] = ()
    #: What became black and white in files of more than 8 bits; "windows": each file as it says itself; None for bytes.
    value_range: tuple[float, float] | str | None = None
    #: Whether numbers beyond it became black or white.
    clipped: bool = False


@dataclass(frozen=True, eq=False)
class Dataset:
    """Which images, with which labels, in which part of the split?

    All parts together in the order of the source; the arrays are read-only.

    Parameters
    ----------
    name : str
        The set's word, as in `tasvir run digits`, or the name of its folder or file.
    images : uint8 array, shape (n, h, w) or (n, h, w, 3)
        Pixels 0..255.
    labels : int64 array, shape (n,)
        Positions in `class_names`.
    class_names : tuple of str
        The words of the classes.
    groups : array, shape (n,), or None
        What must not be torn apart by a split: the patient of each image, for example.
    split : str array, shape (n,)
        'train', 'val' or 'test' for each image.
    card : DataCard
        Title, origin, licence, and by which rules split and size came about.
    names : str array, shape (n,)
        Which image it is: its file below the folder, or its part and its place there, as "test/17". Not in the fingerprint.
    units : array, shape (n,), or None
        What counts as one case in an interval: `groups` that were given, and images whose pixels are equal where a split was
        drawn; not images that only look alike. By default `groups`, unless near-duplicates were found for them.
    words : mapping
        What was said to `load_data`: ``load_data(**words)`` gives the set again. Empty for a set made otherwise.

    Raises
    ------
    BadInputError
        From `part`, for a name that is no part.

    Notes
    -----
    Our own; the fingerprint is the sha256 of images, labels, groups, split and class names.

    Examples
    --------
    >>> from tasvir import load_data
    >>> digits = load_data("digits")
    >>> digits
    Dataset 'digits': 1,433 train, 364 test; images (8, 8), 10 classes
    >>> digits.images.shape, digits.class_names[:3]
    ((1797, 8, 8), ('0', '1', '2'))
    >>> X, y, groups = digits.part("test")
    >>> X.shape, y.shape, groups
    ((364, 8, 8), (364,), None)
    """

    name: str
    images: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...]
    groups: np.ndarray | None
    split: np.ndarray
    card: DataCard
    words: Mapping[str, Any] = field(default_factory=dict)
    names: np.ndarray = None  # type: ignore[assignment]  # made where none are given
    units: np.ndarray | None = None
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        if self.names is None or len(self.names) != len(self.split):  # as for some rows of a set
            object.__setattr__(self, "names", _numbered(self.split))
        if "near-duplicates" not in self.card.groups_from:
            object.__setattr__(self, "units", self.groups)
        for array in (self.images, self.labels, self.groups, self.split, self.names, self.units):
            if array is not None:
                array.flags.writeable = False
        object.__setattr__(self, "fingerprint", _fingerprint(self))

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, row: int) -> tuple[np.ndarray, str]:
        """One image and the word of its class: ``image, label = dataset[17]``."""
        position = operator.index(row)
        return self.images[position], self.class_names[self.labels[position]]

    def to_pandas(self) -> "DataFrame":
        """One row an image: name, part, label and, where there are any, group."""
        try:
            import pandas
        except ImportError:
            raise BadInputError("to_pandas needs pandas, which is not installed: pip install pandas") from None
        columns = {"name": self.names, "part": self.split.astype(str), "label": np.array(self.class_names)[self.labels]}
        return pandas.DataFrame(columns if self.groups is None else columns | {"group": self.groups})

    def __repr__(self) -> str:
        return one_line(self)

    def _repr_html_(self) -> str:
        return card_html(self)

    @property
    def counts(self) -> dict[str, int]:
        """How many images each part has; no image is read for it."""
        return {part: int((self.split == part).sum()) for part in PARTS}

    def targets(self, name: str) -> tuple[np.ndarray, np.ndarray | None]:
        """Labels and groups of one part, as `part` gives them; no image is read for it."""
        rows = self._rows(name)
        return self.labels[rows], None if self.groups is None else self.groups[rows]

    def cases(self, name: str) -> np.ndarray | None:
        """The units of one part's images, over which its intervals are."""
        return None if self.units is None else self.units[self._rows(name)]

    def part(self, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Images, labels and groups of one part of the split.

        Parameters
        ----------
        name : 'train', 'val' or 'test'
            A part the set does not have is empty.

        Returns
        -------
        (X, y, groups) : uint8 (m, h, w[, 3]), int64 (m,), (m,) or None

        Raises
        ------
        BadInputError
            For any other name.
        """
        return self._images(self._rows(name)), *self.targets(name)

    def torch(self, part: str) -> "TorchPart":
        """One part as a `torch.utils.data.Dataset`, for training loops of your own.

        Parameters
        ----------
        part : 'train', 'val' or 'test'
            As in `part`.

        Returns
        -------
        torch.utils.data.Dataset
            Items (image, label): float32 (channels, height, width) of 0..1, and an int64 scalar.

        Examples
        --------
        >>> from tasvir import load_data
        >>> image, label = load_data("digits").torch("train")[0]
        >>> tuple(image.shape), str(image.dtype), str(label.dtype)
        ((1, 8, 8), 'torch.float32', 'torch.int64')
        """
        from tasvir.data.torch_part import TorchPart

        X, y, _ = self.part(part)
        return TorchPart(X, y)

    def _images(self, rows: slice | np.ndarray) -> np.ndarray:
        """Some images; what lies on disk because it is too large for the memory stays there."""
        if isinstance(rows, np.ndarray) and len(rows) and is_cached(self.images):
            return copy_rows(self.images, rows, self.fingerprint)
        return self.images[rows]

    def _rows(self, name: str) -> slice | np.ndarray:
        """The part's rows: a slice (a view, no copy) where they stand together."""
        if name not in PARTS:
            raise BadInputError(f"no part {name!r} in a data set: choose from {', '.join(PARTS)}")
        rows = np.flatnonzero(self.split == name)
        if len(rows) and rows[-1] - rows[0] == len(rows) - 1:
            return slice(int(rows[0]), int(rows[-1]) + 1)
        return rows


def _numbered(split: np.ndarray) -> np.ndarray:
    """Each image's part and its place there."""
    place = np.zeros(len(split), np.int64)
    for part in PARTS:
        place[split == part] = np.arange((split == part).sum())
    return np.array([f"{part}/{index}" for part, index in zip(split.tolist(), place.tolist(), strict=True)], dtype=str)


def _fingerprint(dataset: Dataset) -> str:
    """The sha256 of everything that a result can depend on."""
    digest = hashlib.sha256()
    for array in (dataset.images, dataset.labels):
        digest.update(f"{array.dtype} {array.shape}\n".encode())
        for start in range(0, len(array), 4096):
            digest.update(np.ascontiguousarray(array[start : start + 4096]).data)
    for words in (dataset.groups, dataset.split, dataset.class_names):
        listed = "none" if words is None else "\n".join(str(word) for word in words)
        digest.update(f"\n{listed}\n".encode())
    return digest.hexdigest()
