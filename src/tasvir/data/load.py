"""The door of the data room: a name or a path in, a `Dataset` out."""

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.image_range import taken_as_pixels
from tasvir.contracts.plain import some
from tasvir.data.dataset import DataCard, Dataset
from tasvir.data.known.facts import find_known
from tasvir.data.labels import check_counts, encode
from tasvir.data.options import LoadOptions
from tasvir.data.pack import listed, pack
from tasvir.data.raw import PARTS, Facts, Raw
from tasvir.data.readers.arrays import ArrayPixels
from tasvir.data.readers.folder import holds_images, is_loose, read_loose
from tasvir.data.readers.pixels import to_uint8
from tasvir.data.readers.sources import read
from tasvir.data.rules import told
from tasvir.data.split import all_test, arrange, check_split, splits


def load_data(
    source: str | os.PathLike,
    *,
    data_dir: str | os.PathLike | None = None,
    image_size: int | None = None,
    fit: str = "stretch",
    color: bool | None = None,
    test: str | os.PathLike | None = None,
    manifest: str | os.PathLike | None = None,
    file_column: str | None = None,
    label_column: str | None = None,
    group_column: str | None = None,
    split_column: str | None = None,
    empty_label: str | None = None,
    skip_unreadable: bool = False,
    memory_limit: int | str | None = None,
    test_share: float = 0.2,
    value_range: tuple[float, float] | None = None,
    clip: bool = False,
    cache: bool = False,
    follow_links: bool = False,
    group_folders: bool = False,
    seed: int = 0,
) -> Dataset:
    """Which labelled images does this name or path stand for?

    Parameters
    ----------
    source : str or path
        A known set (`tasvir data list`); a folder with one sub-folder of images a class, also below `train`, `val` and
        `test`; a folder of images with a `manifest`; an `.npz` file with the key names of MedMNIST or
        `keras.datasets`; an IDX file of images (its labels beside it); a `.csv` file of pixels with the label first.
    data_dir : path, optional
        Where known sets lie, in it or in its sub-folders; by default the environment's `TASVIR_DATA`. What is not
        there is looked for in the user's cache, and downloaded into it.
    image_size : int, optional
        Side in pixels (4..1024) that every image gets. By default images keep their size if all agree and
        are at most 64 pixels a side, else they become 64x64.
    fit : 'stretch' or 'crop'
        How an image comes to another shape: resized whole, or its centre cut out and resized.
    color : bool, optional
        True makes RGB, False gray; by default one colour image makes the set RGB.
    test : path, optional
        A second file or folder of the same kind: `source` is then for training and this one for the test.
    manifest : path, optional
        A CSV table with a header and one row for each image of the folder `source`, in it or at this path.
    file_column, label_column : str, optional
        The manifest's columns of file names (or stems, or paths in the folder) and of labels; by default 'file' and
        'label'.
    group_column, split_column : str, optional
        Its columns of groups (patients) and of parts ('train', 'val', 'test'); by default none.
    empty_label : str, optional
        What an empty label means; by default it is an error.
    skip_unreadable : bool
        Leave unreadable images out and count them, instead of an error that lists them.
    memory_limit : int or str, optional
        Bytes, or a size like '4GB', beyond which folders, manifests and `.npz` files stay on disk: the images are then
        a read-only memmap in the user's cache. By default half of the machine's memory.
    test_share : float
        Share of the images that is drawn for the test where no test is given, in (0, 1).
    value_range : (float, float), optional
        The numbers that become black and white in files of more than 8 bits. By default the set's own range: 0 and the
        smallest of 1,023, 4,095, 16,383 and 65,535 that holds its largest number. DICOM files are shown by their own windows
        where all have one, and with a `value_range` by that; with `clip` as by one window for all.
    clip : bool
        Numbers beyond `value_range` become black or white; by default they are an error.
    cache : bool
        Keep a copy of a folder's images, as they are after reading, in the user's cache: they are then read faster the next
        time. Without it nothing is kept but what exceeds `memory_limit`.
    follow_links : bool
        Read images of a folder also through links that lead out of it; by default such a link is an error.
    group_folders : bool
        In a folder of classes, the first folders below each class are groups, as patients are.
    seed : int
        Draws the split of a set that has none.

    Returns
    -------
    Dataset
        Images uint8 (more than 8 bits are scaled by one rule for the set, which `card.notes` says), labels as positions
        in `class_names`, a given split kept or a drawn one: stratified, groups kept together, and near-duplicates too.

    Raises
    ------
    DataFileError
        For files that are missing, damaged or refused; the line names the file and the remedy.
    BadInputError
        For settings out of range and sets that cannot be learned from, as one with a single class.

    Notes
    -----
    The origin and licence of a named set stand on its card: ``load_data(...).card``.

    Examples
    --------
    >>> from tasvir import load_data
    >>> load_data("digits", image_size=16).images.shape
    (1797, 16, 16)
    """
    words = {name: value for name, value in locals().items() if name != "source"}
    return load(source, LoadOptions(**words))


def load(source: str | os.PathLike, options: LoadOptions) -> Dataset:
    """`load_data` with its words as one object."""
    return assemble(read(source, options), options, words_of(source, options))


def load_to_judge(source: str | os.PathLike, options: LoadOptions, *, labelled: bool, as_files: bool = False) -> Dataset:
    """A set that a fitted model shall be asked about, not learned from: one class will do, or one image; or no classes at all.

    `as_files`: every image of a folder, also those beside sub-folders, which are no classes; or the one image of a file.
    """
    raw = _raw_to_judge(source, options, labelled=labelled, as_files=as_files)
    return assemble(raw, options, words_of(source, options), to_learn=False)


def sizes_to_judge(source: str | os.PathLike, options: LoadOptions) -> set[tuple[int, int]]:
    """(height, width) of the images as they lie there, before they are brought into one form."""
    pixels = _raw_to_judge(source, options, labelled=False, as_files=True).pixels
    sizes = pixels.sizes()  # a set of which nothing can be read has a size all the same
    return sizes if len(pixels.failures()) < len(pixels) else set()


def _raw_to_judge(source: str | os.PathLike, options: LoadOptions, *, labelled: bool, as_files: bool) -> Raw:
    place = Path(source).expanduser()
    loose = not labelled and options.manifest is None and (holds_images(place) if as_files else is_loose(place))
    return read_loose(place, options) if loose else read(source, options)


def words_of(source: str | os.PathLike, options: LoadOptions) -> dict[str, Any]:
    """The words of `load_data` that say the same from any working folder, defaults left out; plain JSON."""
    known = isinstance(source, str) and find_known(source)
    words: dict[str, Any] = {"source": source if known else str(Path(source).expanduser().absolute())}
    for field in dataclasses.fields(options):
        value = getattr(options, field.name)
        if isinstance(value, tuple):
            value = list(value)
        if isinstance(value, Path):
            value = str(value.absolute() if value.exists() else value)  # a manifest may be named as it is in its folder
        if value != field.default:
            words[field.name] = value
    return words


def assemble(raw: Raw, options: LoadOptions, words: Mapping[str, Any], *, to_learn: bool = True) -> Dataset:
    """The one place where labels are numbered, images brought into form and a split is drawn."""
    raw = raw.without_ids()
    facts = raw.facts
    labels, class_names = encode(raw.labels, raw.class_names, facts.source, to_learn=to_learn)
    has_parts = to_learn or splits(raw, labels)
    if has_parts:
        check_split(raw, labels, share=options.test_share)
    packed = pack(raw.pixels, options)
    if packed.unreadable:
        raw, labels = raw.rows(packed.kept), labels[packed.kept]
        if to_learn:
            check_counts(labels, class_names, facts.source)
    arranged = all_test(raw)
    if has_parts:
        arranged = arrange(raw, labels, packed.images, seed=options.seed, share=options.test_share)
    skipped = len(packed.unreadable)
    notes = (told("skipped", n=skipped, which=listed(packed.unreadable)),) if skipped else ()
    depth = (packed.depth_rule,) if packed.depth_rule else ()
    return Dataset(
        name=facts.name,
        images=packed.images,
        labels=labels,
        class_names=class_names,
        groups=arranged.groups,
        split=arranged.split,
        units=arranged.units,
        names=raw.names,  # type: ignore[arg-type]  # made where there are none
        card=DataCard(
            title=facts.title or facts.name,
            origin=facts.origin,
            licence=facts.licence,
            about=facts.about,
            source=facts.source,
            split_rule=arranged.rule,
            resize_rule=packed.resize_rule,
            drawn=arranged.drawn,
            groups_from=arranged.groups_from,
            value_range=packed.levels,
            clipped=options.clip,
            notes=(*facts.notes, *depth, *notes, *arranged.notes),
        ),
        words=words,
    )


def dataset_from_arrays(
    images: np.ndarray,
    labels: np.ndarray,
    *,
    class_names: Sequence[str] | None = None,
    groups: np.ndarray | None = None,
    split: np.ndarray | None = None,
    names: np.ndarray | None = None,
    test_share: float = 0.2,
    seed: int = 0,
) -> Dataset:
    """Which set do these arrays make?

    Parameters
    ----------
    images : array, shape (n, h, w) or (n, h, w, 3)
        uint8 0..255, or floats 0..1.
    labels : array, shape (n,)
        Words or whole numbers; positions in `class_names` where that is given.
    class_names : sequence of str, optional
        The words of the labels 0, 1, ...
    groups : array, shape (n,), optional
        What must not be torn apart by a split: patients.
    split : array, shape (n,), optional
        'train', 'val' or 'test' for each image; by default a test part is drawn.
    names : array, shape (n,), optional
        Which image each is.
    test_share : float
        As in `load_data`.
    seed : int
        As in `load_data`.

    Returns
    -------
    Dataset
        As from `load_data`, with the same checks.

    Raises
    ------
    BadInputError
        Arrays of different lengths, other parts, pixels of another range, one class only.

    Notes
    -----
    `load_data` without files. A run of such a set cannot be asked again by a command.

    Examples
    --------
    >>> import numpy as np
    >>> data = dataset_from_arrays(np.zeros((10, 8, 8), np.uint8), ["cat", "dog"] * 5)
    >>> data.counts, data[0][1]
    ({'train': 8, 'val': 0, 'test': 2}, 'cat')
    """
    pixels = taken_as_pixels(np.asarray(images))
    if class_names is not None and len(set(class_names)) < len(class_names):
        raise BadInputError(f"class_names has one name twice ({some(class_names)}): give each class its own")
    arrays = {"labels": labels, "groups": groups, "split": split, "names": names}
    for word, array in arrays.items():
        if array is not None and np.shape(array) != (len(pixels),):
            raise BadInputError(f"{word} of shape {np.shape(array)} for {len(pixels)} images: give one per image")
    given = {word: None if array is None else _words(array, word) for word, array in arrays.items()}
    if given["split"] is not None and (other := np.setdiff1d(given["split"], PARTS)).size:
        raise BadInputError(f"split has {str(other[0])!r}: give one of {', '.join(PARTS)} for each image")
    if pixels.ndim not in (3, 4) or (pixels.ndim == 4 and pixels.shape[3] != 3):
        raise BadInputError(f"images of shape {pixels.shape}: give (n, height, width) or (n, height, width, 3)")
    raw = Raw(
        Facts("arrays", "arrays in memory"),
        ArrayPixels(pixels if pixels.dtype == np.uint8 else to_uint8(pixels, (0, 1))),
        given["labels"],  # type: ignore[arg-type]  # labels are always given
        None if class_names is None else tuple(class_names),
        given["split"],
        given["groups"],
        given["names"],
    )
    return assemble(raw, LoadOptions(test_share=test_share, seed=seed), {})


def _words(array: Any, word: str) -> np.ndarray:
    """Words as numpy holds them, also where pandas gives objects; what is missing is refused."""
    found = np.asarray(array)
    missing = [value is None or value != value for value in found.tolist()]  # NaN is not itself
    if any(missing):
        raise BadInputError(f"{word} has no value for {sum(missing)} images: give every image its own")
    if found.dtype != object:
        return found
    if not all(isinstance(value, str | int | np.integer) for value in found):
        raise BadInputError(f"{word} holds other things than words and whole numbers: give those")
    return found.astype(str) if any(isinstance(value, str) for value in found) else found.astype(np.int64)
