"""Representations as cells: each method turns images into a few numbers, and k-NN says how well these keep the classes apart."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from tasvir.contracts.seeds import stream_seed
from tasvir.data.dataset import Dataset
from tasvir.measures.neighbours import knn_accuracy, spread_sample
from tasvir.records.record import Record, array, metric
from tasvir.studies.cell import Cell, Outcome, Workspace
from tasvir.studies.training import VAE_LIKELIHOOD, epochs_for, fit_in_cell, flat_unit, kept_model, loss_curve, measured, seconds

#: Isomap's kernel is (n, n): it is fitted on at most this many images.
ISOMAP_IMAGES = 2000
#: Rows that Isomap transforms at once: 60,000 x 2,000 doubles would be 1 GB.
ISOMAP_CHUNK = 2000
#: Test images in a scatter, and images in a row of reconstructions.
N_SCATTER, N_ROW = 2000, 10

#: Titles of the methods that are nets, and whether they take the image as rows of numbers.
NETS = {"dense": "Autoencoder (dense)", "conv": "Autoencoder (conv)", "vae": "VAE (conv)"}
SCALED = "divided by 255"
FLAT = "each image one row of numbers, divided by 255"


def representation_cells(data: Dataset, pixels_seen: float, seed: int) -> list[Cell]:
    """Raw pixels once, every other method at 2 and at 32 components (16 below 200 pixels).

    A few images span no more directions than they are: never more than a quarter of their number.
    """
    n_pixels = int(np.prod(data.images.shape[1:]))
    sizes = (2, min(32 if n_pixels >= 200 else 16, data.counts["train"] // 4))
    cells = [_cell("raw", n_pixels, represent_raw, seed)]
    cells += [_cell("pca", n, represent_pca, seed) for n in sizes]
    cells += [_cell("isomap", n, represent_isomap, seed) for n in sizes]
    for method in NETS:
        epochs = epochs_for(data, pixels_seen, fewest=5, most=100)
        cells += [_cell(method, n, represent_by_net, seed, max_epochs=epochs) for n in sizes]
    return cells


def _cell(method: str, n_components: int, function, seed: int, **more: Any) -> Cell:
    parameters = {"method": method, "n_components": n_components} | more
    return Cell(f"representation/{method}/{n_components}", function, parameters, seed)


def represent_raw(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """The pixels themselves: the representation to beat."""
    X, X_test = flat_unit(data.part("train")[0]), flat_unit(data.part("test")[0])
    facts, records = _scored(data, X, X_test, seed)
    return Outcome({"title": "Raw pixels", "n_fit": len(X), "pixels": FLAT} | facts, [seconds("fit_s", 0.0), *records])


def represent_pca(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """The plane of greatest variance."""
    from sklearn.decomposition import PCA

    X, X_test = flat_unit(data.part("train")[0]), flat_unit(data.part("test")[0])
    pca = PCA(parameters["n_components"], random_state=stream_seed(seed, "pca") % 2**32)
    codes, codes_test, times = _fit_transform(pca, X, X_test)
    facts, records = _scored(data, codes, codes_test, seed)
    drawn = pca.inverse_transform(codes_test)
    records += _reconstructed(data, drawn.reshape(-1, *data.images.shape[1:]))
    facts |= {"title": "PCA", "n_fit": len(X), "pixels": f"{FLAT}; the mean image subtracted"}
    facts["explained_variance"] = float(pca.explained_variance_ratio_.sum())
    return Outcome(facts, [*times, *records, *_scatter(data, codes_test, seed)])


def represent_isomap(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """Distances along the data, on a graph of neighbours."""
    from sklearn.manifold import Isomap

    X, y, _ = data.part("train")
    rows = spread_sample(y, ISOMAP_IMAGES, seed)
    X, X_test = flat_unit(X), flat_unit(data.part("test")[0])
    isomap = Isomap(n_components=parameters["n_components"], n_neighbors=10)
    started = time.perf_counter()
    isomap.fit(X[rows])
    fit_s = time.perf_counter() - started
    started = time.perf_counter()
    codes, codes_test = (
        np.concatenate([isomap.transform(part[i : i + ISOMAP_CHUNK]) for i in range(0, len(part), ISOMAP_CHUNK)])
        for part in (X, X_test)
    )
    times = [seconds("fit_s", fit_s), seconds("transform_s", time.perf_counter() - started)]
    facts, records = _scored(data, codes, codes_test, seed)
    facts |= {"title": "Isomap", "n_fit": len(rows), "pixels": f"{FLAT}; fitted on {len(rows):,} training images, 10 neighbours"}
    return Outcome(facts, [*times, *records, *_scatter(data, codes_test, seed)])


def represent_by_net(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """A net that learns to draw the image from the few numbers."""
    method = parameters["method"]
    net, fit_s, best_epoch = fit_in_cell(_unfitted_net(parameters, seed), data, workspace)
    (X, _, _), (X_test, _, _) = data.part("train"), data.part("test")
    started = time.perf_counter()
    codes, codes_test = net.transform(X), net.transform(X_test)
    times = [fit_s, seconds("transform_s", time.perf_counter() - started)]
    facts, records = _scored(data, codes, codes_test, seed)
    records += _reconstructed(data, net.inverse_transform(codes_test) / 255)
    facts |= {
        "title": NETS[method],
        "n_fit": len(X),
        "pixels": FLAT if method == "dense" else SCALED,
        "epochs": len(net.history_),
        "best_epoch": best_epoch,
        "n_parameters": sum(p.numel() for p in net.net_.parameters()),
    }
    curves = [] if method == "vae" else [loss_curve(net.history_, "loss")]  # a VAE's is in nats: see the chapter on generation
    kept = kept_model(net, "autoencoder", data, workspace)
    return Outcome(facts, [*times, *records, *curves, kept, *_scatter(data, codes_test, seed)])


def _unfitted_net(parameters: Mapping[str, Any], seed: int):
    from tasvir.models.autoencoder import Autoencoder
    from tasvir.models.vae import VAE

    settings = {"n_components": parameters["n_components"], "max_epochs": parameters["max_epochs"], "random_state": seed}
    if parameters["method"] == "vae":
        return VAE(net="conv", **VAE_LIKELIHOOD, **settings)
    return Autoencoder(net=parameters["method"], **settings)


def _fit_transform(transformer, X: np.ndarray, X_test: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[Record]]:
    started = time.perf_counter()
    transformer.fit(X)
    fit_s = time.perf_counter() - started
    started = time.perf_counter()
    codes, codes_test = transformer.transform(X), transformer.transform(X_test)
    return codes, codes_test, [seconds("fit_s", fit_s), seconds("transform_s", time.perf_counter() - started)]


def _scored(data: Dataset, codes: np.ndarray, codes_test: np.ndarray, seed: int) -> tuple[dict, list[Record]]:
    """k-NN on the codes: the k chosen on training images, the accuracy on test images."""
    (y, groups), (y_test, test_groups) = data.targets("train"), data.targets("test")
    score = knn_accuracy(codes, y, codes_test, y_test, groups=groups, test_groups=test_groups, seed=seed)
    facts = {"k": score.k, "cv_accuracy": {str(k): value for k, value in score.cv_accuracy.items()}}
    return facts, [measured("knn_accuracy", score.accuracy)]


def _reconstructed(data: Dataset, drawn: np.ndarray) -> list[Record]:
    """The error on the test images (0..1 scale), and a few of them above what was drawn."""
    X_test = data.part("test")[0]
    drawn = np.clip(drawn, 0.0, 1.0)
    squared = sum(float(np.square(a / np.float32(255) - b, dtype=np.float64).sum()) for a, b in zip(X_test, drawn, strict=True))
    rows = np.linspace(0, len(X_test) - 1, min(N_ROW, len(X_test))).astype(int)
    return [
        metric("reconstruction_mse", squared / X_test.size, n=len(X_test)),
        array("originals", X_test[rows]),
        array("reconstructions", np.rint(drawn[rows] * 255).astype(np.uint8)),
    ]


def _scatter(data: Dataset, codes_test: np.ndarray, seed: int) -> list[Record]:
    """Test images as points, where there are two components."""
    if codes_test.shape[1] != 2:
        return []
    y_test = data.targets("test")[0]
    rows = spread_sample(y_test, N_SCATTER, seed)
    return [array("embedding", codes_test[rows].astype(np.float32)), array("embedding_labels", y_test[rows])]
