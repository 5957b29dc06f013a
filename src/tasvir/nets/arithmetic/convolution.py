"""Convolutions, dilated ones among them: each output is a weighted sum of what lies under the kernel, and of all channels."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, ClassVar

from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.layer import Layer, Sides, Work, each, equals, sides
from tasvir.nets.arithmetic.sizes import Size, written
from tasvir.nets.arithmetic.windows import Padding, same_notes, windows


@dataclass(frozen=True)
class Convolution(Layer):
    """`filters` channels from a `kernel`; in `groups`, each output sees its share of the channels alone."""

    takes: ClassVar[tuple[int, ...]] = (3, 2)
    by_place: ClassVar[int] = 3
    filters: int = 0
    kernel: Sides = ()
    padding: Padding = "valid"
    stride: Sides = (1,)
    rate: Sides = (1,)
    groups: int = 1
    bias: bool = True

    def on(self, size: Size) -> "Convolution":
        return dataclasses.replace(self, kernel=sides(self.kernel, len(size) - 1, "kernel"))

    def work(self, size: Size) -> Work:
        found = windows(size, self.kernel, self.padding, stride=self.stride, rate=self.rate)
        output = (*(one.n_outputs for one in found), self.filters)
        kernel = sides(self.kernel, len(found), "kernel")
        trainable, parameters = learned(kernel, (size[-1], self.filters), groups=self.groups, bias=self.bias)
        per_output = math.prod(kernel) * (size[-1] // self.groups)
        products = f"{written(output)}*{written(kernel)}*{shared(size[-1], self.groups)}".replace("x", "*")
        padded = each([one.formula for one in found if one.formula])
        return Work(
            output,
            tuple(one.reach for one in found),
            trainable=trainable,
            multiply_adds=math.prod(output) * per_output,
            formulas=({"padding": padded} if padded else {})
            | {
                "output": each([one.output for one in found]),
                "parameters": (parameters,),
                "multiply_adds": (equals(products, math.prod(output) * per_output),),
            },
            notes=(*same_notes(found, self.padding), *self._keras()),
        )

    def _keras(self) -> list[dict[str, Any]]:
        return [{"note": "stride_and_rate"}] if max(self.stride) > 1 and max(self.rate) > 1 else []


def learned(kernel: Sides, fans: tuple[int, int], *, groups: int, bias: bool) -> tuple[int, str]:
    """How many numbers a kernel between so many channels learns, and the formula."""
    fan_in, fan_out = fans
    if fan_in % groups or fan_out % groups:
        raise BadInputError(
            f"groups={groups} does not divide {fan_in} channels into {fan_out}: give a number that divides both, as "
            f"{math.gcd(fan_in, fan_out)}"
        )
    weights = f"{written(kernel)}*{shared(fan_in, groups)}".replace("x", "*")
    n = (math.prod(kernel) * (fan_in // groups) + bias) * fan_out
    return n, equals(f"({weights} + 1)*{fan_out}" if bias else f"{weights}*{fan_out}", n)


def shared(channels: int, groups: int) -> str:
    """How many channels an output sees, as a formula."""
    return f"{channels}/{groups}" if groups > 1 else str(channels)
