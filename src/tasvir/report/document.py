"""What a report is made of, before anything is drawn: chapters of sentences, tables and figures."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from string import Formatter
from typing import TYPE_CHECKING, Any, Literal

from tasvir.report.numbers import Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: matplotlib's line styles; none for a marker alone.
Line = Literal["-", "--", "-.", ":", ""]


@dataclass(frozen=True)
class Sentence:
    """Words with numbers between them that know their record."""

    parts: tuple[str | Shown, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))


def say(text: str, **shown: "Shown | str | Sentence") -> Sentence:
    """Put numbers, or words that hold numbers, into words.

    >>> str(say("It is right for {share} of them.", share=Shown("97 %", "classifier/0 accuracy")))
    'It is right for 97 % of them.'
    """
    parts: list[str | Shown] = []
    for words, name, _, _ in Formatter().parse(text):
        if words:
            parts.append(words)
        if name is not None:
            value = shown[name]
            parts += value.parts if isinstance(value, Sentence) else [value]
    return Sentence(tuple(parts))


def listed(sentences: Iterable[Sentence], between: str = ", ") -> Sentence:
    """Several pieces as one: 'a, b'."""
    parts = [part for piece in sentences for part in (between, *piece.parts)]
    return Sentence(tuple(parts[1:]))


def capital(title: str) -> str:
    """A title at the beginning of a sentence; 'k-NN' stays as it is."""
    return title[:1].upper() + title[1:] if title[1:2] != "-" else title


def named(title: str) -> str:
    """A title that stands alone: 'the conditional VAE' is 'Conditional VAE'."""
    return capital(title.removeprefix("the "))


@dataclass(frozen=True)
class Prose:
    """A paragraph. `role` is 'text', 'list', 'analysis' (computed from the records), 'verdict' or 'trouble' (what failed)."""

    sentences: tuple[Sentence, ...]
    role: str = "text"


@dataclass(frozen=True)
class Table:
    """Rows under column heads; a row's first cell names it. Rows in `bold` are set off."""

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | Shown, ...], ...]
    bold: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Panel:
    """One drawing of a figure: `draw` fills matplotlib axes. A wide one takes the full width and has no words inside."""

    title: str
    draw: Callable[["Axes"], None]
    width_in: float = 3.6
    height_in: float = 2.7
    wide: bool = False


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a matplotlib marker or line style with its colour."""

    label: str
    colour: str
    marker: str = "o"
    line: Line = ""


@dataclass(frozen=True)
class Figure:
    """Panels under one number, with a caption below; `alt` says in words what is to be seen."""

    name: str
    caption: str
    alt: str
    panels: tuple[Panel, ...]
    keys: tuple[Key, ...] = ()
    panel_rem: float = 20.0


Block = Prose | Table | Figure


@dataclass(frozen=True)
class Chapter:
    """A title, what is in it, the one sentence it gives to the summary at the top, and the terminal's `line` it stands in."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    headline: Sentence | None = None
    line: str = ""


@dataclass(frozen=True)
class Report:
    """All that is shown, numbered; every renderer starts from it."""

    title: str
    details: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    numbers: Mapping[str, str] = field(default_factory=dict)

    def label(self, block: Table | Figure) -> str:
        """'Table 2' or 'Figure 5'."""
        return self.numbers[block.name]

    def blocks(self, kind: type) -> tuple[Any, ...]:
        """All tables, or all figures, in order."""
        return tuple(b for chapter in self.chapters for b in chapter.blocks if isinstance(b, kind))


def assemble(title: str, details: tuple[str, ...], chapters: tuple[Chapter, ...]) -> Report:
    """Number tables and figures in the order in which they are read."""
    report = Report(title, details, chapters)
    names = [part.name for part in (*chapters, *report.blocks(Table), *report.blocks(Figure))]
    if len(set(names)) < len(names):
        raise AssertionError(f"two parts of the report have one name: {sorted(names)}")
    numbered = (enumerate(report.blocks(kind), start=1) for kind in (Table, Figure))
    numbers = {block.name: f"{type(block).__name__} {n}" for blocks in numbered for n, block in blocks}
    return Report(title, details, chapters, numbers)


def analysis(*sentences: Sentence | None) -> Prose:
    """What the records say, without the sentences they could not support."""
    return Prose(tuple(s for s in sentences if s is not None), "analysis")


def trouble(problems: Mapping[str, str]) -> tuple[Prose, ...]:
    """One paragraph that names each part that failed and why; nothing where all is well."""
    sentences = tuple(say("This part failed: {cell}: {why}.", cell=c, why=w.rstrip(".")) for c, w in problems.items())
    return (Prose(sentences, "trouble"),) if sentences else ()
