"""Which sets are known, and which of them are here."""

from dataclasses import dataclass
from pathlib import Path

from tasvir.contracts.errors import DataFileError
from tasvir.data.idx import find_idx
from tasvir.data.known import KNOWN, KnownSet
from tasvir.data.options import LoadOptions
from tasvir.data.search import data_folders, find_files, place_for


@dataclass(frozen=True)
class KnownRow:
    """One line of the list of known sets."""

    name: str
    title: str
    n_classes: int
    image_size: str
    found: bool
    where: str


def list_data(data_dir: Path | None = None) -> list[KnownRow]:
    """Which sets can be named, and where do they lie?

    Parameters
    ----------
    data_dir : path, optional
        Where to look, as in `load_data`.

    Returns
    -------
    list of KnownRow
        `where` is the file or folder, 'embedded', or 'not found: put FILE in DIR'.
    """
    options = LoadOptions(data_dir=data_dir)
    return [_row(known, options) for known in KNOWN.values()]


def _row(known: KnownSet, options: LoadOptions) -> KnownRow:
    found = _find(known, options)
    missing = f"not found: put {', '.join(known.files)} in {place_for(options.data_dir) / known.name}"
    height, width, *channels = known.image_shape
    size = f"{width}x{height}{' RGB' if channels else ''}"
    return KnownRow(known.name, known.title, len(known.class_names), size, bool(found), found or missing)


def _find(known: KnownSet, options: LoadOptions) -> str:
    if not known.files:
        return "embedded"
    if known.reader == "idx":
        try:
            return str(find_idx(known, options)[0][0].parent)
        except DataFileError:
            data_folders(options.data_dir)  # a data_dir that is none is an error here too
            return ""
    files = find_files(known.files[0], data_folders(options.data_dir))
    return str(files[0]) if files else ""
