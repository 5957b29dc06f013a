"""The data card as records: what the images are, how many, and five of each class."""

from collections.abc import Iterator

import numpy as np

from tasvir.contracts.seeds import stream_rng
from tasvir.data.audit.audit import audit
from tasvir.data.dataset import Dataset
from tasvir.data.told import recorded_facts
from tasvir.records.record import Record, array, facts
from tasvir.studies import recipes
from tasvir.studies.cell import Cell
from tasvir.studies.inside import Inside

#: Random images shown of each class.
N_SHOWN = 5
#: Pairs of duplicates that are recorded, and shown as pictures; the nearest first.
MOST_PAIRS, N_PICTURED = 1000, 12


def data_cells(data: Dataset, seed: int) -> list[Cell]:
    """The data card and the audit."""
    audited = Cell("audit", audit_data, {}, seed, work=(recipes.neighbour_search(data),))
    return [Cell("data", describe_data, {}, seed), audited]


def describe_data(inside: Inside) -> Iterator[Record]:
    """Counts, origin and random images of each class."""
    pictures, shown = _random_images(inside.data, inside.seed)
    yield array("class_samples", pictures)
    yield facts(recorded_facts(inside.data) | {"sample_counts": shown})


def audit_data(inside: Inside) -> Iterator[Record]:
    """Duplicates, leaks between parts, conflicting labels; the nearest pairs as pictures."""
    found = audit(inside.data)
    rows = [[pair.first.row, pair.second.row] for pair in found.pairs[:N_PICTURED]]
    if rows:
        yield array("pair_images", inside.data.images[np.array(rows)])
    duplicated = found.duplicated("test", "train") | found.duplicated("test", "val")  # final nets learn both
    yield array("duplicated_in_learned", duplicated)
    told = found.to_json()
    told["pairs"] = told["pairs"][:MOST_PAIRS]
    yield facts(told | {"n_pairs": len(found.pairs)})


def _random_images(data: Dataset, seed: int) -> tuple[np.ndarray, list[int]]:
    """(K, 5, h, w[, 3]) random training images by class, and how many of the five are real."""
    rng = stream_rng(seed, "class samples")
    pictures = np.zeros((len(data.class_names), N_SHOWN, *data.images.shape[1:]), np.uint8)
    shown = []
    for label in range(len(data.class_names)):
        rows = np.flatnonzero((data.labels == label) & (data.split == "train"))
        chosen = rng.permutation(rows)[:N_SHOWN]
        pictures[label, : len(chosen)] = data.images[chosen]
        shown.append(len(chosen))
    return pictures, shown
