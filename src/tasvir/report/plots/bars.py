"""How many images each class has."""

from collections.abc import Mapping, Sequence

from tasvir.report.document import Key, Panel
from tasvir.report.palette import ACCENT, SECOND, TINT

_COLOURS = {"train": ACCENT, "val": SECOND, "test": TINT}
_MOST_NAMES = 40


def class_histogram(counts: Mapping[str, Sequence[int]], class_names: Sequence[str]) -> Panel:
    """One bar a class, its parts one after the other."""
    named = len(class_names) <= _MOST_NAMES
    positions = range(len(class_names))

    def draw(axes) -> None:
        left = [0] * len(class_names)
        for part, numbers in counts.items():
            axes.barh(positions, numbers, left=left, height=0.72 if named else 1.0, color=_COLOURS.get(part, ACCENT))
            left = [a + b for a, b in zip(left, numbers, strict=True)]
        axes.set_yticks(positions if named else [], [shortened(name) for name in class_names] if named else [])
        for position, total in enumerate(left if named else ()):
            axes.annotate(f"{total:,}", (total, position), (3, 0), textcoords="offset points", va="center")
        axes.set_ylim(len(class_names) - 0.5, -0.5)
        axes.margins(x=0.12 if named else 0)
        axes.spines[["left", "bottom"]].set_visible(False)
        if named:
            axes.set_xticks([])  # each bar has its number
        else:
            axes.set_ylabel("classes in their order")

    return Panel("", draw, 4.0, 0.35 + 0.235 * len(class_names) if named else 4.0)


def part_keys(counts: Mapping[str, Sequence[int]]) -> tuple[Key, ...]:
    """The legend of the parts."""
    words = {"train": "training", "val": "validation", "test": "test"}
    return tuple(Key(words.get(part, part), _COLOURS.get(part, ACCENT), "s") for part in counts)


def shortened(name: str, most: int = 18) -> str:
    """A name that fits beside an axis."""
    return name if len(name) <= most else name[: most - 1] + "…"
