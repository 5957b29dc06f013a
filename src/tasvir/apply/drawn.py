"""Images drawn from a saved sampler, part by part: memory stays bounded, however many they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import stream_rng, stream_seed
from tasvir.models.folder import load_model
from tasvir.models.labels import targets_to_draw

#: Pixels that are drawn at once; the arithmetic around them takes up to fifty bytes each.
PIXELS_AT_ONCE = 2**24


@dataclass(frozen=True, eq=False)
class Drawn:
    """`n` samples of a fitted sampler, of one class (`label`, in words) or in training proportion.

    Up to `at_once` samples are what ``sampler.sample(n, y, random_state=seed)`` draws; only beyond that are there several parts.
    The first has the plain seed, each later one a seed of its own: a part is a function of (seed, its number).
    """

    sampler: Any
    n: int
    label: str | None
    seed: int

    @property
    def at_once(self) -> int:
        """The most samples in a part."""
        return max(1, PIXELS_AT_ONCE // self.sampler.space_.n_features)

    @property
    def words(self) -> np.ndarray | None:
        """The classes in words, in the order of the sampler's own; None where it knows none."""
        classes = self.sampler.classes_
        return None if classes is None else np.array(getattr(self.sampler, "class_names_", None) or list(map(str, classes)))

    def parts(self) -> Iterator[tuple[np.ndarray, np.ndarray | None]]:
        """The images of each part, and their classes in words (None without labels)."""
        for part in range(self._n_parts):
            targets, seed = self._targets(part), self._seed(part)
            if targets is None or self.words is None:
                yield self.sampler.sample(self._size(part), random_state=seed), None
            else:
                y = self.sampler.classes_[targets]
                yield self.sampler.sample(len(targets), y, random_state=seed), self.words[targets]

    def labels(self) -> Iterator[np.ndarray]:
        """The classes in words alone, part by part; nothing without labels."""
        for part in range(self._n_parts):
            targets = self._targets(part)
            if targets is not None and self.words is not None:
                yield self.words[targets]

    @property
    def _n_parts(self) -> int:
        return -(-self.n // self.at_once)

    def _size(self, part: int) -> int:
        return min(self.at_once, self.n - part * self.at_once)

    def _seed(self, part: int) -> int:
        return self.seed if part == 0 else stream_seed(self.seed, "part", part)

    def _targets(self, part: int) -> np.ndarray | None:
        rng = stream_rng(self._seed(part), "labels")
        return targets_to_draw(self.words, self.sampler.class_prior_, self.label, n_samples=self._size(part), rng=rng)


def draw(folder: Path, *, n: int, label: str | None = None, seed: int = 0) -> Drawn:
    """`n` samples of the sampler in `folder`; nothing is drawn yet, but what cannot be drawn is refused."""
    sampler = load_model(folder)
    if not hasattr(sampler, "sample"):
        raise BadInputError(
            f"{folder}: {type(sampler).__name__} draws no images: give the folder of a GAN, a VAE or a GaussianSampler"
        )
    drawn = Drawn(sampler, n, label, seed)
    drawn._targets(0)
    return drawn
