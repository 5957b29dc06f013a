"""A folder that explains a classifier's answers to a user's own images: a page, and each image under its heat map."""

from pathlib import Path
from typing import Any

import numpy as np

from tasvir.apply.cleaned import file_names
from tasvir.apply.drawn_files import png
from tasvir.apply.intake import images_for
from tasvir.apply.rows import class_words
from tasvir.contracts.atomic import atomic_folder, must_be_writable
from tasvir.contracts.errors import BadInputError
from tasvir.data.dataset import Dataset
from tasvir.explain.explained import Known, explain_images, overlay_files
from tasvir.records.record import Record
from tasvir.report.chapters import explanation
from tasvir.report.summary import summarise
from tasvir.report.words.language import SOURCE, check_language
from tasvir.report.write import write_page

PAGE = "explanation.html"


def check_folder(out: Path, lang: str) -> None:
    """Asked before an image is read."""
    check_language(lang)
    if out.exists() or out.is_symlink():
        raise BadInputError(f"--out {out} is there already: give a new folder")
    must_be_writable(out.parent)


def write_explanation(
    classifier: Any,
    X: np.ndarray,
    out: Path,
    *,
    names: np.ndarray,
    title: str,
    layer: str | int | None = None,
    learned: Dataset | None = None,
    lang: str = SOURCE,
) -> list[dict[str, Any]]:
    """The page and a PNG file for each image below the new folder `out`, which appears whole or not; what is said of each."""
    known = None if learned is None else _known(classifier, learned)
    records = explain_images(classifier, X, names=names.tolist(), class_names=class_words(classifier), layer=layer, known=known)
    about = Record("run", "run", data={"data": title, "settings": {}})
    with atomic_folder(out) as folder:
        write_page(summarise([about, *records], [explanation]), folder / PAGE, lang=lang)
        for name, picture in zip(file_names(names), overlay_files(classifier, X, layer=layer), strict=True):
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(png(picture))
    told: list[dict[str, Any]] = records[-1].data["facts"]["images"]
    return told


def _known(classifier: Any, learned: Dataset) -> Known:
    rows = np.flatnonzero(learned.split == "train")
    if not len(rows):
        raise BadInputError(f"{learned.name} has no training images: give --data the set that the model was fitted on")
    known = set(class_words(classifier))
    if others := [name for name in learned.class_names if name not in known]:
        raise BadInputError(
            f"{learned.name} has the class {others[0]!r}, and the model knows {', '.join(sorted(known)[:5])}: give --data the "
            "set that the model was fitted on"
        )
    words = np.array(learned.class_names)[learned.labels[rows]]
    return Known(images_for(classifier, learned, rows), words.tolist(), learned.names[rows].tolist())
