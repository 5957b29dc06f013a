"""Dense layers, and what brings images and sequences to them."""

import math
from dataclasses import dataclass
from typing import ClassVar

from tasvir.nets.arithmetic.layer import Layer, Work, equals, through
from tasvir.nets.arithmetic.reach import WHOLE, Reach
from tasvir.nets.arithmetic.sizes import Size, written


@dataclass(frozen=True)
class Dense(Layer):
    """`units` weighted sums of all features; of a sequence, the same for each of its steps."""

    takes: ClassVar[tuple[int, ...]] = (1, 2)
    units: int = 0
    bias: bool = True

    def work(self, size: Size) -> Work:
        *steps, features = size
        n = (features + self.bias) * self.units
        times = math.prod(steps) * features * self.units
        return Work(
            (*steps, self.units),
            through(size),
            trainable=n,
            multiply_adds=times,
            formulas={
                "parameters": (equals(f"({features} + 1)*{self.units}" if self.bias else f"{features}*{self.units}", n),),
                "multiply_adds": (equals("*".join(map(str, (*size, self.units))), times),),
            },
        )


@dataclass(frozen=True)
class Flatten(Layer):
    """All numbers in a row. Its receptive field is that of all of them together: what a dense layer behind it sees."""

    def work(self, size: Size) -> Work:
        n = math.prod(size)
        return Work((n,), (WHOLE,) * (len(size) - 1), formulas={"output": (equals(written(size).replace("x", "*"), n),)})


@dataclass(frozen=True)
class Last(Layer):
    """The last step of a sequence: what a recurrent layer has seen at the end."""

    takes: ClassVar[tuple[int, ...]] = (2,)

    def work(self, size: Size) -> Work:
        return Work(size[-1:], (Reach(),))
