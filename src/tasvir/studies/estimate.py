"""How long will it take? A probe measures a few steps on this machine, with this data, before anything long begins."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.studies.cell import Cell
from tasvir.studies.classify import unfitted_classifier
from tasvir.studies.evidence import BATCH, STEPS, VAE_BATCH, VAE_STEPS, evidence_classifier
from tasvir.studies.surroundings import limited_threads
from tasvir.studies.training import flat_unit

#: Images that each net is tried on, and images of the neighbour search.
N_TRAINED, N_SEARCHED = 256, 1000


def expected_seconds(cells: list[Cell], data: Dataset, threads: int, device: str) -> dict[str, float]:
    """Seconds by cell name. Trainings are measured on a few steps, searches on a part of the images; both are scaled."""
    probe = _Probe(data, device)
    with limited_threads(threads):
        return {cell.name: probe.seconds(cell) for cell in cells}


class _Probe:
    """Measures each kind of work once, when a cell first asks for it."""

    def __init__(self, data: Dataset, device: str):
        self.data, self.device = data, device
        self.n_images = data.counts["train"]
        self.measured: dict[str, float] = {}

    def seconds(self, cell: Cell) -> float:
        kind = cell.parameters.get("method") or cell.parameters.get("arm") or cell.name
        chapter = cell.chapter
        if kind in ("dense", "conv", "vae") and chapter == "representation":
            return self._epochs(cell, self._autoencoder("conv" if kind == "vae" else kind)) + 0.4 * self._search()
        if chapter == "representation":
            return {"raw": 1.0, "pca": 0.4}.get(kind, 1.5) * self._search() + (3.0 if kind == "isomap" else 0.0)
        if chapter == "classifier":
            return self._epochs(cell, self._each("classifier", lambda: unfitted_classifier(cell.parameters, **_PROBE)))
        if chapter == "evidence" and "arm" in cell.parameters:
            vae_s = VAE_STEPS * VAE_BATCH * self._autoencoder("conv") if kind == "vae" else 0.0
            return cell.parameters["n_seeds"] * (STEPS * BATCH * self._small() + vae_s)
        if chapter == "generation" and "model" in cell.parameters:
            return 3 * STEPS * BATCH * self._small() + self._epochs(cell, self._autoencoder("conv"))
        return self._search() if chapter in ("baseline", "audit") else 1.0

    def _epochs(self, cell: Cell, image_s: float) -> float:
        return cell.parameters.get("max_epochs", 0) * self.n_images * image_s

    def _autoencoder(self, net: str) -> float:
        from tasvir.models.autoencoder import Autoencoder

        return self._each(net, lambda: Autoencoder(net=net, **_PROBE))

    def _small(self) -> float:
        size = self.data.images.shape[1:3]
        return self._each("small", lambda: evidence_classifier(N_TRAINED, size, "shift", 0, self.device).set_params(**_PROBE))

    def _each(self, name: str, unfitted: Callable[[], Any]) -> float:
        """Seconds that a training takes for one image, once."""
        if name not in self.measured:
            X, y, _ = self.data.part("train")
            rows = np.linspace(0, len(X) - 1, min(N_TRAINED, len(X))).astype(int)
            labels = y[rows] if len(np.unique(y[rows])) > 1 else np.arange(len(rows)) % 2
            estimator = unfitted().set_params(device=self.device).fit(X[rows], labels)
            self.measured[name] = min(estimator.history_.times_s) / len(rows)
        return self.measured[name]

    def _search(self) -> float:
        """All test images against the training images, and 10,000 training images once more for the choice of k."""
        from sklearn.neighbors import NearestNeighbors

        if "search" not in self.measured:
            part = flat_unit(self.data.part("train")[0][:N_SEARCHED])
            started = time.perf_counter()
            NearestNeighbors(n_neighbors=min(10, len(part) - 1)).fit(part).kneighbors(part)
            self.measured["search"] = (time.perf_counter() - started) / len(part) ** 2
        n_pairs = self.n_images * self.data.counts["test"] + min(self.n_images, 10_000) ** 2
        return self.measured["search"] * n_pairs


_PROBE = {"random_state": 0, "validation_fraction": None, "max_epochs": 3}
