"""The door of the data room: a name or a path in, a `Dataset` out."""

import os
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import BadTypeError, DataFileError
from tasvir.data.dataset import DataCard, Dataset
from tasvir.data.digits import read_digits
from tasvir.data.folder import read_folder
from tasvir.data.idx import read_idx_set
from tasvir.data.known import KNOWN, find_known
from tasvir.data.labels import encode
from tasvir.data.npz import read_npz_set
from tasvir.data.options import LoadOptions
from tasvir.data.raw import Raw
from tasvir.data.resize import choose_form, gray_if_equal, pack, resize_words
from tasvir.data.split import draw_split

READERS = {"digits": read_digits, "idx": read_idx_set, "npz": read_npz_set}


def load_data(
    source: str | os.PathLike,
    *,
    data_dir: str | os.PathLike | None = None,
    image_size: int | None = None,
    color: bool | None = None,
    seed: int = 0,
) -> Dataset:
    """Which labelled images does this name or path stand for?

    Parameters
    ----------
    source : str or path
        A known set ('digits', 'mnist', 'fashion-mnist', 'breastmnist'), or a folder with one sub-folder
        of images a class.
    data_dir : path, optional
        Where known sets lie, in it or in its sub-folders; by default the environment's `TASVIR_DATA`.
    image_size : int, optional
        Side in pixels (4..1024) that every image gets. By default images keep their size if all agree and
        are at most 64 pixels a side, else they become 64x64.
    color : bool, optional
        True makes RGB, False gray; by default one colour image makes the set RGB.
    seed : int
        Draws the split of a set that has none.

    Returns
    -------
    Dataset
        Images uint8, labels as positions in `class_names`, a given split kept or a drawn one (stratified,
        groups together, at least a fifth for the test).

    Raises
    ------
    DataFileError
        For files that are missing, damaged or refused; the line names the file and the remedy.
    BadInputError
        For settings out of range and sets that cannot be learned from, as one with a single class.

    Examples
    --------
    >>> from tasvir import load_data
    >>> load_data("digits", image_size=16).images.shape
    (1797, 16, 16)
    """
    options = LoadOptions(data_dir=data_dir, image_size=image_size, color=color, seed=seed)
    return assemble(read(source, options), options)


def read(source: str | os.PathLike, options: LoadOptions) -> Raw:
    """What the source holds, by the reader that knows its layout."""
    if not isinstance(source, str | os.PathLike):
        raise BadTypeError(f"source is a {type(source).__name__}: expected the name of a set or a path")
    if isinstance(source, str) and (known := find_known(source)):
        return READERS[known.reader](known, options)
    path = Path(source).expanduser()
    if path.is_dir():
        return read_folder(path)
    if path.exists():
        raise DataFileError(f"{path} is a file: expected a known set or a folder with one sub-folder a class")
    raise DataFileError(f"no data set {str(source)!r}: neither a known set ({', '.join(KNOWN)}) nor a path that exists")


def assemble(raw: Raw, options: LoadOptions) -> Dataset:
    """The one place where labels are numbered, images brought into form and a split is drawn."""
    labels, class_names = encode(raw.labels, raw.class_names, raw.facts.source)
    form = choose_form(raw.pixels, options)
    images = pack(raw.pixels, form)
    if form.color and options.color is None:
        images = gray_if_equal(images)
    split, rule = _split(raw, labels, options.seed)
    facts = raw.facts
    return Dataset(
        name=facts.name,
        images=images,
        labels=labels,
        class_names=class_names,
        groups=raw.groups,
        split=split,
        card=DataCard(
            title=facts.title or facts.name,
            origin=facts.origin,
            licence=facts.licence,
            about=facts.about,
            source=facts.source,
            split_rule=rule,
            resize_rule=resize_words(form, raw.pixels.sizes()),
            notes=facts.notes,
        ),
    )


def _split(raw: Raw, labels: np.ndarray, seed: int) -> tuple[np.ndarray, str]:
    if raw.split is not None:
        return raw.split, "given"
    split = draw_split(labels, raw.groups, seed, raw.facts.source)
    share = np.mean(split == "test")
    together = "" if raw.groups is None else ", groups kept together"
    return split, f"drawn: {share:.0%} of each class for the test, seed {seed}{together}"
