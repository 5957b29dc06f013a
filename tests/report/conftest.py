"""A small run on the bundled digits, with made-up scores, as the study would record it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from tasvir.measures.interval import wilson
from tasvir.records.record import Record, array, cell_done, curve, failure, metric
from tasvir.records.run import RunFolder

PARTS = {"train": (0, 1200), "val": (1200, 1400), "test": (1400, 1797)}
SCORES = {
    ("raw", 64): ("Raw pixels", 0.982),
    ("pca", 2): ("PCA", 0.642),
    ("pca", 16): ("PCA", 0.974),
    ("isomap", 2): ("Isomap", 0.871),
    ("isomap", 16): ("Isomap", 0.962),
    ("dense", 2): ("Autoencoder (dense)", 0.79),
    ("dense", 16): ("Autoencoder (dense)", 0.967),
    ("conv", 2): ("Autoencoder (conv)", 0.83),
    ("conv", 16): ("Autoencoder (conv)", 0.985),
}


@dataclass
class RunBuilder:
    """Collects cells, then gives the records as a study appends them."""

    about: dict
    records: list[Record] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)

    def cell(self, name: str, parameters: dict, facts: dict, found: Iterable[Record] = ()) -> None:
        done = cell_done(name, parameters=parameters, seed=0, facts=facts, elapsed_s=1.5)
        self._add(name, [*found, done])

    def failed(self, name: str, error: str) -> None:
        self._add(name, [failure(error)])

    def unfinished(self, name: str) -> None:
        self._add(name, [])

    def _add(self, name: str, records: list[Record]) -> None:
        address = self.addresses.setdefault(name, f"{len(self.addresses):04x}" * 16)
        self.records = [r for r in self.records if r.cell != address]
        self.records += [replace(record, cell=address) for record in records]

    def all(self) -> list[Record]:
        return [Record("run", "run", data={**self.about, "addresses": self.addresses}), *self.records]

    def folder(self, path) -> RunFolder:
        run, *records = self.all()
        folder = RunFolder.create(path, run)
        folder.append(records)
        return folder


def proportion(name: str, value: float, n: int) -> Record:
    estimate = wilson(round(value * n), n)
    return metric(name, estimate.value, low=estimate.low, high=estimate.high, n=n, method="Wilson")


def falling(epochs: int, end: float, turn: int | None = None) -> dict[str, list[float]]:
    """Training and validation loss; validation rises again from epoch `turn` on."""
    t = np.arange(1, epochs + 1)
    train = end + 0.08 * np.exp(-t / 4)
    rise = 0.0 if turn is None else 0.004 * np.maximum(t - turn, 0)
    return {"train": train.tolist(), "valid": (train * 1.06 + rise).tolist()}


def run_record(data: str) -> dict:
    return {
        "study": "run",
        "data": data,
        "profile": "quick",
        "seed": 0,
        "threads": 2,
        "command": f"tasvir run {data}",
        "settings": {"image_size": None, "net": {"hidden": [500, 200, 100]}, "validation_fraction": 0.1},
        "assumptions": ["Isomap is fitted on at most 2,000 images", "Errors are on the scale from 0 to 1."],
        "versions": {"tasvir": "0.1.0", "torch": "2.13.0+cpu"},
        "machine": {"cpu": "a processor", "cores": 2},
        "started": "2025-11-21T09:57:00+00:00",
    }


def data_cell(run: RunBuilder, title: str, images, labels, names: Sequence[str], parts: dict) -> None:
    counts = {p: np.bincount(labels[a:b], minlength=len(names)).tolist() for p, (a, b) in parts.items()}
    samples = np.stack([images[labels == k][:5] for k in range(len(names))])
    facts = {
        "name": title.lower(),
        "title": title,
        "origin": "Alpaydin and Kaynak 1998, UCI",
        "licence": "CC BY 4.0",
        "about": f"{title}: images of {', '.join(names)}.",
        "source": "embedded",
        "fingerprint": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "class_names": list(names),
        "image_shape": list(images.shape[1:]),
        "n_images": len(images),
        "counts": counts,
        "sample_counts": [5] * len(names),
        "split_rule": "drawn: stratified, seed 0",
        "resize_rule": "kept as they are",
        "notes": [],
        "groups": None,
    }
    run.cell("data", {}, facts, [array("class_samples", samples)])


def representation_cell(run: RunBuilder, method: str, size: int, images, labels, n_test: int) -> None:
    title, value = SCORES[method, size]
    found = [proportion("knn_accuracy", value, n_test), metric("fit_s", 3.2, unit="s"), metric("transform_s", 0.04, unit="s")]
    flat = images.reshape(len(images), -1) / 255.0
    centre = flat.mean(axis=0)
    axes = np.linalg.svd(flat[:400] - centre, full_matrices=False)[2][: min(size, 64)]
    codes = (flat - centre) @ axes.T
    if method in ("pca", "dense", "conv"):
        back = np.clip(codes[:10] @ axes + centre, 0, 1)
        pictures = np.round(back * 255).astype(np.uint8).reshape(images[:10].shape)
        error = float(np.mean((back - flat[:10]) ** 2))
        found += [metric("reconstruction_mse", error), array("originals", images[:10]), array("reconstructions", pictures)]
    if size == 2:
        points = codes[:, :2].astype(np.float32)
        points = points if method == "pca" else np.tanh(points / points.std(axis=0))
        found += [array("embedding", points[:2000]), array("embedding_labels", labels[:2000])]
    if method in ("dense", "conv"):
        found.append(curve("loss", falling(20, 0.02, 8 if method == "dense" and size == 16 else None)))
    facts = {"title": title, "n_fit": 1000 if method == "isomap" else 1200, "k": 3, "pixels": "divided by 255, flattened"}
    if method in ("dense", "conv"):
        facts["best_epoch"] = 20
    run.cell(f"representation/{method}/{size}", {"method": method, "n_components": size}, facts, found)


def classifier_cells(run: RunBuilder, y: np.ndarray, classes: int, accuracies: dict[str, float], seeds: int = 1) -> None:
    rng = np.random.default_rng(0)
    for name, value in accuracies.items():
        for seed in range(seeds if name == "ResNet" else 1):
            proba = probabilities(rng, y, classes, value)
            pred = proba.argmax(axis=1)
            share = float((pred == y).mean())
            auc = 0.5 if name == "Majority" else 0.5 + 0.495 * share
            found = [
                proportion("accuracy", share, len(y)),
                metric("balanced_accuracy", share - 0.002, low=share - 0.02, high=min(1, share + 0.015), method="BCa"),
                metric("auc", auc, low=auc - 0.01, high=min(1, auc + 0.004), method="BCa"),
                metric("fit_s", 12.5 if name == "ResNet" else 0.2, unit="s"),
                array("probabilities", proba.astype(np.float32)),
                array("y_true", y),
            ]
            if name == "ResNet":
                confusion = np.zeros((classes, classes), np.int64)
                np.add.at(confusion, (y, pred), 1)
                loss, shares = falling(15, 0.05), {k: [1 - v for v in s] for k, s in falling(15, 0.01).items()}
                found += [array("confusion", confusion), curve("loss", loss), curve("accuracy", shares)]
                facts = {"title": name, "best_epoch": 14, "n_parameters": 123456}
                run.cell(f"classifier/{seed}", {"net": "resnet", "seed": seed}, facts, found)
            else:
                cell = {"Majority": "majority", "k-NN": "knn", "Logistic": "logistic"}[name]
                run.cell(f"baseline/{cell}", {}, {"title": name}, found)


def probabilities(rng, y: np.ndarray, classes: int, accuracy: float) -> np.ndarray:
    """Scores whose greatest is right about as often as asked."""
    pred = np.where(rng.random(len(y)) < accuracy, y, (y + rng.integers(1, classes, len(y))) % classes)
    scores = rng.random((len(y), classes)) + np.eye(classes)[pred] * (1 + 2 * rng.random((len(y), 1)))
    return scores / scores.sum(axis=1, keepdims=True)


def comparison_cell(run: RunBuilder, differences: dict[str, tuple[float, float, float]]) -> None:
    found = [
        metric("balanced_accuracy_difference", d, low=low, high=high, labels={"arm": "ResNet", "against": name})
        for name, (d, low, high) in differences.items()
    ]
    run.cell("comparison", {}, {}, found)


@pytest.fixture
def builder():
    """Makes empty runs."""
    return lambda: RunBuilder(run_record("digits"))


@pytest.fixture
def add_classifiers():
    """Adds nets and baselines of asked accuracies to a run."""
    return classifier_cells


@pytest.fixture(scope="session")
def digits_once() -> RunBuilder:
    """The same as `digits`, for tests that only read it."""
    return digits_run()


@pytest.fixture
def digits(digits_once) -> RunBuilder:
    """The whole main job on the bundled digits."""
    return replace(digits_once, records=list(digits_once.records), addresses=dict(digits_once.addresses))


def digits_run() -> RunBuilder:
    from sklearn.datasets import load_digits

    raw = load_digits()
    images, labels = np.round(raw.images * 255 / 16).astype(np.uint8), raw.target.astype(np.int64)
    run = RunBuilder(run_record("digits"))
    data_cell(run, "Digits", images, labels, [str(k) for k in range(10)], PARTS)
    test = slice(*PARTS["test"])
    for method, size in SCORES:
        representation_cell(run, method, size, images[test], labels[test], 397)
    scores = {"ResNet": 0.985, "Majority": 0.1, "k-NN": 0.965, "Logistic": 0.94}
    classifier_cells(run, labels[test], 10, scores)
    comparison_cell(run, {"Majority": (0.88, 0.85, 0.9), "k-NN": (0.018, 0.004, 0.034), "Logistic": (0.04, 0.02, 0.06)})
    return run
