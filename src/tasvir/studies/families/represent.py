"""Representations as cells: each method turns images into a few numbers, and k-NN says how well these keep the classes apart."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.neighbours import knn_accuracy
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies import recipes
from tasvir.studies.cell import Cell
from tasvir.studies.families.codes import drawing_error, scatter
from tasvir.studies.families.reduction_methods import METHODS
from tasvir.studies.inside import Inside, loss_curve, measured
from tasvir.studies.work import Fit, Seconds, Work

#: Images in a row of reconstructions.
N_ROW = 10

SCALED, FLAT = "scaled", "flat"
#: What is trained by no net: its parameters, and what it does with pixels.
WITHOUT_NET: dict[str, tuple[dict[str, Any], str]] = {"pca": ({}, "flat_centred"), "isomap": ({"n_neighbors": 10}, "flat_some")}


def representation_cells(data: Dataset, pixels_seen: float, seed: int) -> list[Cell]:
    """Raw pixels once, every other method at 2 components and at the number that suits the images."""

    def cell(method: str, function: Callable[..., Iterator[Record]], parameters: dict[str, Any], *work: Work) -> Cell:
        size = parameters.get("n_components", data.images[0].size)
        return Cell(f"representation/{method}/{size}", function, parameters, seed, work=work)

    epochs = recipes.epochs_for(data, pixels_seen, fewest=5, most=100)
    n_seen = epochs * data.counts["train"]
    search = recipes.neighbour_search
    sizes = (2, recipes.code_size(data))
    cells = [cell("raw", represent_raw, {}, search(data))]
    costs = {"pca": (search(data, 0.4),), "isomap": (search(data, 1.5), Seconds(3.0))}
    for method in WITHOUT_NET:
        cells += [cell(method, represent_without_net, {"method": method, "n_components": n}, *costs[method]) for n in sizes]
    for method in ("dense", "conv", "vae"):
        for n in sizes:
            parameters: dict[str, Any] = {"method": method, "n_components": n, "max_epochs": epochs}
            fit = Fit(partial(unfitted_net, **parameters, seed=seed), n_seen)
            cells.append(cell(method, represent_by_net, parameters, fit, search(data, 0.4)))
    return cells


def represent_raw(inside: Inside) -> Iterator[Record]:
    """The pixels themselves: the representation to beat."""
    X, X_test = inside.flat("train"), inside.flat("test")
    yield metric("fit_s", 0.0, unit="s")
    yield from _scored(inside, X, X_test)
    yield facts({"n_fit": len(X), "pixels": FLAT})


def represent_without_net(inside: Inside, *, method: str, n_components: int) -> Iterator[Record]:
    """PCA, the plane of greatest variance, or Isomap, distances along the data on a graph of neighbours."""
    parameters, pixels = WITHOUT_NET[method]
    reduced = METHODS[method].reduce(inside, "test", parameters, n_components=n_components)
    yield metric("fit_s", reduced.fit_s, unit="s")
    yield metric("transform_s", reduced.transform_s, unit="s")
    yield from _scored(inside, reduced.codes, reduced.other)
    if reduced.drawn is not None:
        yield from _reconstructed(inside, reduced.drawn(n_components).reshape(-1, *inside.data.images.shape[1:]))
    if n_components == 2:
        yield from scatter(inside, reduced.other)
    yield facts({"n_fit": reduced.n_fitted, "pixels": pixels})


def represent_by_net(inside: Inside, *, method: str, n_components: int, max_epochs: int) -> Iterator[Record]:
    """A net that learns to draw the image from the few numbers."""
    fitted = inside.fit(unfitted_net(method=method, n_components=n_components, max_epochs=max_epochs, seed=inside.seed))
    net, (X, _, _), (X_test, _, _) = fitted.estimator, inside.data.part("train"), inside.data.part("test")
    (codes, codes_test), transform_s = inside.time("transform_s", lambda: (net.transform(X), net.transform(X_test)))
    yield from (fitted.fit_s, transform_s)
    yield from _scored(inside, codes, codes_test)
    yield from _reconstructed(inside, net.inverse_transform(codes_test) / 255)
    if method != "vae":  # a VAE's is in nats: see the chapter on generation
        yield loss_curve(net.history_, "loss")
    yield inside.keep(net, "autoencoder")
    if n_components == 2:
        yield from scatter(inside, codes_test)
    yield facts(
        {
            "n_fit": len(X),
            "pixels": FLAT if method == "dense" else SCALED,
            "epochs": len(net.history_),
            "best_epoch": fitted.best_epoch,
            "n_parameters": sum(p.numel() for p in net.net_.parameters()),
        }
    )


def unfitted_net(*, method: str, n_components: int, max_epochs: int, seed: int) -> Any:
    """The net behind a method's word."""
    if method == "vae":
        return recipes.vae(n_components=n_components, max_epochs=max_epochs, seed=seed)
    return recipes.autoencoder(net=method, n_components=n_components, max_epochs=max_epochs, seed=seed)


def _scored(inside: Inside, codes: np.ndarray, codes_test: np.ndarray) -> Iterator[Record]:
    """k-NN on the codes: the k chosen on training images, the accuracy on test images."""
    (y, groups), (y_test, _) = inside.data.targets("train"), inside.data.targets("test")
    cases = inside.data.cases("test")
    score = knn_accuracy(codes, y, test=codes_test, y_test=y_test, groups=groups, test_groups=cases, seed=inside.seed)
    yield measured("knn_accuracy", score.accuracy)
    yield facts({"k": score.k, "cv_accuracy": {str(k): value for k, value in score.cv_accuracy.items()}})


def _reconstructed(inside: Inside, drawn: np.ndarray) -> Iterator[Record]:
    """The error on the test images (0..1 scale), and a few of them above what was drawn."""
    X_test = inside.data.part("test")[0]
    rows = np.linspace(0, len(X_test) - 1, min(N_ROW, len(X_test))).astype(int)
    yield drawing_error(X_test, drawn)
    yield array("originals", X_test[rows])
    yield array("reconstructions", np.rint(drawn[rows].clip(0, 1) * 255).astype(np.uint8))
