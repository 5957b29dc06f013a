"""Bars: how many images each class has, or one value after the other."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tasvir.report.cells import Reading
from tasvir.report.document import Key, Panel
from tasvir.report.names import PARTS
from tasvir.report.numbers import percent
from tasvir.report.palette import ACCENT, SECOND, SOFT, TINT
from tasvir.report.words.message import Words, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

_LOOKS: dict[str, tuple[str, Words]] = {
    "train": (ACCENT, PARTS["train"]),
    "val": (SECOND, PARTS["val"]),
    "test": (TINT, PARTS["test"]),
    "kept": (ACCENT, say("real images that are kept")),
    "added": (TINT, say("added to complete the class")),
}
_MOST_NAMES = 40


def class_histogram(counts: Mapping[str, Sequence[int]], class_names: Sequence[str]) -> Panel:
    """One bar a class, its parts one after the other."""
    named = len(class_names) <= _MOST_NAMES
    positions = range(len(class_names))

    def draw(axes: "Axes", words: "Language") -> None:
        left = [0] * len(class_names)
        for part, numbers in counts.items():
            axes.barh(positions, numbers, left=left, height=0.72 if named else 1.0, color=_look(part)[0])
            left = [a + b for a, b in zip(left, numbers, strict=True)]
        axes.set_yticks(positions if named else [], [shortened(name) for name in class_names] if named else [])
        for position, total in enumerate(left if named else ()):
            axes.annotate(words.decimal(total), (total, position), (3, 0), textcoords="offset points", va="center")
        axes.set_ylim(len(class_names) - 0.5, -0.5)
        axes.margins(x=0.12 if named else 0)
        axes.spines[["left", "bottom"]].set_visible(False)
        if named:
            axes.set_xticks([])  # each bar has its number
        else:
            axes.set_ylabel(words(say("classes in their order")))

    return Panel("", draw, 4.0, 0.35 + 0.235 * len(class_names) if named else 4.0)


def part_keys(counts: Mapping[str, Sequence[int]]) -> tuple[Key, ...]:
    """The legend of the parts."""
    looks = map(_look, counts)
    return tuple(Key(label, colour, "s") for colour, label in looks)


def value_bars(title: Words, values: Sequence[float], *, x_name: Words, y_name: Words) -> Panel:
    """One upright bar a value, in the order given."""

    def draw(axes: "Axes", words: "Language") -> None:
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        axes.bar(range(1, len(values) + 1), values, width=0.8, color=ACCENT)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(FuncFormatter(lambda value, _: words.plain(float(value))))
        axes.set(xlabel=words(x_name), ylabel=words(y_name), xlim=(0.4, len(values) + 0.6))
        axes.grid(axis="y")
        axes.spines["left"].set_visible(False)

    return Panel(title, draw, 3.6, 2.3)


def probability_bars(title: Words, names: Sequence[str], shares: Sequence[float]) -> Panel:
    """One bar a class, from 0 to 1, the most probable first."""

    def draw(axes: "Axes", words: "Language") -> None:
        axes.barh(range(len(names)), shares, height=0.36, color=ACCENT)
        for place, (name, share) in enumerate(zip(names, shares, strict=True)):
            told = f"{shortened(name, 12)}  {words(percent(Reading(float(share))))}"
            axes.text(0, place - 0.24, told, va="bottom", fontsize=7, color=SOFT)
        axes.set(xlim=(0, 1), ylim=(len(names) - 0.6, -0.85), yticks=[], xticks=[])
        axes.spines[["left", "bottom"]].set_visible(False)

    return Panel(title, draw, 1.3, 1.3)


def _look(part: str) -> tuple[str, Words]:
    return _LOOKS.get(part, (ACCENT, part))


def shortened(name: str, most: int = 18) -> str:
    """A name that fits beside an axis."""
    return name if len(name) <= most else name[: most - 1] + "…"
