"""Images that are arrays in memory, and the images of several sources one after the other."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.raw import UNNAMED, Form, Identity, Levels, Pixels, Raw
from tasvir.data.resize import block_to_form

BLOCK = 1024


class ArrayPixels:
    """One or more (m, h, w[, 3]) uint8 arrays, one after the other."""

    identity = None
    keep_copy = False
    shown = ""
    deep = False

    def __init__(self, *arrays: np.ndarray):
        self.arrays = arrays

    def __len__(self) -> int:
        return sum(len(array) for array in self.arrays)

    def sizes(self) -> set[tuple[int, int]]:
        return {(array.shape[1], array.shape[2]) for array in self.arrays}

    def any_color(self) -> bool:
        return any(array.ndim == 4 for array in self.arrays)

    def levels(self) -> Levels | None:
        return None

    def blocks(self, form: Form) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        start = 0
        for array in self.arrays:
            for low in range(0, len(array), BLOCK):
                block = block_to_form(array[low : low + BLOCK], form)
                yield np.arange(start, start + len(block)), block
                start += len(block)

    def failures(self) -> dict[int, str]:
        return {}


class JoinedPixels:
    """The images of several sources, one after the other."""

    def __init__(self, *sources: Pixels):
        self.sources = sources
        self.keep_copy = any(source.keep_copy for source in sources)

    @property
    def shown(self) -> str:
        return next((source.shown for source in self.sources if source.shown), "")

    @property
    def deep(self) -> bool:
        return any(source.deep for source in self.sources)

    @property
    def identity(self) -> Identity | None:
        known = [source.identity for source in self.sources if source.identity is not None]
        if len(known) < len(self.sources):
            return None
        return Identity(" + ".join(one.place for one in known), " + ".join(one.stamp for one in known))

    def __len__(self) -> int:
        return sum(len(source) for source in self.sources)

    def sizes(self) -> set[tuple[int, int]]:
        return {size for source in self.sources for size in source.sizes()}

    def any_color(self) -> bool:
        return any(source.any_color() for source in self.sources)

    def levels(self) -> Levels | None:
        found = [levels for source in self.sources if (levels := source.levels()) is not None]
        return (min(black for black, _ in found), max(white for _, white in found)) if found else None

    def blocks(self, form: Form) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start, source in self._starts():
            for indices, block in source.blocks(form):
                yield start + indices, block

    def failures(self) -> dict[int, str]:
        return {start + index: line for start, source in self._starts() for index, line in source.failures().items()}

    def _starts(self) -> list[tuple[int, Pixels]]:
        starts = np.cumsum([0, *(len(source) for source in self.sources)])
        return list(zip(starts[:-1].tolist(), self.sources, strict=True))


def join(train: Raw, test: Raw) -> Raw:
    """Two sources without a split of their own as the two parts of one set."""
    for raw in (train, test):
        if raw.split is not None:
            raise DataFileError(f"{raw.facts.source} has a split of its own: give it without test=")
    places = [None if raw.pixels.identity is None else raw.pixels.identity.place for raw in (train, test)]
    if places[0] is not None and places[0] == places[1]:
        raise DataFileError(f"{test.facts.source} is given for training and for the test: name images that were not learned")
    one, other = (raw.labels.dtype.kind in "US" for raw in (train, test))
    if one != other or train.class_names != test.class_names:
        raise DataFileError(f"{test.facts.source} has other labels than {train.facts.source}: give files of one kind")
    return Raw(
        facts=replace(train.facts, notes=tuple(dict.fromkeys([*train.facts.notes, *test.facts.notes]))),
        pixels=JoinedPixels(train.pixels, test.pixels),
        labels=np.concatenate([train.labels, test.labels]),
        class_names=train.class_names,
        split=np.repeat(["train", "test"], [len(train.labels), len(test.labels)]),
        groups=_both_groups(train, test),
        names=_both_names(train.names, test.names),
        nameless=train.nameless or test.nameless,
    )


def _both_groups(train: Raw, test: Raw) -> np.ndarray | None:
    """Groups of both; where one source knows none, its images stand alone."""
    if train.groups is None and test.groups is None:
        return None
    parts = [("train", train), ("test", test)]
    alone = {part: np.array([f"{UNNAMED}{part}{i}" for i in range(len(raw.labels))]) for part, raw in parts}
    return np.concatenate([alone[part] if raw.groups is None else raw.groups.astype(str) for part, raw in parts])


def _both_names(train: np.ndarray | None, test: np.ndarray | None) -> np.ndarray | None:
    """Names of two folders, told apart by the part."""
    if train is None or test is None:
        return None
    return np.array([f"{part}/{name}" for part, names in (("train", train), ("test", test)) for name in names])
