"""What a fitted estimator says of every image of a set: one row an image, written as a file."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from tasvir.apply.intake import images_for, is_denoiser
from tasvir.contracts.atomic import atomic_file, must_be_writable
from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.contracts.plain import harmless_cell
from tasvir.data.dataset import PARTS, Dataset

ENDINGS = (".npz", ".csv")
#: Rows that are turned into text at once.
BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Rows:
    """`each` has one word or number an image; `values` (n, ...) is `name` in an npz file, and columns under `heads` in CSV."""

    each: Mapping[str, np.ndarray]
    name: str
    values: np.ndarray
    heads: Sequence[str]
    more: Mapping[str, np.ndarray] = field(default_factory=dict)


def transformed_rows(estimator: Any, data: Dataset, *, variance: float | None = None) -> Rows:
    """The codes of every image; `variance` is for a denoiser that is told it."""
    if not hasattr(estimator, "transform"):
        instead = (
            "use tasvir predict" if hasattr(estimator, "predict_proba") else "give the folder of an autoencoder or a denoiser"
        )
        raise BadInputError(f"{type(estimator).__name__} does not transform: {instead}")
    if variance is not None and not is_denoiser(estimator):
        raise BadInputError(f"--variance is for denoisers, and this model is of class {type(estimator).__name__}: leave it out")
    told = {} if variance is None else {"variance": variance}
    values = estimator.transform(images_for(estimator, data), **told)
    n_values = int(np.prod(values.shape[1:]))
    names = estimator.get_feature_names_out() if hasattr(estimator, "get_feature_names_out") else ()
    heads = list(names) if len(names) == n_values else [f"value{i}" for i in range(n_values)]
    return Rows(whereabouts(data), "transformed", values, heads)


def predicted_rows(estimator: Any, data: Dataset) -> Rows:
    """The most probable class of every image, and the probabilities of all classes."""
    if not hasattr(estimator, "predict_proba"):
        raise BadInputError(f"{type(estimator).__name__} does not predict: give the folder of a classifier")
    probabilities = estimator.predict_proba(images_for(estimator, data))
    names = np.array(class_words(estimator))
    each = whereabouts(data) | {"predicted": names[probabilities.argmax(1)]}
    heads = [f"probability_{name}" for name in names]
    return Rows(each, "probabilities", probabilities, heads, {"class_names": names})


def class_words(classifier: Any) -> tuple[str, ...]:
    """The words of its classes where it knows them, else its labels."""
    return classifier.class_names_ or tuple(map(str, classifier.classes_))


def whereabouts(data: Dataset) -> dict[str, np.ndarray]:
    """Which image each row is: its name, its part, its place in ``data.part(part)``, and the word of its label."""
    index = np.empty(len(data), np.int64)
    for part in PARTS:
        rows = np.flatnonzero(data.split == part)
        index[rows] = np.arange(len(rows))
    label = np.array(data.class_names)[data.labels]
    return {"name": data.names, "part": data.split.astype(str), "index": index, "label": label}


def check_out(path: Path) -> None:
    """A file that rows can be written to; asked before anything is computed."""
    if path.suffix.lower() not in ENDINGS:
        raise BadInputError(f"--out {path}: the name's end chooses the format; give one that ends in {' or '.join(ENDINGS)}")
    if path.is_dir():
        raise DataFileError(f"--out {path} is a folder: give the name of a file")
    must_be_writable(path.parent)


def write_rows(rows: Rows, path: Path) -> None:
    """All rows as `.npz` (arrays) or `.csv` (a table with a head); whole or not at all."""
    check_out(path)
    with atomic_file(path) as temporary:
        if path.suffix.lower() == ".npz":
            with temporary.open("wb") as file:
                arrays: dict[str, Any] = {**rows.each, rows.name: rows.values, **rows.more}
                np.savez_compressed(file, **arrays)
        else:
            with temporary.open("w", newline="", encoding="utf-8") as file:
                _write_table(rows, file)


def _write_table(rows: Rows, file: TextIO) -> None:
    writer = csv.writer(file)
    writer.writerow(map(harmless_cell, [*rows.each, *rows.heads]))
    flat = rows.values.reshape(len(rows.values), -1)
    for start in range(0, len(flat), BLOCK):
        block = slice(start, start + BLOCK)
        words = [column[block].tolist() for column in rows.each.values()]
        numbers = flat[block].astype(str).tolist()  # the shortest text that gives the same float32 again
        writer.writerows(
            [*(harmless_cell(str(word)) for word in about), *values] for *about, values in zip(*words, numbers, strict=True)
        )
