"""Sets of some images of a set, and with other parts."""

import dataclasses

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.data.dataset import Dataset
from tasvir.measures.neighbours import spread_sample
from tasvir.models.inner_split import inner_split


def some_rows(data: Dataset, rows: np.ndarray, split: np.ndarray) -> Dataset:
    """These images alone, each in the part that `split` says."""
    return dataclasses.replace(
        data,
        images=data.images[rows],
        labels=data.labels[rows],
        names=data.names[rows],
        groups=None if data.groups is None else data.groups[rows],
        units=None if data.units is None else data.units[rows],
        split=split,
    )


def learned_part(data: Dataset, seed: int, *, most: int, most_held_out: int) -> Dataset:
    """At most so many training images, and beside them so many that are held out; no test image."""
    data = with_validation(data, seed)
    rows = []
    for part, n in (("train", most), ("val", most_held_out)):
        of_part = np.flatnonzero(data.split == part)
        rows.append(of_part[spread_sample(data.labels[of_part], n, seed)])
    both = np.concatenate(rows)
    return some_rows(data, both, data.split[both])


def without_validation(data: Dataset) -> Dataset:
    """Its training images alone: what is chosen with is held out of these, and the validation part stays unseen."""
    rows = np.flatnonzero(data.split == "train")
    return some_rows(data, rows, data.split[rows])


def with_validation(data: Dataset, seed: int) -> Dataset:
    """The set with a validation part: its own, else a fifth of the training images, no group on both sides.

    Generators are compared with real images that they never saw; test images are not looked at.
    """
    if np.any(data.split == "val"):
        return data
    y, groups = data.targets("train")
    _, held_out = inner_split(len(y), y, groups, fraction=0.2, seed=seed % 2**32)
    if held_out is None:
        raise BadInputError(f"{len(y)} training images are too few to hold some out: give at least 10, in two groups or more")
    split = data.split.copy()
    split[np.flatnonzero(split == "train")[held_out]] = "val"
    return dataclasses.replace(data, split=split)
