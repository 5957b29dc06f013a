"""The cell that looks at a plane of codes: what it draws, where the classes live, and where it is empty."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from tasvir.contracts.seeds import stream_rng
from tasvir.explain.dense_decoder import dense_decoder, named_arrays
from tasvir.explain.latent_grid import SPACINGS, draw_codes, latent_grid
from tasvir.explain.whitened import Whitened
from tasvir.measures.classification import confusion
from tasvir.measures.far_codes import far_places, filled_distance
from tasvir.measures.neighbours import knn_accuracy, spread_sample
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies.families.codes import drawing_error
from tasvir.studies.families.latent_cells import learning
from tasvir.studies.inside import Inside, measured

#: Codes that are shown as points, and codes whose silhouettes are averaged.
N_SHOWN, N_SILHOUETTES = 2000, 2000
#: Cells a side of the density and of the map of far places, and draws of the prior.
N_CELLS, N_MAPPED, N_DRAWN = 40, 60, 10_000
#: The plane is shown as far out as all but so many of the codes lie, at least to the grid's edge.
SHOWN_SHARE = 0.995


def look(inside: Inside, *, n: int, scale: float, explored: bool, most_images: int, first_seed: int) -> Iterator[Record]:
    """Everything about the plane of one net; its decoder's weights where it is the one that the page lets explore."""
    (cell,) = inside.found
    inside, net = learning(inside, most_images, first_seed), inside.found_model(cell)
    (X, y, _), (X_held, _, _) = inside.data.part("train"), inside.data.part("val")
    plane = net if is_variational(net) else Whitened(net, net.transform(X))
    codes, held = plane.transform(X), plane.transform(X_held)
    limit = max(scale, float(np.quantile(np.abs(codes), SHOWN_SHARE))) * 1.08
    yield drawing_error(X_held, plane.inverse_transform(held) / 255)
    yield from _separated(inside, codes, held)
    yield from _emptiness(codes, _around(net, X, codes, seed=inside.seed), n=n, scale=scale, limit=limit, seed=inside.seed)
    yield from _drawn(plane, n=n, scale=scale)
    rows = spread_sample(y, N_SHOWN, inside.seed)
    yield array("codes", codes[rows])
    yield array("code_labels", y[rows])
    if explored:
        for name, values in named_arrays(dense_decoder(net)):
            yield array(name, values)
    yield facts({"limit": limit, "scale": scale, "n": n, "n_train": len(X), "n_held_out": len(X_held)})


def _separated(inside: Inside, codes: np.ndarray, held: np.ndarray) -> Iterator[Record]:
    """How well the plane keeps the classes apart, and where each lives; neighbours are training images, asked are others."""
    (y, groups), (y_held, _) = inside.data.targets("train"), inside.data.targets("val")
    K = len(inside.data.class_names)
    places = np.full((K, 2), np.nan, np.float32)
    for label in np.unique(y):
        places[label] = np.median(codes[y == label], axis=0)
    yield array("class_places", places)
    if len(np.unique(y)) < 2:
        return
    cases = inside.data.cases("val")
    score = knn_accuracy(codes, y, test=held, y_test=y_held, groups=groups, test_groups=cases, seed=inside.seed)
    yield measured("knn_accuracy", score.accuracy)
    yield metric("neighbours", score.k)
    yield array("confusion", confusion(y_held, score.predictions, K))
    yield metric("silhouette", _silhouette(codes, y, inside.seed), n=min(len(y), N_SILHOUETTES))


def _silhouette(codes: np.ndarray, y: np.ndarray, seed: int) -> float:
    """The mean silhouette of some codes; NaN where each class has one image, or there is one class."""
    from sklearn.metrics import silhouette_score

    rows = spread_sample(y, N_SILHOUETTES, seed)
    n_classes = len(np.unique(y[rows]))
    return float(silhouette_score(codes[rows], y[rows])) if 1 < n_classes < len(rows) else float("nan")


def _emptiness(codes: np.ndarray, drawn: np.ndarray, *, n: int, scale: float, limit: float, seed: int) -> Iterator[Record]:
    """How much of the grid, and of what the prior draws, is far from every code; from codes drawn around them; and how dense.

    The decoder of a VAE has learned from what is drawn around the codes: only what is far from that is a hole.
    """
    rng, distance = stream_rng(seed, "prior"), filled_distance(len(codes), seed=seed)
    grid, prior, filled = (
        latent_grid(n, scale=scale).reshape(-1, 2),
        rng.standard_normal((N_DRAWN, 2)),
        rng.standard_normal(codes.shape),
    )
    yield metric("far_distance", distance)
    for of, points in {"codes": codes, "draws": drawn, "filled": filled}.items():
        for name, places in {"far_grid": grid, "far_prior": prior}.items():
            yield metric(name, float(far_places(places, points, distance).mean()), n=len(places), labels={"of": of})
    mapped = latent_grid(N_MAPPED, scale=limit * (1 - 1 / N_MAPPED)).reshape(-1, 2)  # the middles of its cells
    yield array("far_map", far_places(mapped, drawn, distance).reshape(N_MAPPED, N_MAPPED))
    yield array("density", density(codes, limit).astype(np.float32))


def density(codes: np.ndarray, limit: float) -> np.ndarray:
    """Codes a unit of area in square cells from -limit to limit, all together 1; a row a height, the first one the highest.

    Smoothed by a Gaussian as wide as Scott's rule says for codes of standard deviation 1.
    """
    from scipy.ndimage import gaussian_filter

    edges, cell = np.linspace(-limit, limit, N_CELLS + 1), 2 * limit / N_CELLS
    counts, _, _ = np.histogram2d(codes[:, 1], codes[:, 0], bins=(edges, edges))
    return gaussian_filter(counts[::-1] / (len(codes) * cell**2), len(codes) ** (-1 / 6) / cell, mode="constant")


def is_variational(net: Any) -> bool:
    """Whether its codes are the means of distributions."""
    return hasattr(net, "posterior")


def _around(net: Any, X: np.ndarray, codes: np.ndarray, *, seed: int) -> np.ndarray:
    """A draw around each code, as training takes them; an autoencoder's codes are points."""
    if not is_variational(net):
        return codes
    mean, sd = net.posterior(X)
    return mean + sd * stream_rng(seed, "draws").standard_normal(mean.shape)


def _drawn(plane: Any, *, n: int, scale: float) -> Iterator[Record]:
    """The square of images, in equal steps and at quantiles of the prior."""
    for spacing in SPACINGS:
        yield array(f"grid_{spacing}", draw_codes(plane, latent_grid(n, scale=scale, spacing=spacing)))
