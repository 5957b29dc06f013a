"""What a set holds, as plain facts."""

from typing import Any

import numpy as np

from tasvir.data.dataset import PARTS, Dataset


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
        "groups_from": list(card.groups_from),
        "groups": None if data.groups is None else _group_counts(data.groups, data.split),
    }


def _group_counts(groups: np.ndarray, split: np.ndarray) -> dict[str, int]:
    return {part: len(np.unique(groups[split == part])) for part in PARTS if np.any(split == part)}
