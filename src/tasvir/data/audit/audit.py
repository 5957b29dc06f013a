"""What is wrong with a set before anything is learned from it: duplicates, leaks, order, constant images, small classes."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tasvir.data.audit.duplicates import CLOSE, CLOSE_RMS, IDENTICAL, MOST_COMPARED, Pairs, find_pairs
from tasvir.data.dataset import PARTS, Dataset

SMALL_CLASS = 5  # images: fewer give no fifth for a test
ORDERED = 0.5  # share of the runs of equal labels that a shuffled order has


@dataclass(frozen=True)
class Place:
    """One image: its part, its index within the part, its row among all images, its class, its name."""

    part: str
    index: int
    row: int
    label: str
    name: str


@dataclass(frozen=True)
class Pair:
    """Two images of the same picture: 'identical', 'close' or 'alike', and their distance (Euclidean, pixels 0..1)."""

    kind: str
    distance: float
    first: Place
    second: Place

    @property
    def conflict(self) -> bool:
        """Whether the two carry different labels."""
        return self.first.label != self.second.label


@dataclass(frozen=True)
class Overlap:
    """How many of the `n` images of one part have a duplicate in `other` (which may be the part itself).

    `close` counts the images and pairs that are close or identical; `n_images` and `n_pairs` those that are alike too.
    """

    part: str
    other: str
    n: int
    n_images: int
    n_images_close: int
    n_pairs: int
    n_pairs_close: int


@dataclass(frozen=True)
class LabelOrder:
    """Runs of equal labels in the order of one part, and how many a shuffled order would have."""

    part: str
    runs: int
    expected: float

    @property
    def ordered(self) -> bool:
        """Whether the images stand by class."""
        return self.runs < ORDERED * self.expected


@dataclass(frozen=True)
class GroupCheck:
    """The number of groups in each part, and the groups that stand in several."""

    counts: dict[str, int]
    crossing: tuple[str, ...]


@dataclass(frozen=True)
class SmallClass:
    """A class with fewer than 5 images, or with none for training or test."""

    name: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Audit:
    """What `audit` found; pairs stand nearest first."""

    name: str
    fingerprint: str
    counts: dict[str, int]
    identical_only: bool
    close_distance: float
    pairs: tuple[Pair, ...]
    overlaps: tuple[Overlap, ...]
    groups: GroupCheck | None
    label_order: tuple[LabelOrder, ...]
    constant: tuple[Place, ...]
    small_classes: tuple[SmallClass, ...]

    @property
    def conflicts(self) -> tuple[Pair, ...]:
        """The pairs with different labels."""
        return tuple(pair for pair in self.pairs if pair.conflict)

    def duplicated(self, part: str, other: str) -> np.ndarray:
        """Which images of one part, in its order, have a duplicate in another."""
        found = np.zeros(self.counts.get(part, 0), bool)
        for pair in self.pairs:
            for one, two in ((pair.first, pair.second), (pair.second, pair.first)):
                if (one.part, two.part) == (part, other):
                    found[one.index] = True
        return found

    def __str__(self) -> str:
        """In a few lines, what is zero too."""
        crossing = f", groups that cross parts: {len(self.groups.crossing)}" if self.groups else ""
        overlaps = [f"{o.n_images} of {o.n} {o.part} images have a duplicate in {o.other}" for o in self.overlaps]
        ordered = [f"{order.part} images stand by class" for order in self.label_order if order.ordered]
        lines = [
            f"{self.name}: {', '.join(f'{self.counts[part]} {part}' for part in PARTS if part in self.counts)} images",
            f"pairs of duplicates: {len(self.pairs)}, with different labels: {len(self.conflicts)}{crossing}",
            f"constant images: {len(self.constant)}, classes too small to split: {len(self.small_classes)}",
        ]
        return "\n".join([*lines, *overlaps, *ordered])

    def to_json(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        plain = asdict(self)
        for pair, listed in zip(self.pairs, plain["pairs"], strict=True):
            listed["conflict"] = pair.conflict
        for order, listed in zip(self.label_order, plain["label_order"], strict=True):
            listed["ordered"] = order.ordered
        return plain


def audit(dataset: Dataset) -> Audit:
    """What could spoil results on this set?

    Parameters
    ----------
    dataset : Dataset
        From `load_data`; 70,000 images of 28x28 take about a minute on 2 cores.

    Returns
    -------
    Audit
        Duplicates within and across the parts, those with different labels, groups that cross parts, the order of the
        labels, constant images, and classes too small to split. `print` tells it in short, `to_json` all of it; the report
        and `tasvir data audit` say it in sentences.

    Raises
    ------
    Nothing.

    References
    ----------
    The rule of duplicates is ours (`tasvir.data.audit.duplicates`); the ratio to the neighbours that follow is Lowe's test
    (Distinctive image features from scale-invariant keypoints, 2004, section 7.1) between images instead of key points.

    Examples
    --------
    >>> import tasvir
    >>> found = tasvir.audit(tasvir.load_data("digits"))
    >>> len(found.pairs), found.small_classes
    (0, ())
    >>> print(found)
    digits: 1433 train, 364 test images
    pairs of duplicates: 0, with different labels: 0
    constant images: 0, classes too small to split: 0
    """
    pairs = find_pairs(dataset.images)
    places = _Places(dataset)
    return Audit(
        name=dataset.name,
        fingerprint=dataset.fingerprint,
        counts={part: int(n) for part, n in Counter(dataset.split.tolist()).items()},
        identical_only=len(dataset) > MOST_COMPARED,
        close_distance=float(CLOSE_RMS * np.sqrt(dataset.images[0].size)),
        pairs=tuple(
            Pair(str(kind), float(distance), places[first], places[second])
            for first, second, distance, kind in zip(*vars(pairs).values(), strict=True)
        ),
        overlaps=_overlaps(dataset, pairs),
        groups=_check_groups(dataset),
        label_order=tuple(_order(part, dataset.labels[dataset.split == part]) for part in _parts(dataset)),
        constant=tuple(places[row] for row in _constant_rows(dataset.images)),
        small_classes=_small_classes(dataset),
    )


class _Places:
    """The place of each row."""

    def __init__(self, dataset: Dataset):
        self.dataset = dataset
        self.index = np.zeros(len(dataset), np.int64)
        for part in PARTS:
            rows = np.flatnonzero(dataset.split == part)
            self.index[rows] = np.arange(len(rows))

    def __getitem__(self, row: int) -> Place:
        label = self.dataset.class_names[self.dataset.labels[row]]
        return Place(str(self.dataset.split[row]), int(self.index[row]), int(row), label, str(self.dataset.names[row]))


def _parts(dataset: Dataset) -> list[str]:
    return [part for part in PARTS if (dataset.split == part).any()]


def _overlaps(dataset: Dataset, pairs: Pairs) -> tuple[Overlap, ...]:
    """Every part against itself and the earlier ones that it shares pictures with."""
    close = np.isin(pairs.kind, (IDENTICAL, CLOSE))
    found = []
    for position, part in enumerate(PARTS):
        for other in PARTS[: position + 1]:
            one = (dataset.split[pairs.first] == part) & (dataset.split[pairs.second] == other)
            two = (dataset.split[pairs.second] == part) & (dataset.split[pairs.first] == other)
            if (one | two).any():
                images, near = (len(np.union1d(pairs.first[one & some], pairs.second[two & some])) for some in (np.True_, close))
                overlap = Overlap(
                    part,
                    other,
                    n=int((dataset.split == part).sum()),
                    n_images=images,
                    n_images_close=near,
                    n_pairs=int((one | two).sum()),
                    n_pairs_close=int(((one | two) & close).sum()),
                )
                found.append(overlap)
    return tuple(found)


def _check_groups(dataset: Dataset) -> GroupCheck | None:
    if dataset.groups is None:
        return None
    members = {part: np.unique(dataset.groups[dataset.split == part]) for part in _parts(dataset)}
    times = Counter(str(group) for groups in members.values() for group in groups)
    crossing = tuple(sorted(group for group, count in times.items() if count > 1))
    return GroupCheck({part: len(groups) for part, groups in members.items()}, crossing)


def _order(part: str, labels: np.ndarray) -> LabelOrder:
    """The expected runs: one, and one more wherever two neighbours of a random order differ."""
    counts = np.bincount(labels)
    expected = 1 + (len(labels) ** 2 - (counts**2).sum()) / len(labels)
    return LabelOrder(part, int(1 + (labels[1:] != labels[:-1]).sum()), round(float(expected), 1))


def _constant_rows(images: np.ndarray) -> list[int]:
    """The images of a single colour."""
    rows = []
    for low in range(0, len(images), 1024):
        block = images[low : low + 1024]
        same = (block == block[:, :1, :1]).reshape(len(block), -1).all(axis=1)
        rows += (low + np.flatnonzero(same)).tolist()
    return rows


def _small_classes(dataset: Dataset) -> tuple[SmallClass, ...]:
    found = []
    for position, name in enumerate(dataset.class_names):
        split = dataset.split[dataset.labels == position]
        counts = {part: int((split == part).sum()) for part in _parts(dataset)}
        if len(split) < SMALL_CLASS or not counts.get("train") or not counts.get("test"):
            found.append(SmallClass(name, counts))
    return tuple(found)
