"""Isomap of all images: geodesic distances from landmarks only. Legend: n m rows, L landmarks, C components, F features."""

import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from scipy.linalg import eigh
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from tasvir.contracts.capacity import cores, free_memory
from tasvir.contracts.errors import BadInputError
from tasvir.contracts.pixels import PixelSpace
from tasvir.contracts.seeds import seed_from, stream_rng
from tasvir.contracts.settings import Number, check_settings
from tasvir.models.codes import GivesCodes
from tasvir.models.keepable import Keepable

if TYPE_CHECKING:
    import torch

#: Landmarks where none are asked for.
MOST_LANDMARKS = 1000
#: Distances that one call of the path search gives, in bytes; below this much in all, more processes would only cost time.
SEARCHED_AT_ONCE, WORTH_PROCESSES = 2**26, 2**28
#: Rows that are transformed at once.
CHUNK = 256
#: An eigenvalue below this share of the first is rounding.
RANK = 1e-7


class RankError(BadInputError):
    """More numbers are asked for than the distances have directions, which are `rank`."""

    def __init__(self, n_components: int, rank: int):
        super().__init__(f"n_components={n_components}, but the distances along these images have a rank of {rank}: give fewer")
        self.rank = rank


class LandmarkIsomap(GivesCodes, Keepable, BaseEstimator):
    """Which few numbers keep the distances along the data, for all images and not only some?

    Neighbours span a graph; the shortest paths from `n_landmarks` images to all others stand for distances along the data.
    Classical scaling places the landmarks so, and every other image by its distances to them.

    Parameters
    ----------
    n_components : int, default=2
        Numbers in a code, below the number of landmarks.
    n_neighbors : int, default=5
        Edges from each image, below the number of images.
    n_landmarks : int or None, default=None
        Images that paths begin at, drawn by chance; None is 1,000, and never are there more than images.
    pca_components : int or None, default=None
        Neighbours are searched, and distances taken, in so many principal components: faster, and less noisy; None: in pixels.
    n_jobs : int or None, default=None
        Processes that search paths; None and -1 are one a core, as far as there is work for them.
    random_state : int, RandomState or None, default=None
        Seed of the choice of landmarks; None takes fresh entropy.

    Attributes
    ----------
    embedding_ : ndarray of shape (n, n_components), float32
        The codes of the images of `fit`.
    landmarks_ : ndarray of shape (L,)
        Their row numbers, sorted.
    eigenvalues_ : ndarray of shape (n_components,)
        Of the landmarks' centred squared distances, the greatest first: the sums of squares along each component.

    Raises
    ------
    BadInputError
        A setting outside its range; more neighbours than other images; more components than the distances have directions;
        more memory than is free.

    Warns
    -----
    UserWarning
        The graph has several parts: they are joined as scikit-learn does.

    Notes
    -----
    Distances are float32 on the 0..1 scale. With every image a landmark this is scikit-learn's ``Isomap``, up to signs. Memory
    grows with 4 bytes for each image and landmark, beside 8 for each image and feature; what a fit needs is logged at level INFO
    ("tasvir.models.landmark_isomap") before it is taken.

    References
    ----------
    J. Tenenbaum, V. de Silva, J. Langford, *A global geometric framework for nonlinear dimensionality reduction*, Science 290
    (2000); V. de Silva, J. Tenenbaum, *Sparse multidimensional scaling using landmark points*, Stanford (2004).

    Examples
    --------
    >>> from tasvir import LandmarkIsomap, load_data
    >>> X, _, _ = load_data("digits").part("train")
    >>> LandmarkIsomap(n_neighbors=10, n_landmarks=200, random_state=0).fit(X).transform(X[:3]).shape
    (3, 2)
    """

    _space = PixelSpace

    def __init__(
        self,
        *,
        n_components: int = 2,
        n_neighbors: int = 5,
        n_landmarks: int | None = None,
        pca_components: int | None = None,
        n_jobs: int | None = None,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.n_neighbors = n_neighbors
        self.n_landmarks = n_landmarks
        self.pca_components = pca_components
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn graph, paths and codes of X (n, h, w[, c]) or (n, features); y is not used."""
        from tasvir.models.neighbour_graph import joined, neighbour_graph

        X = self._checked(X, y)
        self.landmarks_ = self._drawn_landmarks(len(X))
        self._state_memory(len(X))
        self._learn_plane(X)
        self._points = self._in_plane(X)
        graph = joined(neighbour_graph(self._points, self.n_neighbors), self._points)
        self._paths_nL = self._paths(graph)
        self._place_landmarks()
        self.embedding_ = self._placed(self._paths_nL)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> np.ndarray:
        """The codes of X: (n, n_components) float32."""
        return self.fit(X, y).embedding_

    def transform(self, X: Any) -> np.ndarray:
        """The codes of X: (n, n_components) float32; the path to a landmark begins at the best of the nearest images of `fit`."""
        from tasvir.models.neighbour_graph import nearest_rows

        check_is_fitted(self)
        points = self._in_plane(self._space.check(self, X, reset=False))
        distances, rows = nearest_rows(self._points, points, self.n_neighbors)
        codes = np.empty((len(points), self.n_components), np.float32)
        for start in range(0, len(points), CHUNK):
            part = slice(start, start + CHUNK)
            by_neighbour = self._paths_nL[rows[part]]
            by_neighbour += distances[part, :, None]
            codes[part] = self._placed(by_neighbour.min(axis=1))
        return codes

    def _checked(self, X: Any, y: Any) -> np.ndarray:
        whole = Number(low=1, whole=True)
        optional = Number(low=1, whole=True, optional=True)
        numbers = {"n_components": whole, "n_neighbors": whole, "n_landmarks": optional, "pca_components": optional}
        check_settings(self, numbers | {"n_jobs": Number(whole=True, optional=True)})
        if self.n_jobs == 0:
            raise BadInputError("n_jobs=0: give a number of processes, -1 or None for one a core")
        X = self._space.check(self, X, reset=True)
        if y is not None:
            check_consistent_length(X, y)
        if self.n_neighbors >= len(X):
            raise BadInputError(
                f"n_neighbors={self.n_neighbors}, but X has {len(X)} sample{'s' * (len(X) > 1)}: each needs as many others, "
                "give fewer neighbours or more images"
            )
        self.space_ = self._space.learn(X)
        return X

    def _drawn_landmarks(self, n: int) -> np.ndarray:
        n_landmarks = min(n, MOST_LANDMARKS if self.n_landmarks is None else self.n_landmarks)
        if self.n_components >= n_landmarks:
            raise BadInputError(
                f"n_components={self.n_components}, but paths begin at {n_landmarks} of the images: give fewer "
                "numbers than that, or more landmarks or images"
            )
        rng = stream_rng(seed_from(self.random_state), "landmarks")
        return np.sort(rng.choice(n, n_landmarks, replace=False))

    def _state_memory(self, n: int) -> None:
        from tasvir.models.neighbour_graph import BLOCK

        L, F = len(self.landmarks_), self.space_.n_features
        rest = 8 * n * F + 4 * n * BLOCK + self._n_processes(n) * (3 * SEARCHED_AT_ONCE + 2**27)
        needed = 4 * n * L + 24 * L**2 + rest
        free = free_memory()
        logging.getLogger(__name__).info("%d images, %d landmarks: about %.2f GB", n, L, needed / 1e9)
        if needed > free:
            fits = int((free - rest) / (4 * n + 24 * L))
            advice = f"give n_landmarks={fits} or fewer" if fits > self.n_components else "give fewer images"
            raise BadInputError(
                f"{n} images and {L} landmarks need about {needed / 1e9:.1f} GB, but {free / 1e9:.1f} GB are free: {advice}"
            )

    def _n_processes(self, n: int) -> int:
        if 8 * n * len(self.landmarks_) < WORTH_PROCESSES:
            return 1
        return cores() if self.n_jobs is None else min(effective_n_jobs(self.n_jobs), cores())

    def _learn_plane(self, X: np.ndarray) -> None:
        self._mean_F, self._axes_CF = None, None
        if self.pca_components is None:
            return
        from sklearn.decomposition import PCA

        most = min(len(X) - 1, self.space_.n_features)
        if self.pca_components > most:
            raise BadInputError(f"pca_components={self.pca_components}, but X has a rank of at most {most}: give fewer")
        with np.errstate(invalid="ignore"):  # shares of a variance of 0, which nobody reads
            pca = PCA(self.pca_components, svd_solver="covariance_eigh").fit(self._unit(X))
        self._mean_F, self._axes_CF = pca.mean_.astype(np.float32), np.ascontiguousarray(pca.components_, np.float32)

    def _unit(self, X: np.ndarray) -> np.ndarray:
        flat = X.reshape(len(X), -1).astype(np.float32)
        flat -= np.float32(self.space_.offset)
        flat /= np.float32(self.space_.scale)
        return flat

    def _in_plane(self, X: np.ndarray) -> np.ndarray:
        unit = self._unit(X)
        return unit if self._axes_CF is None else (unit - self._mean_F) @ self._axes_CF.T

    def _paths(self, graph: csr_array) -> np.ndarray:
        """Shortest paths from every image to every landmark: (n, L) float32."""
        n, L = graph.shape[0], len(self.landmarks_)
        n_processes = self._n_processes(n)
        size = max(1, min(SEARCHED_AT_ONCE // (8 * n), -(-L // n_processes)))
        parts = [self.landmarks_[start : start + size] for start in range(0, L, size)]
        paths_nL = np.empty((n, L), np.float32)
        found: Iterator[np.ndarray] = Parallel(n_processes, return_as="generator")(
            delayed(_shortest_paths)(graph, part) for part in parts
        )
        for number, paths in enumerate(found):
            paths_nL[:, number * size : number * size + len(paths)] = paths.T
        return paths_nL

    def _place_landmarks(self) -> None:
        """Classical scaling of the landmarks: what turns squared paths into codes."""
        squared_LL = self._paths_nL[self.landmarks_].astype(np.float64) ** 2
        self._mean_L = squared_LL.mean(0)
        centred_LL = -(squared_LL - self._mean_L - self._mean_L[:, None] + self._mean_L.mean()) / 2
        L, C = len(squared_LL), self.n_components
        values, vectors = eigh(centred_LL, subset_by_index=[L - C, L - 1])
        values, vectors = values[::-1], vectors[:, ::-1]
        if values[-1] <= RANK * max(values[0], np.finfo(float).tiny):
            raise self._rank_error(values)
        signs = np.sign(vectors[np.abs(vectors).argmax(0), np.arange(C)])
        self.eigenvalues_ = values
        self._directions_LC = np.ascontiguousarray(signs * vectors / np.sqrt(values))

    def _rank_error(self, values: np.ndarray) -> BadInputError:
        rank = int((values > RANK * values[0]).sum())
        if values[0] <= 0:
            return BadInputError(
                "all images of X are equal, or nearly: distances along them tell nothing, give images that differ"
            )
        return RankError(self.n_components, rank)

    def _placed(self, paths_mL: np.ndarray) -> np.ndarray:
        codes = np.empty((len(paths_mL), self.n_components), np.float32)
        for start in range(0, len(paths_mL), CHUNK):
            squared = np.square(paths_mL[start : start + CHUNK], dtype=np.float64)
            codes[start : start + CHUNK] = (self._mean_L - squared) @ self._directions_LC / 2
        return codes

    def _weights(self) -> "dict[str, torch.Tensor]":
        import torch

        arrays = {name: getattr(self, attribute) for name, attribute in _KEPT.items()}
        return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items() if array is not None}

    def _take_weights(self, weights: "Mapping[str, torch.Tensor]") -> None:
        for name, attribute in _KEPT.items():
            setattr(self, attribute, weights[name].numpy() if name in weights else None)


#: Name in a model folder -> attribute.
_KEPT = {
    "landmarks": "landmarks_",
    "eigenvalues": "eigenvalues_",
    "embedding": "embedding_",
    "points": "_points",
    "paths": "_paths_nL",
    "mean_of_squares": "_mean_L",
    "directions": "_directions_LC",
    "mean": "_mean_F",
    "axes": "_axes_CF",
}


def _shortest_paths(graph: csr_array, landmarks: np.ndarray) -> np.ndarray:
    """(landmarks, n) float32."""
    return dijkstra(graph, directed=False, indices=landmarks).astype(np.float32)
