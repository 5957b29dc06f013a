"""The data card as records: what the images are, how many, and five of each class."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tasvir.contracts.seeds import stream_rng
from tasvir.data.audit.audit import audit
from tasvir.data.audit.findings import findings
from tasvir.data.dataset import PARTS, Dataset
from tasvir.records.record import array
from tasvir.studies.cell import Outcome, Workspace

#: Random images shown of each class.
N_SHOWN = 5
#: Pairs of duplicates that are recorded, and shown as pictures; the nearest first.
MOST_PAIRS, N_PICTURED = 1000, 12


def describe_data(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """Counts, origin and random images of each class."""
    pictures, shown = _random_images(data, seed)
    return Outcome(data_facts(data) | {"sample_counts": shown}, [array("class_samples", pictures)])


def audit_data(data: Dataset, parameters: Mapping[str, Any], seed: int, workspace: Workspace) -> Outcome:
    """Duplicates, leaks between parts, conflicting labels; the nearest pairs as pictures."""
    found = audit(data)
    facts = found.to_json() | {"n_pairs": len(found.pairs), "findings": list(findings(found))}
    facts["pairs"] = facts["pairs"][:MOST_PAIRS]
    rows = [[pair.first.row, pair.second.row] for pair in found.pairs[:N_PICTURED]]
    return Outcome(facts, [array("pair_images", data.images[np.array(rows)])] if rows else [])


def data_facts(data: Dataset) -> dict[str, Any]:
    """What a set holds, as JSON: counts by part and class, origin, rules, fingerprint."""
    card = data.card
    K = len(data.class_names)
    counts = {part: np.bincount(data.labels[data.split == part], minlength=K).tolist() for part in PARTS}
    return {
        "name": data.name,
        "title": card.title,
        "origin": card.origin,
        "licence": card.licence,
        "about": card.about,
        "source": card.source,
        "split_rule": card.split_rule,
        "resize_rule": card.resize_rule,
        "notes": list(card.notes),
        "fingerprint": data.fingerprint,
        "class_names": list(data.class_names),
        "image_shape": list(data.images.shape[1:]),
        "n_images": len(data),
        "counts": {part: numbers for part, numbers in counts.items() if sum(numbers)},
        "groups": None if data.groups is None else _group_counts(data),
    }


def _group_counts(data: Dataset) -> dict[str, int]:
    return {part: len(np.unique(data.groups[data.split == part])) for part in PARTS if np.any(data.split == part)}


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
