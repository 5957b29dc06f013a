"""What every layer of the little language is: settings that a person writes, and its work on an example of some size."""

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.reach import Reach
from tasvir.nets.arithmetic.sizes import THINGS, Size, written

#: One number for all axes, or one an axis.
Sides = tuple[int, ...]
#: Names that say how many numbers a size has.
_ONLY = {"conv1d": (2,), "conv2d": (3,)}


@dataclass(frozen=True)
class Work:
    """What a layer does with an example: see `Row`; `reaches` has one a spatial axis."""

    output: Size
    reaches: tuple[Reach, ...]
    trainable: int = 0
    not_trainable: int = 0
    multiply_adds: int = 0
    formulas: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Layer(ABC):
    """Abstract: a frozen dataclass of settings, in the order in which they are written; `name` is what it is called."""

    #: How many numbers the size of an example may have.
    takes: ClassVar[tuple[int, ...]] = (1, 2, 3)
    #: So many settings may be given by their place.
    by_place: ClassVar[int] = 1
    name: str = field(default="", kw_only=True)

    @abstractmethod
    def work(self, size: Size) -> Work:
        """Its work on an example of this size, which `takes` allows."""

    def check(self, size: Size) -> None:
        """Refuse an example of a kind that it does not take."""
        takes = _ONLY.get(self.name, self.takes)
        if len(size) not in takes:
            taken = " or ".join(THINGS[n] for n in takes)
            todo = "put flatten before it" if takes == (1, 2) else "put it elsewhere, or change the input"
            raise BadInputError(f"takes {taken}, and gets {written(size)}: {todo}")

    def on(self, size: Size) -> "Layer":
        """The same, as it is written for examples of this size."""
        return self

    def __str__(self) -> str:
        said = []
        settings = [one for one in dataclasses.fields(self) if one.name != "name"]
        for place, one in enumerate(settings):
            value = getattr(self, one.name)
            if value == one.default:
                continue
            text = written(value) if isinstance(value, tuple) else str(value)
            if isinstance(value, bool):
                text = "yes" if value else "no"
            said.append(text if place < self.by_place else f"{one.name}={text}")
        return f"{self.name}({', '.join(said)})" if said else self.name


def sides(values: Sides, n_axes: int, what: str) -> Sides:
    """One number an axis."""
    if len(values) == 1:
        return values * n_axes
    if len(values) != n_axes:
        raise BadInputError(f"{what} {written(values)} has {len(values)} sizes, and there is one axis: give one number")
    return values


def equals(expression: str, value: int) -> str:
    """A formula with its numbers, and what it gives."""
    return f"{expression} = {value:,}" if expression != str(value) else f"{value:,}"


def each(formulas: list[str]) -> tuple[str, ...]:
    """One formula an axis; once where they are equal."""
    return tuple(dict.fromkeys(formulas))


def through(size: Size) -> tuple[Reach, ...]:
    """Of a layer that looks at each place alone."""
    return (Reach(),) * (len(size) - 1)
