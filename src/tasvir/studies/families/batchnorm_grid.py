"""What is asked of every training of the study of batch norm, and the grid of them as other cells read it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tasvir.records.record import Record, array, facts
from tasvir.studies.families.batchnorm_nets import ARMS, lesson_of, pixels_of, refusal, spec_of, teach
from tasvir.studies.families.parts import learned_part
from tasvir.studies.inside import Inside

#: Training images that are held out, at most.
HELD_OUT = 1000


@dataclass(frozen=True)
class Asked:
    """The words of the study that every cell shares."""

    net: str
    rates: Sequence[float]
    updates: int
    most_images: int
    first_seed: int

    def learning(self, inside: Inside) -> Inside:
        """The same images for all trainings, some of them held out; no test image."""
        return inside.on(learned_part(inside.data, self.first_seed, most=self.most_images, most_held_out=HELD_OUT))


def grid_names(batch_size: int, seeds: Sequence[int]) -> tuple[str, ...]:
    """The cells of a batch size, one a seed."""
    return tuple(f"batchnorm/grid/{batch_size}/{seed}" for seed in seeds)


def learn(inside: Inside, *, batch_size: int, **shared: Any) -> Iterator[Record]:
    """Both nets at every rate, from batches of one size: losses on the way, and which held-out images are named rightly.

    Arrays are (arms, rates, ...); a net that torch refuses to train on such batches is right for none.
    """
    asked = Asked(**shared)
    inside = asked.learning(inside)
    lesson = lesson_of(inside.data, asked.updates, inside.place)
    held_out, labels = pixels_of(inside.data, "val")
    specs = {arm: spec_of(asked.net, arm) for arm in ARMS}
    refused = {arm: said for arm, spec in specs.items() if (said := refusal(lesson, spec, batch_size)) is not None}
    right = np.zeros((len(ARMS), len(asked.rates), len(labels)), np.uint8)
    losses = np.full((len(ARMS), len(asked.rates), len(lesson.ends)), np.nan, np.float32)
    places = [(a, r) for a, arm in enumerate(ARMS) if arm not in refused for r in range(len(asked.rates))]
    for done, (a, r) in enumerate(places, start=1):
        taught = teach(lesson, specs[ARMS[a]], rate=asked.rates[r], batch_size=batch_size, seed=inside.seed)
        right[a, r], losses[a, r] = taught.right(held_out, labels), taught.losses
        inside.tell(done / len(places))
    yield array("right", right)
    yield array("losses", losses)
    sizes = {"n_train": len(lesson.labels_B), "n_held_out": len(labels), "n_looked_at": len(lesson.looked_at[1])}
    commonest = float(np.bincount(labels).max() / len(labels))
    yield facts({"ends": lesson.ends, "refused": refused, "chance": commonest, "n_classes": lesson.n_classes, **sizes})


@dataclass(frozen=True)
class Grid:
    """The trainings of one batch size at all seeds, as they were recorded."""

    inside: Inside
    asked: Asked
    batch_size: int
    seeds: Sequence[int]

    @cached_property
    def right(self) -> np.ndarray:
        """(seeds, arms, rates, held-out images)."""
        return self._stacked("right").astype(float)

    @cached_property
    def losses(self) -> np.ndarray:
        """(seeds, arms, rates, looks)."""
        return self._stacked("losses")

    def told(self, fact: str) -> Any:
        """What is the same at every seed."""
        return self.inside.found_facts(self._names[0])[fact]

    def refuses(self, arm: str) -> bool:
        """Whether torch trains it on no such batch."""
        return arm in self.told("refused")

    def chosen(self, arm: str) -> int:
        """The place of the rate with the highest accuracy on held-out images, all seeds together; of equal ones the lowest."""
        return int(self.right[:, ARMS.index(arm)].mean(axis=(0, 2)).argmax())

    def rate(self, arm: str) -> float:
        """The chosen rate."""
        return float(self.asked.rates[self.chosen(arm)])

    def right_chosen(self, arm: str) -> np.ndarray:
        """(seeds, held-out images) at the chosen rate."""
        return self.right[:, ARMS.index(arm), self.chosen(arm)]

    def losses_chosen(self, arm: str) -> np.ndarray:
        """(seeds, looks) at the chosen rate."""
        return self.losses[:, ARMS.index(arm), self.chosen(arm)]

    @property
    def _names(self) -> tuple[str, ...]:
        return grid_names(self.batch_size, self.seeds)

    def _stacked(self, name: str) -> np.ndarray:
        return np.stack([self.inside.found_array(cell, name) for cell in self._names])
