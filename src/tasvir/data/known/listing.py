"""Which sets are known, and which of them are here."""

from dataclasses import dataclass
from pathlib import Path

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.known.facts import KNOWN, KnownSet, find_known, plain
from tasvir.data.known.fetch import fetch
from tasvir.data.known.search import data_folders, find_files, official_idx, place_for
from tasvir.data.options import LoadOptions


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


def fetch_data(name: str) -> Path:
    """Download a known set into the user's cache, where it is not yet.

    Parameters
    ----------
    name : str
        One of the names that `list_data` gives.

    Returns
    -------
    Path
        The folder that holds its files.

    Raises
    ------
    BadInputError
        For a name that is not known, or a set that comes with scikit-learn.
    DataFileError
        When no address gives the file with the right hash; the line says where to put it by hand.
    """
    known = find_known(name)
    if known is None or not known.remotes:
        raise BadInputError(f"nothing to download for {name!r}: choose one of `tasvir data list` that is not embedded")
    return fetch(known)


def _row(known: KnownSet, options: LoadOptions) -> KnownRow:
    found = _find(known, options)
    missing = f"not found: put {', '.join(known.files)} in {place_for(known, options.data_dir)}"
    height, width, *channels = known.image_shape
    size = f"{width}x{height}{' RGB' if channels else ''}"
    return KnownRow(known.name, known.title, len(known.class_names), size, bool(found), found or missing)


def _find(known: KnownSet, options: LoadOptions) -> str:
    if not known.files:
        return "embedded"
    folders = data_folders(options.data_dir)
    if known.reader == "idx":
        files = find_files(known.files[0], folders)
        if named := [path for path in files if plain(path.parent.name) == known.name]:
            return str(named[0].parent)  # its name tells: no image is unpacked for a list
        try:
            return str(official_idx(known, files)[0].parent)
        except DataFileError:
            return ""
    files = [path for name in known.files for path in find_files(name, folders)]
    return str(files[0] if known.reader == "npz" else files[0].parent) if files else ""
