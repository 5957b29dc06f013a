"""What a set holds, as plain facts: rules by their ids for records, in words for people."""

from typing import Any

import numpy as np

from tasvir.data.dataset import PARTS, Dataset
from tasvir.data.known.facts import KNOWN, plain
from tasvir.data.rules import parts_of


def data_facts(data: Dataset) -> dict[str, Any]:
    """What a set holds, as JSON: counts by part and class, origin, rules, fingerprint."""
    card = data.card
    return (
        recorded_facts(data)
        | {"about": card.about, "split_rule": card.split_rule, "resize_rule": card.resize_rule}
        | {"notes": list(card.notes)}
    )


def recorded_facts(data: Dataset) -> dict[str, Any]:
    """The same for records: ids and numbers in place of words. What a named set is about stands with its name."""
    card = data.card
    K = len(data.class_names)
    counts = {part: np.bincount(data.labels[data.split == part], minlength=K).tolist() for part in PARTS}
    return {
        "name": data.name,
        "title": card.title,
        "origin": card.origin,
        "licence": card.licence,
        "known": _is_known(data),
        "about": [] if _is_known(data) else parts_of(card.about),
        "source": card.source,
        "split_rule": parts_of(card.split_rule),
        "resize_rule": parts_of(card.resize_rule),
        "notes": [part for note in card.notes for part in parts_of(note)],
        "fingerprint": data.fingerprint,
        "class_names": list(data.class_names),
        "image_shape": list(data.images.shape[1:]),
        "n_images": len(data),
        "counts": {part: numbers for part, numbers in counts.items() if sum(numbers)},
        "groups_from": list(card.groups_from),
        "groups": None if data.groups is None else _group_counts(data.groups, data.split),
    }


def _is_known(data: Dataset) -> bool:
    """Whether the facts of a named set, which stand in its table, hold for this one."""
    known = KNOWN.get(plain(data.name))
    return known is not None and (known.about, known.origin) == (data.card.about, data.card.origin)


def _group_counts(groups: np.ndarray, split: np.ndarray) -> dict[str, int]:
    return {part: len(np.unique(groups[split == part])) for part in PARTS if np.any(split == part)}
