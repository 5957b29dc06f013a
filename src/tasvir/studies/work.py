"""What a cell costs, declared beside it; and the probe that turns it into seconds on this machine, with these images."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.studies.flat import flat_unit
from tasvir.studies.place import Place


@dataclass(frozen=True)
class Fit:
    """A training: the unfitted estimator that `recipe()` gives, shown `n_images` images in all its epochs."""

    recipe: Callable[[], Any]
    n_images: float


@dataclass(frozen=True)
class Search:
    """A search for nearest neighbours: so many pairs of images, compared pixel by pixel."""

    n_pairs: float


@dataclass(frozen=True)
class Seconds:
    """What is short, or was measured elsewhere."""

    value: float


Work = Fit | Search | Seconds

#: Images that each net is tried on, and images of the neighbour search.
N_TRAINED, N_SEARCHED = 256, 1000
#: A few steps are enough to know what one costs.
TRIED = {"random_state": 0, "validation_fraction": None, "max_epochs": 3}


@dataclass
class Probe:
    """Measures each kind of work once, when it is first asked for; knows no study, chapter or method by name."""

    data: Dataset
    place: Place
    measured: dict[str, float] = field(default_factory=dict)

    def seconds(self, work: tuple[Work, ...]) -> float:
        """What all of this takes."""
        return sum(self._one(piece) for piece in work)

    def _one(self, work: Work) -> float:
        if isinstance(work, Fit):
            return work.n_images * self._image_s(self.place.take(work.recipe().set_params(**TRIED)))
        return work.value if isinstance(work, Seconds) else work.n_pairs * self._pair_s()

    def _image_s(self, estimator: Any) -> float:
        """Seconds that a training takes for one image."""
        kind = f"{type(estimator).__name__} {estimator.get_params(deep=False)}"
        if kind not in self.measured:
            X, y, _ = self.data.part("train")
            rows = np.linspace(0, len(X) - 1, min(N_TRAINED, len(X))).astype(int)
            labels = y[rows] if len(np.unique(y[rows])) > 1 else np.arange(len(rows)) % 2
            estimator.fit(X[rows], labels)
            self.measured[kind] = min(estimator.history_.times_s) / len(rows)
        return self.measured[kind]

    def _pair_s(self) -> float:
        """Seconds for one pair of a neighbour search."""
        from sklearn.neighbors import NearestNeighbors

        if "pair" not in self.measured:
            part = flat_unit(self.data.part("train")[0][:N_SEARCHED])
            started = time.perf_counter()
            NearestNeighbors(n_neighbors=min(10, len(part) - 1)).fit(part).kneighbors(part)
            self.measured["pair"] = (time.perf_counter() - started) / len(part) ** 2
        return self.measured["pair"]
