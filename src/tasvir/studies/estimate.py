"""How long will it take? A probe measures a few steps on this machine, with this data, before anything long begins."""

import time

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.studies.cell import Cell
from tasvir.studies.classify import unfitted_classifier
from tasvir.studies.training import flat_unit

#: Images that each net is tried on, and images of the neighbour search.
N_TRAINED, N_SEARCHED = 256, 1000


def expected_seconds(cells: list[Cell], data: Dataset, threads: int, device: str) -> dict[str, float]:
    """Seconds by cell name. Trainings are measured on a few steps; searches on a part of the images, and scaled."""
    import torch

    torch.set_num_threads(threads)
    neighbours_s = _neighbour_seconds(data)
    known = {
        "raw": lambda cell: neighbours_s,
        "pca": lambda cell: 0.4 * neighbours_s,
        "isomap": lambda cell: 3.0 + 1.5 * neighbours_s,
        "baseline": lambda cell: neighbours_s,
        "classifier": lambda cell: _training_seconds("classifier", cell, data, device),
        "dense": lambda cell: _training_seconds("autoencoder", cell, data, device) + 0.4 * neighbours_s,
        "conv": lambda cell: _training_seconds("autoencoder", cell, data, device) + 0.4 * neighbours_s,
    }
    measured: dict[tuple, float] = {}
    expected = {}
    for cell in cells:
        kind = cell.parameters.get("method", cell.chapter)
        key = (kind, *sorted(cell.parameters.items(), key=str)) if kind == "classifier" else (kind,)
        if key not in measured:
            measured[key] = known[kind](cell) if kind in known else 1.0
        expected[cell.name] = measured[key]
    return expected


def _training_seconds(kind: str, cell: Cell, data: Dataset, device: str) -> float:
    from tasvir.models.autoencoder import Autoencoder

    X, y, _ = data.part("train")
    n = min(N_TRAINED, len(X))
    rows = np.linspace(0, len(X) - 1, n).astype(int)
    common = {"device": device, "random_state": 0, "validation_fraction": None, "max_epochs": 3}
    if kind == "classifier":
        estimator = unfitted_classifier(cell.parameters, **common)
    else:
        estimator = Autoencoder(net=cell.parameters["method"], n_components=cell.parameters["n_components"], **common)
    estimator.fit(X[rows], np.arange(n) % 2 if len(np.unique(y[rows])) < 2 else y[rows])
    return min(estimator.history_.times_s) * len(X) / n * cell.parameters["max_epochs"]


def _neighbour_seconds(data: Dataset) -> float:
    """All test images, and 10,000 training images once more for the choice of k, against the training images."""
    from sklearn.neighbors import NearestNeighbors

    X, X_test = data.part("train")[0], data.part("test")[0]
    n = min(N_SEARCHED, len(X))
    part = flat_unit(X[:n])
    started = time.perf_counter()
    NearestNeighbors(n_neighbors=10).fit(part).kneighbors(part)
    each = (time.perf_counter() - started) / n**2
    return each * (len(X) * len(X_test) + min(len(X), 10_000) ** 2)
