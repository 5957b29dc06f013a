"""A CSV file of predictions, whatever made them: labels, probabilities or answers, and where named groups, seeds and arms."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.plain import is_number, some
from tasvir.data.readers.manifest import Table, read_table
from tasvir.measures.probabilities import checked_probabilities

LABEL, PREDICTED, GROUP, SEED, ARM, PART = "label", "predicted", "group", "seed", "arm", "part"
#: Columns that say which image a row is of; `tasvir predict` writes some of them.
IMAGE = ("id", "image", "name", "part", "index")
KNOWN = {LABEL, PREDICTED, GROUP, SEED, ARM, *IMAGE}
#: What `tasvir predict` writes before the name of a class.
BEFORE = "probability_"


@dataclass(frozen=True, eq=False)
class Predictions:
    """The rows of one arm at one seed, in the order of the file; `y` and `predicted` are positions in `class_names`."""

    arm: str
    seed: str
    y: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray | None
    groups: np.ndarray | None
    images: tuple[str, ...]


def read_predictions(path: Path, part: str | None = None) -> tuple[tuple[str, ...], list[Predictions]]:
    """The words of the classes, and the predictions of each arm and seed, all of the same images in the same order.

    Where the file has several parts, the rows of `part` are taken; by default those of "test", if there are any.
    """
    table = _of_part(read_table(path), part)
    labels = [_word(cell) for cell in _filled(table, LABEL)]
    columns = _probability_columns(table, labels)
    if columns:
        names, (y, probabilities) = tuple(columns), _probabilities(table, columns, labels)
        predicted = probabilities.argmax(axis=1)
    elif PREDICTED in table.header:
        names, probabilities = tuple(sorted(set(labels))), None
        y, predicted = np.array([names.index(word) for word in labels]), _answers(table, names)
    else:
        raise BadInputError(
            f"{path} has columns {some(table.header)}: give {PREDICTED!r}, or probabilities of each class ({BEFORE}cat, or cat)"
        )
    if len(names) < 2:
        raise BadInputError(f"{path} has labels of one class only ({names[0]}): add rows of another class")
    if missing := [name for place, name in enumerate(names) if place not in y]:
        raise BadInputError(f"{path} has no row with the label {some(missing)}: add rows of each class")
    arms, seeds = (_optional(table, name) for name in (ARM, SEED))
    groups, images = _optional(table, GROUP) if GROUP in table.header else None, _images(table)
    if groups is not None and len(set(groups)) < 2:
        raise BadInputError(f"{path} has one group only ({groups[0]}): leave out the column, or add rows of other groups")
    found: list[Predictions] = []
    for arm, seed in dict.fromkeys(zip(arms, seeds, strict=True)):
        rows = np.array([i for i, which in enumerate(zip(arms, seeds, strict=True)) if which == (arm, seed)])
        rows = _in_order(table, rows, images, first=found[0] if found else None)
        one = Predictions(
            arm,
            seed,
            y[rows],
            predicted[rows],
            None if probabilities is None else probabilities[rows],
            None if groups is None else np.array(groups)[rows],
            tuple(images[row] for row in rows) if images else (),
        )
        _check_same(path, one, found)
        found.append(one)
    return names, found


def _of_part(table: Table, part: str | None) -> Table:
    if PART not in table.header:
        if part is not None:
            raise BadInputError(f"{table.path} has no column {PART!r} for --part {part}: add it, or score all rows")
        return table
    words = table.column(PART, "--part")
    wanted = part or ("test" if "test" in words else None)
    rows = [i for i, word in enumerate(words) if wanted in (None, word)]
    if not rows:
        raise BadInputError(f"{table.path} has no rows of part {wanted!r} ({some(dict.fromkeys(words))}): name another part")
    return Table(table.path, table.header, [table.rows[i] for i in rows], [table.lines[i] for i in rows])


def _filled(table: Table, name: str) -> list[str]:
    if name not in table.header:
        raise BadInputError(f"{table.path} has no column {name!r} ({some(table.header)}): name the column so")
    cells = table.column(name, "another name")
    if "" in cells:
        raise BadInputError(f"{table.path} line {table.lines[cells.index('')]} has nothing in column {name!r}: fill it")
    return cells


def _optional(table: Table, name: str) -> list[str]:
    return _filled(table, name) if name in table.header else [""] * len(table.rows)


def _word(cell: str) -> str:
    """A word as it was before `harmless_cell` put a quote before it."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell


def _probability_columns(table: Table, labels: list[str]) -> dict[str, str]:
    """Class -> name of its column: those that begin with "probability_", else those that are called as a label is."""
    told = {_word(name.removeprefix(BEFORE)): name for name in table.header if name.startswith(BEFORE)}
    columns = told or {_word(name): name for name in table.header if _word(name) in set(labels) - KNOWN}
    if columns and (missing := sorted(set(labels) - set(columns))):
        raise BadInputError(f"{table.path} has labels without a column of probabilities ({some(missing)}): add a column for each")
    return columns


def _probabilities(table: Table, columns: dict[str, str], labels: list[str]) -> tuple[np.ndarray, np.ndarray]:
    cells = [table.column(name, "another name") for name in columns.values()]
    try:
        numbers = np.array(cells, dtype=float).T
    except ValueError:
        row, word = next((i, cell) for column in cells for i, cell in enumerate(column) if not is_number(cell))
        raise BadInputError(f"{table.path} line {table.lines[row]}: {word!r} is no probability: give a number of 0..1") from None
    if numbers.shape[1] == 1:
        raise BadInputError(
            f"{table.path} has probabilities of one class only ({next(iter(columns))}): give a column for each class, called "
            "probability_CLASS, and rows of two classes at least"
        )
    return checked_probabilities(labels, numbers, tuple(columns), named=_line_of(table))


def _line_of(table: Table) -> Callable[[int], str]:
    return lambda row: f"{table.path} line {table.lines[row]}"


def _answers(table: Table, names: tuple[str, ...]) -> np.ndarray:
    places = {name: place for place, name in enumerate(names)}
    words = [_word(cell) for cell in _filled(table, PREDICTED)]
    for row, word in enumerate(words):
        if word not in places:
            where = _line_of(table)(row)
            raise BadInputError(f"{where}: the predicted class {word!r} is no label ({some(names)}): use the labels' words")
    return np.array([places[word] for word in words])


def _images(table: Table) -> list[str]:
    """Which image each row is of; empty where no column says so."""
    columns = [table.column(name, "another name") for name in IMAGE if name in table.header and name != PART]
    more = [table.column(PART, "another name")] if columns and PART in table.header else []
    return [" ".join(words) for words in zip(*columns, *more, strict=True)] if columns else []


def _in_order(table: Table, rows: np.ndarray, images: list[str], *, first: Predictions | None) -> np.ndarray:
    """The rows of one arm and seed in the order of the first one's images; as they stand, where no column names images."""
    if not images:
        return rows
    place: dict[str, int] = {}
    for row in rows:
        if images[row] in place:
            lines = f"{table.lines[place[images[row]]]} and {table.lines[row]}"
            raise BadInputError(f"{table.path} has the image {images[row]!r} in lines {lines} of one arm and seed: remove one")
        place[images[row]] = int(row)
    if first is None:
        return rows
    if odd := sorted(set(place) ^ set(first.images)):
        raise BadInputError(
            f"{table.path}: not every arm and seed has the same images ({some(odd, 3)}): give each of them the same"
        )
    return np.array([place[image] for image in first.images])


def _check_same(path: Path, one: Predictions, found: list[Predictions]) -> None:
    """Arms and seeds are compared image by image, so all of them need the same."""
    for other in found[:1]:
        which = f"{' '.join(filter(None, (one.arm, one.seed)))!r} and {' '.join(filter(None, (other.arm, other.seed)))!r}"
        if len(one.y) != len(other.y):
            raise BadInputError(f"{path}: {len(one.y)} and {len(other.y)} rows of {which}: give the same images for each")
        if not np.array_equal(one.y, other.y):
            raise BadInputError(f"{path}: the labels of {which} differ: give the same images in the same order, or a column 'id'")
        if one.groups is not None and other.groups is not None and not np.array_equal(one.groups, other.groups):
            raise BadInputError(f"{path}: the groups of {which} differ: give each image the same group")
