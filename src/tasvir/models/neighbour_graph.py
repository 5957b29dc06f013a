"""Nearest rows by blocked matrix products, and the connected graph that they span. Legend: n m rows, F features, k neighbours."""

import warnings

import numpy as np
import torch
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from tasvir.contracts.errors import BadInputError

#: Rows that are compared with all others at once.
BLOCK = 1024
#: The edges that join parts grow with the square of their number.
MOST_PARTS = 500
#: More candidates than are asked for: products are rounded, and their exact distances decide.
SPARE = 4


def nearest_rows(reference_nF: np.ndarray, query_mF: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Distances (m, k) float32 and row numbers (m, k) of the nearest rows of `reference`, nearest first."""
    return _nearest(torch.from_numpy(reference_nF), torch.from_numpy(query_mF), k, themselves=False)


def neighbour_graph(points_nF: np.ndarray, k: int) -> csr_array:
    """Distances from every point to its `k` nearest others, (n, n); points that lie on each other have an edge of length 0."""
    n = len(points_nF)
    points = torch.from_numpy(points_nF)
    distances, rows = _nearest(points, points, k, themselves=True)
    return csr_array((distances.ravel(), rows.ravel(), np.arange(n + 1) * k), shape=(n, n))


def joined(graph: csr_array, points_nF: np.ndarray) -> csr_array:
    """The same where it is connected; else an edge joins the two nearest points of every pair of parts, as in scikit-learn."""
    n_parts, part_of = connected_components(graph, directed=False)
    if n_parts == 1:
        return graph
    if n_parts > MOST_PARTS:
        raise BadInputError(
            f"the graph of neighbours has {n_parts} parts that are not connected: give a larger n_neighbors, or fewer images "
            "that come many times"
        )
    warnings.warn(
        f"the graph of neighbours has {n_parts} parts that are not connected: the nearest two points of each pair of parts "
        "are joined, and distances between parts mean little; more n_neighbors connect them",
        stacklevel=3,
    )
    rows_of = [np.flatnonzero(part_of == part) for part in range(n_parts)]
    pairs = [(a, b) for a in range(n_parts) for b in range(a)]
    edges = [_shortest_edge(points_nF, rows_of[a], rows_of[b]) for a, b in pairs]
    starts, ends, lengths = (np.array(column) for column in zip(*edges, strict=True))
    known = graph.tocoo()
    row, column = np.concatenate([known.row, starts]), np.concatenate([known.col, ends])
    return coo_array((np.concatenate([known.data, lengths]), (row, column)), shape=graph.shape).tocsr()


def _shortest_edge(points_nF: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[int, int, float]:
    distances, rows = nearest_rows(points_nF[second], points_nF[first], 1)
    best = int(distances[:, 0].argmin())
    return int(first[best]), int(second[rows[best, 0]]), float(distances[best, 0])


@torch.inference_mode()
def _nearest(reference_nF: torch.Tensor, query_mF: torch.Tensor, k: int, *, themselves: bool) -> tuple[np.ndarray, np.ndarray]:
    """With `themselves` both are the same points, and none is its own neighbour."""
    centre_F = reference_nF.mean(0)  # far from zero, products of images that differ little are all alike in float32
    centred_nF = reference_nF - centre_F
    half_n = centred_nF.square().sum(1) / 2
    n_candidates = min(k + SPARE, len(reference_nF) - themselves)
    found = []
    for start in range(0, len(query_mF), BLOCK):
        block = query_mF[start : start + BLOCK]
        nearness = ((block - centre_F) @ centred_nF.T).sub_(half_n)  # the greater, the nearer
        if themselves:
            nearness.diagonal(start).fill_(-torch.inf)
        candidates = nearness.topk(n_candidates, dim=1).indices.sort(1).values
        exact = (reference_nF[candidates] - block[:, None]).square_().sum(2).sqrt_()
        near, order = exact.sort(dim=1, stable=True)
        found.append((near[:, :k], candidates.gather(1, order[:, :k])))
    return torch.cat([near for near, _ in found]).numpy(), torch.cat([rows for _, rows in found]).numpy()
