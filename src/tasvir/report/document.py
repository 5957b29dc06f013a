"""What a report is made of, before a language is chosen and anything is drawn: chapters of sentences, tables and figures."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from tasvir.report.numbers import count, share_of
from tasvir.report.words.message import Sentence, Words, listed, literal, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

#: matplotlib's line styles; none for a marker alone.
Line = Literal["-", "--", "-.", ":", ""]
#: At most so many parts that failed alike are named.
MOST_TOLD = 3
#: At most so many pictures of a series are on a page.
MOST_FRAMES = 12
T = TypeVar("T")
#: Fills matplotlib axes in a language.
Draw = Callable[["Axes", "Language"], None]


@dataclass(frozen=True)
class Prose:
    """A paragraph. `role` is 'text', 'list', 'analysis' (computed from the records), 'verdict' or 'trouble' (what failed)."""

    sentences: tuple[Words, ...]
    role: str = "text"


@dataclass(frozen=True)
class Table:
    """Rows under column heads; a row's first cell names it. Rows in `bold` are set off."""

    name: str
    caption: Words
    columns: tuple[Words, ...]
    rows: tuple[tuple[Words, ...], ...]
    bold: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Panel:
    """One drawing of a figure: `draw` fills matplotlib axes. A wide one takes the full width and has no words inside."""

    title: Words
    draw: Draw
    width_in: float = 3.6
    height_in: float = 2.7
    wide: bool = False


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a matplotlib marker or line style with its colour."""

    label: Words
    colour: str
    marker: str = "o"
    line: Line = ""


@dataclass(frozen=True)
class Figure:
    """Panels under one number, with a caption below; `alt` says in words what is to be seen."""

    name: str
    caption: Words
    alt: Words
    panels: tuple[Panel, ...]
    keys: tuple[Key, ...] = ()
    panel_rem: float = 20.0


@dataclass(frozen=True, eq=False)
class Frame:
    """What one panel shows at one time: images (n, h, w[, 3]) uint8, drawn as a grid; its title says when."""

    title: Words
    images: np.ndarray

    def __post_init__(self) -> None:
        shape = self.images.shape
        if self.images.dtype != np.uint8 or len(shape) < 3 or shape[3:] not in ((), (3,)) or not self.images.size:
            raise ValueError(f"images are (n, h, w[, 3]) of uint8, and not {shape} of {self.images.dtype}")


@dataclass(frozen=True)
class Series:
    """One panel over time."""

    title: Words
    frames: tuple[Frame, ...]

    def named(self, frame: Frame) -> Words:
        """'the GAN, epoch 6'."""
        return listed((title for title in (self.title, frame.title) if title), ", ")


@dataclass(frozen=True)
class Frames:
    """Series beside each other that one slider moves together; without it, and on paper, each shows its last frame."""

    name: str
    caption: Words
    alt: Words
    series: tuple[Series, ...]

    @property
    def steps(self) -> tuple[Words, ...]:
        """What each place of the slider is called: as the frames there, where no series says otherwise; else '3 of 8'."""
        titles = [tuple(frame.title for frame in one.frames) for one in self.series]
        longest = max(titles, key=len)
        if all(longest[: len(own)] == own for own in titles):
            return longest
        return tuple(share_of(k, len(longest), "") for k in range(1, len(longest) + 1))


@dataclass(frozen=True, eq=False)
class Layer:
    """A linear map of a decoder that the page runs: weights (O, I) int16, each row times its scale, and the bias (O,) float32."""

    weights: np.ndarray
    scales: np.ndarray
    bias: np.ndarray


@dataclass(frozen=True, eq=False)
class Explorer:
    """A plane of codes to drag in, and the image that a dense decoder draws there; where no script runs, the `still` is seen.

    Between the layers stands a ReLU, after the last the logistic function; the outputs are an image of `image_shape` (h, w[, 3])
    row by row. `points` (n, 2) with their `labels` lie below, in the colours of the `keys`; the plane reaches from -`limit` to
    `limit`.
    """

    name: str
    caption: Words
    alt: Words
    still: Panel
    layers: tuple[Layer, ...]
    image_shape: tuple[int, ...]
    points: np.ndarray
    labels: np.ndarray
    limit: float
    keys: tuple[Key, ...] = ()

    def __post_init__(self) -> None:
        sizes = [2, *(len(layer.bias) for layer in self.layers)]
        shapes = [(out, given) for given, out in pairwise(sizes)]
        fitting = [layer.weights.shape == shape for layer, shape in zip(self.layers, shapes, strict=True)]
        if not all(fitting) or sizes[-1] != math.prod(self.image_shape):
            raise ValueError(f"layers of {sizes} numbers do not draw images of {self.image_shape} from two numbers")


#: What is numbered as a figure.
Drawing = Figure | Frames | Explorer
Block = Prose | Table | Drawing


@dataclass(frozen=True)
class Chapter:
    """A title, what is in it, the words it gives to the summary at the top, and the terminal's `line` they stand in."""

    name: str
    title: Sentence
    blocks: tuple[Block, ...]
    headline: Words | None = None
    line: Sentence | None = None


@dataclass(frozen=True)
class Report:
    """All that is shown, numbered; every renderer starts from it and a language.

    `origin` says what it was drawn from, where that is no run's records.
    """

    title: str
    details: tuple[Words, ...]
    chapters: tuple[Chapter, ...]
    numbers: Mapping[str, Sentence] = field(default_factory=dict)
    origin: Sentence | None = None

    def label(self, block: Table | Drawing) -> Sentence:
        """'Table 2' or 'Figure 5'."""
        return self.numbers[block.name]

    def number(self, block: Table | Drawing) -> int:
        """Its number among the tables, or the figures."""
        kind = Table if isinstance(block, Table) else Drawing
        return [other.name for other in self.blocks(kind)].index(block.name) + 1

    def blocks(self, kind: type | UnionType) -> tuple[Any, ...]:
        """All tables, or all figures (`Drawing`), in order."""
        return tuple(b for chapter in self.chapters for b in chapter.blocks if isinstance(b, kind))


def assemble(title: str, details: tuple[Words, ...], chapters: tuple[Chapter, ...]) -> Report:
    """Number tables and figures in the order in which they are read."""
    report = Report(title, details, chapters)
    tables, figures = report.blocks(Table), report.blocks(Drawing)
    names = [part.name for part in (*chapters, *tables, *figures)]
    if len(set(names)) < len(names):
        raise AssertionError(f"two parts of the report have one name: {sorted(names)}")
    numbers = {b.name: say("Table {n}", n=count(i)) for i, b in enumerate(tables, start=1)}
    numbers |= {b.name: say("Figure {n}", n=count(i)) for i, b in enumerate(figures, start=1)}
    return Report(title, details, chapters, numbers)


def chapter(
    name: str,
    title: Sentence,
    *blocks: Block | None,
    headline: Words | None = None,
    line: Sentence | None = None,
) -> Chapter:
    """A chapter of what there is: blocks without content are None, and left out."""
    return Chapter(name, title, tuple(block for block in blocks if block is not None), headline, line)


def prose(*sentences: Words | None, role: str = "text") -> Prose | None:
    """A paragraph of the sentences that there are."""
    said = tuple(sentence for sentence in sentences if sentence is not None)
    return Prose(said, role) if said else None


def analysis(*sentences: Words | None) -> Prose | None:
    """What the records say, without the sentences they could not support."""
    return prose(*sentences, role="analysis")


def table(
    name: str, caption: Words, *, columns: Sequence[Words], rows: Iterable[Sequence[Words]], bold: Iterable[int] = ()
) -> Table | None:
    """A table of the rows that there are."""
    found = tuple(tuple(row) for row in rows)
    return Table(name, caption, tuple(columns), found, frozenset(bold)) if found else None


def figure(
    name: str, caption: Words, *, alt: Words, panels: Iterable[Panel | None], keys: tuple[Key, ...] = (), panel_rem: float = 20.0
) -> Figure | None:
    """A figure of the panels that there are."""
    found = tuple(panel for panel in panels if panel is not None)
    return Figure(name, caption, alt, found, keys, panel_rem) if found else None


def frames(name: str, caption: Words, *, alt: Words, series: Iterable[Series | None]) -> Frames | None:
    """A slider over the series that there are, each thinned to what a page holds."""
    found = tuple(Series(one.title, thinned(one.frames)) for one in series if one is not None and one.frames)
    return Frames(name, caption, alt, found) if found else None


def thinned(items: Sequence[T], most: int = MOST_FRAMES) -> tuple[T, ...]:
    """At most so many (two or more) of them, evenly spread: the first, the last, and equal steps between, to one more or less.

    >>> thinned(range(101), 5)
    (0, 25, 50, 75, 100)
    """
    if len(items) <= most:
        return tuple(items)
    return tuple(items[i * (len(items) - 1) // (most - 1)] for i in range(most))


def trouble(problems: Mapping[str, Words]) -> Prose | None:
    """What failed and why, a line each; many parts that failed alike, as those of a run that is not finished, share a line."""
    told = []
    alike = [(why, [cell for cell, own in problems.items() if own == why]) for why in _different(problems.values())]
    for why, cells in alike:
        if len(cells) > MOST_TOLD:
            told.append(_many_failed(cells, why))
        else:
            told += [say("This part failed: {cell}: {why}.", cell=literal(cell), why=_ended(why)) for cell in cells]
    return prose(*told, role="trouble")


def _different(reasons: Iterable[Words]) -> list[Words]:
    found: list[Words] = []
    for why in reasons:
        if why not in found:
            found.append(why)
    return found


def _many_failed(cells: Sequence[str], why: Words) -> Sentence:
    some = listed(map(literal, cells[:MOST_TOLD]), ", ")
    n_more = count(len(cells) - MOST_TOLD)
    return say("These parts failed: {cells} and {n} more: {why}.", cells=some, n=n_more, why=_ended(why))


def _ended(why: Words) -> Words:
    return why.rstrip(".") if isinstance(why, str) else why
