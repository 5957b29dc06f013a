"""What an output sees of the input: the receptive field, and the step between what two neighbours see; along one axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tasvir.contracts.errors import BadInputError

#: Of places of the input along an axis; what sees more is no net.
MOST_SEEN = 10**12


@dataclass(frozen=True)
class Reach:
    """One layer along one axis.

    A 'window' sees `kernel` places, `rate` apart, and moves on by `stride`; a 'stamp' lays so many, and moves on by `stride` in
    what it gives; 'whole' sees everything.
    """

    kernel: int = 1
    stride: int = 1
    rate: int = 1
    kind: Literal["window", "stamp", "whole"] = "window"

    @property
    def span(self) -> int:
        """Places from the first to the last."""
        return self.rate * (self.kernel - 1) + 1

    def seen(self, n_outputs: int) -> int:
        """Of how many neighbouring inputs (at most) so many neighbouring outputs are made."""
        if self.kind == "window":
            return (n_outputs - 1) * self.stride + self.span
        return (n_outputs - 1 + self.span - 1) // self.stride + 1


WHOLE = Reach(kind="whole")


@dataclass(frozen=True)
class Field:
    """What an output sees of the input (at most), the step, and how that comes; `step` is None where all is seen."""

    size: int
    step: Fraction | None
    formula: str


def field(reaches: Sequence[Reach], n_inputs: int) -> Field:
    """The receptive field behind these layers of an input of so many places.

    >>> field([Reach(3), Reach(5, stride=2, rate=2)], 256)
    Field(size=11, step=Fraction(2, 1), formula='3 + (5-1)*2*1 = 11')
    """
    if any(reach.kind == "whole" for reach in reaches):
        return Field(n_inputs, None, f"{n_inputs:,}")
    back, step, last = _back(reaches), _step(reaches[:-1]), reaches[-1]
    if any(reach.kind == "stamp" for reach in reaches):  # back from one output, layer by layer
        formula = " <- ".join(f"{n:,}" for n in reversed(back))
    elif last.kernel == 1:
        formula = f"{back[-1]:,}"
    else:
        formula = f"{_back(reaches[:-1])[-1]} + ({last.kernel}-1)*{last.rate}*{step} = {back[-1]:,}"
    return Field(back[-1], _step(reaches), formula)


def _back(reaches: Sequence[Reach]) -> list[int]:
    """How many places one output is made of, layer by layer back to the input."""
    back = [1]
    for reach in reversed(reaches):
        back.append(reach.seen(back[-1]))
        if back[-1] > MOST_SEEN:
            raise BadInputError(f"an output would see more than {MOST_SEEN:,} places: give smaller kernels, strides or rates")
    return back


def _step(reaches: Sequence[Reach]) -> Fraction:
    """Between what two neighbours see: windows that move on make it longer, stamps shorter."""
    longer, shorter = (math.prod(reach.stride for reach in reaches if reach.kind == kind) for kind in ("window", "stamp"))
    return Fraction(longer, shorter)
