"""How many images each class has."""

from collections.abc import Mapping, Sequence

from tasvir.report.document import Key, Panel
from tasvir.report.palette import ACCENT, SECOND, TINT

_COLOURS = {"train": ACCENT, "val": SECOND, "test": TINT}
_MOST_ROWS = 40


def class_histogram(counts: Mapping[str, Sequence[int]], class_names: Sequence[str]) -> Panel:
    """One bar a class, its parts one after the other."""
    rows = min(len(class_names), _MOST_ROWS)

    def draw(axes) -> None:
        positions = range(len(class_names))
        left = [0] * len(class_names)
        for part, numbers in counts.items():
            axes.barh(positions, numbers, left=left, height=0.72, color=_COLOURS.get(part, ACCENT))
            left = [a + b for a, b in zip(left, numbers, strict=True)]
        if len(class_names) <= _MOST_ROWS:
            axes.set_yticks(positions, [shortened(name) for name in class_names])
            for position, total in enumerate(left):
                axes.annotate(f"{total:,}", (total, position), (3, 0), textcoords="offset points", va="center")
        axes.set_ylim(len(class_names) - 0.5, -0.5)
        axes.margins(x=0.12)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.set_xticks([])

    return Panel("", draw, 4.0, 0.35 + 0.235 * rows)


def part_keys(counts: Mapping[str, Sequence[int]]) -> tuple[Key, ...]:
    """The legend of the parts."""
    words = {"train": "training", "val": "validation", "test": "test"}
    return tuple(Key(words.get(part, part), _COLOURS.get(part, ACCENT), "s") for part in counts)


def shortened(name: str, most: int = 18) -> str:
    """A name that fits beside an axis."""
    return name if len(name) <= most else name[: most - 1] + "…"
