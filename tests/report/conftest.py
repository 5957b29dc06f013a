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


def audit_cell(run: RunBuilder, images: np.ndarray, labels: np.ndarray, names: Sequence[str], parts: dict) -> None:
    """Three pairs of duplicates: one within the training images, two across the split, one of these with different labels."""
    (train, _), (test, _) = parts["train"], parts["test"]

    def like(row: int, wanted: bool) -> int:
        """The first training image after `train` whose label is (or is not) that of a row."""
        return train + 1 + int(np.argmax((labels[train + 1 :] == labels[row]) == wanted))

    found = [
        ("identical", 0.0, like(test, False), test),
        ("close", 0.31, train, like(train, True)),
        ("alike", 1.2, like(test + 4, True), test + 4),
    ]
    pairs = [audit_pair(*pair, labels, names, parts) for pair in found]
    sizes = {part: high - low for part, (low, high) in parts.items()}
    keys = ("part", "other", "n", "n_images", "n_images_close", "n_pairs", "n_pairs_close")
    overlaps = [("train", "train", sizes["train"], 2, 2, 1, 1), ("test", "train", sizes["test"], 2, 1, 2, 1)]
    facts = {
        "name": "digits",
        "counts": sizes,
        "rule": "Two images are duplicates when their thumbnails are near.",
        "close_distance": 0.5,
        "pairs": pairs,
        "overlaps": [dict(zip(keys, overlap, strict=True)) for overlap in overlaps],
        "groups": None,
        "label_order": [{"part": part, "runs": n // 2, "expected": n / 2, "ordered": False} for part, n in sizes.items()],
        "constant": [],
        "small_classes": [],
    }
    pictures = np.stack([images[[pair["first"]["row"], pair["second"]["row"]]] for pair in pairs])
    run.cell("audit", {}, facts, [array("pair_images", pictures)])


def audit_pair(kind: str, distance: float, first: int, second: int, labels, names: Sequence[str], parts: dict) -> dict:
    places = []
    for row in (first, second):
        part = next(part for part, (low, high) in parts.items() if low <= row < high)
        places.append({"part": part, "index": row - parts[part][0], "row": row, "label": names[labels[row]]})
    conflict = places[0]["label"] != places[1]["label"]
    return {"kind": kind, "distance": distance, "first": places[0], "second": places[1], "conflict": conflict}


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


def generation_cells(run: RunBuilder, images: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> None:
    """Two generators and a plane: the samples are real images, smoothed or with noise."""
    shown = min(10, len(names))
    real = np.stack([images[labels == k][:8] for k in range(shown)])
    noise = np.random.default_rng(0).normal(0, 40, real.shape)
    soft = (real.astype(float) + np.roll(real, 1, axis=2) + np.roll(real, 1, axis=3)) / 3
    drawn = {"gaussian": (np.clip(real + noise, 0, 255), 1.9, 0.71, 0.62), "vae": (soft, 0.45, 0.83, 0.8)}
    for name, (samples, sharpness, taught, covered) in drawn.items():
        title = {"gaussian": "Gaussian sampler", "vae": "Conditional VAE"}[name]
        found = [metric("sharpness", sharpness), metric("fit_s", 4.2, unit="s"), metric("sample_s", 0.1, unit="s")]
        found += [proportion("gan_train", taught, 200), metric("gan_train", 0.96, low=0.93, high=0.98, labels={"of": "real"})]
        found += [metric("copies", 11, n=1000), array("real", real), array("samples", samples.astype(np.uint8))]
        for space, of, value in (("pixels", "samples", covered), ("embedding", "samples", covered - 0.05)):
            found += neighbourhood(value, space, of) + neighbourhood(0.94, space, "held-out real")
        found += [metric("nearest_training", 0.11, labels={"of": "samples"})]
        found += [metric("nearest_training", 0.14, labels={"of": "held-out real"})]
        if name == "vae":
            found += vae_records(30)
        facts = {"title": title, "n_fit": 1200, "n_samples": 1000, "shown_classes": list(names[:shown]), "best_epoch": 30}
        run.cell(f"generation/{name}", {}, facts, found)
    plane = np.resize(np.stack([image for row in real for image in row]), (12, 12, *images.shape[1:]))
    run.cell("generation/vae-grid", {}, {"title": "VAE of two components"}, [array("decoded_grid", plane)])


def neighbourhood(value: float, space: str, of: str) -> list[Record]:
    labels = {"space": space, "of": of}
    readings = {"coverage": value, "density": value + 0.1, "recall": value - 0.1}
    return [metric(name, reading, labels=labels) for name, reading in readings.items()]


def vae_records(epochs: int) -> list[Record]:
    kl = [18 * (1 - np.exp(-t / 5)) for t in range(1, epochs + 1)]
    reconstruction = [60 + 90 * np.exp(-t / 6) for t in range(1, epochs + 1)]
    both = {"kl": kl, "reconstruction": reconstruction, "elbo": [-a - b for a, b in zip(kl, reconstruction, strict=True)]}
    curves = [curve(name, {"train": values, "valid": [1.02 * v for v in values]}) for name, values in both.items()]
    return [*curves, array("kl_per_latent", np.array([0.0, 2.1, 0.02, 3.0, 1.2, 0.05, 2.6, 0.4]))]


ARMS = {
    "real": ("the real images alone", 0.90),
    "duplicates": ("duplicated real images", 0.92),
    "gaussian": ("the Gaussian sampler", 0.922),
    "vae": ("the conditional VAE", 0.945),
}


def evidence_cells(run: RunBuilder, names: Sequence[str], before: Sequence[int], near_duplicates: int = 0) -> None:
    """Four arms with five seeds, and a verdict: the VAE helps, the Gaussian sampler cannot be told."""
    after = [max(10, n // 5) if k % 2 == 0 else n for k, n in enumerate(before)]
    completed = [max(after)] * len(after)
    counts = {"before": list(before), "after": after, "completed": completed}
    rule = f"all {sum(before):,} training images; every second class cut to a fifth, at least 10 images"
    facts = {
        "rule": rule,
        "class_names": list(names),
        "counts": counts,
        "n_subset": sum(after),
        "near_duplicates": near_duplicates,
    }
    run.cell("evidence/subset", {"n_seeds": 5}, facts)
    for name, (title, mean) in ARMS.items():
        seeds = [mean + 0.004 * (s - 2) * (-1) ** s for s in range(5)]
        found = [metric("balanced_accuracy", value, labels={"seed": s}) for s, value in enumerate(seeds)]
        found += [metric("balanced_accuracy_mean", mean), metric("fit_s", 31.0, unit="s")]
        found += [metric("copies", 3, n=400)] if name in ("gaussian", "vae") else []
        n_generated = 0 if name == "real" else sum(completed) - sum(after)
        run.cell(f"evidence/{name}", {"arm": name, "n_seeds": 5}, {"title": title, "n_generated": n_generated}, found)
    evidence_verdict(
        run,
        {
            ("vae", "duplicates"): (0.025, 0.006, 0.044),
            ("gaussian", "duplicates"): (0.002, -0.016, 0.02),
            ("duplicates", "real"): (0.02, 0.001, 0.039),
        },
        near_duplicates,
    )


def evidence_verdict(run: RunBuilder, differences: dict, near_duplicates: int = 0) -> None:
    found = []
    for (one, other), (d, low, high) in differences.items():
        labels = {"arm": ARMS[one][0], "against": ARMS[other][0]}
        found.append(metric("difference", d, low=low, high=high, n=397, labels=labels | {"test": "all images"}))
        if near_duplicates:
            ends = {"low": low - 0.008, "high": high - 0.004}
            found.append(metric("difference", d - 0.006, **ends, n=380, labels=labels | {"test": "without near-duplicates"}))
        found += [metric("p_holm", 0.8 if low < 0 < high else 0.012, labels=labels)]
        found += [metric("smallest_detectable", 0.5 * (high - low) * 1.4, labels=labels)]
    facts = {"verdicts": {"all images": []}, "holds_for": "this training set and this test set, over retrainings"}
    run.cell("evidence/verdict", {"n_seeds": 5}, facts, found)


@pytest.fixture
def set_verdict():
    """Records other differences between arms in place of those of a run."""
    return evidence_verdict


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
    names = [str(k) for k in range(10)]
    data_cell(run, "Digits", images, labels, names, PARTS)
    audit_cell(run, images, labels, names, PARTS)
    test = slice(*PARTS["test"])
    for method, size in SCORES:
        representation_cell(run, method, size, images[test], labels[test], 397)
    scores = {"ResNet": 0.985, "Majority": 0.1, "k-NN": 0.965, "Logistic": 0.94}
    classifier_cells(run, labels[test], 10, scores)
    comparison_cell(run, {"Majority": (0.88, 0.85, 0.9), "k-NN": (0.018, 0.004, 0.034), "Logistic": (0.04, 0.02, 0.06)})
    generation_cells(run, images, labels, names)
    evidence_cells(run, names, np.bincount(labels[slice(*PARTS["train"])]).tolist())
    return run
