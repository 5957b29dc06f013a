"""Two sources as one set: the first for training, the second for the test."""

import numpy as np

from tasvir.contracts.errors import DataFileError
from tasvir.data.raw import Form, Identity, Pixels, Raw


class JoinedPixels:
    """The images of several sources, one after the other."""

    def __init__(self, *sources: Pixels):
        self.sources = sources
        self.keep_copy = any(source.keep_copy for source in sources)

    @property
    def identity(self) -> Identity | None:
        known = [source.identity for source in self.sources]
        if None in known:
            return None
        return Identity(" + ".join(one.place for one in known), " + ".join(one.stamp for one in known))

    def __len__(self) -> int:
        return sum(len(source) for source in self.sources)

    def sizes(self) -> set[tuple[int, int]]:
        return set().union(*(source.sizes() for source in self.sources))

    def any_color(self) -> bool:
        return any(source.any_color() for source in self.sources)

    def blocks(self, form: Form):
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
    one, other = (raw.labels.dtype.kind in "US" for raw in (train, test))
    if one != other or train.class_names != test.class_names:
        raise DataFileError(f"{test.facts.source} has other labels than {train.facts.source}: give files of one kind")
    return Raw(
        facts=train.facts,
        pixels=JoinedPixels(train.pixels, test.pixels),
        labels=np.concatenate([train.labels, test.labels]),
        class_names=train.class_names,
        split=np.repeat(["train", "test"], [len(train.labels), len(test.labels)]),
    )
