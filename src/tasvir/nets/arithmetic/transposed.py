"""Transposed convolutions: each input lays the kernel, times its value, onto the output, and where kernels overlap they add."""

import dataclasses
import math
from dataclasses import dataclass
from typing import ClassVar

from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.convolution import learned, shared
from tasvir.nets.arithmetic.layer import Layer, Sides, Work, each, equals, sides
from tasvir.nets.arithmetic.reach import Reach
from tasvir.nets.arithmetic.sizes import Size, written
from tasvir.nets.arithmetic.windows import Padding, zeros_of


@dataclass(frozen=True)
class Stamp:
    """A kernel that `n` places lay, with so much cut off on each side and given back at the end."""

    n: int
    reach: Reach
    padding: int
    output_padding: int

    @property
    def n_outputs(self) -> int:
        return (self.n - 1) * self.reach.stride - 2 * self.padding + self.reach.span + self.output_padding

    @property
    def output(self) -> str:
        """How its outputs are counted."""
        kernel, stride, rate = self.reach.kernel, self.reach.stride, self.reach.rate
        terms = f"({self.n}-1)*{stride} - 2*{self.padding} + {rate}*({kernel}-1) + {self.output_padding} + 1"
        return equals(terms, self.n_outputs)


@dataclass(frozen=True)
class Transposed(Layer):
    """`filters` channels from a `kernel`; 'same' gives `stride` times the size."""

    takes: ClassVar[tuple[int, ...]] = (3, 2)
    by_place: ClassVar[int] = 3
    filters: int = 0
    kernel: Sides = ()
    padding: Padding = "valid"
    stride: Sides = (1,)
    output_padding: Sides = (0,)
    rate: Sides = (1,)
    groups: int = 1
    bias: bool = True

    def on(self, size: Size) -> "Transposed":
        return dataclasses.replace(self, kernel=sides(self.kernel, len(size) - 1, "kernel"))

    def work(self, size: Size) -> Work:
        stamps = self._stamps(size)
        output = (*(one.n_outputs for one in stamps), self.filters)
        kernel = sides(self.kernel, len(stamps), "kernel")
        trainable, parameters = learned(kernel, (size[-1], self.filters), groups=self.groups, bias=self.bias)
        laid = math.prod(size) * math.prod(kernel) * (self.filters // self.groups)
        products = f"{written(size)}*{written(kernel)}*{shared(self.filters, self.groups)}".replace("x", "*")
        notes = {
            one: {"note": "same_transposed", "padding": one.padding, "output_padding": one.output_padding}
            for one in stamps
            if self.padding == "same"
        }
        return Work(
            output,
            tuple(one.reach for one in stamps),
            trainable=trainable,
            multiply_adds=laid,
            formulas={
                "output": each([one.output for one in stamps]),
                "parameters": (parameters,),
                "multiply_adds": (equals(products, laid),),
            },
            notes=tuple(notes.values()),
        )

    def _stamps(self, size: Size) -> list[Stamp]:
        places = size[:-1]
        named = ("kernel", "stride", "rate", "output_padding")
        kernels, strides, rates, spare = (sides(getattr(self, name), len(places), name) for name in named)
        reaches = [Reach(*three, kind="stamp") for three in zip(kernels, strides, rates, strict=True)]
        pads = zeros_of(self.padding, len(places))
        zeros = zip(pads, spare, strict=True)
        found = [self._stamp(n, reach, pair) for n, reach, pair in zip(places, reaches, zeros, strict=True)]
        if wrong := [one for one in found if one.n_outputs < 1]:
            raise BadInputError(
                f"no output is left, as {wrong[0].n} places give {wrong[0].output}; give less padding, or a larger kernel"
            )
        return found

    def _stamp(self, n: int, reach: Reach, zeros: tuple[str | int, int]) -> Stamp:
        padding, spare = zeros
        if padding == "same":
            if spare:
                raise BadInputError("output_padding with 'same', which chooses it: leave one of them out")
            over = reach.span - reach.stride  # what lies over stride times the size
            return Stamp(n, reach, max(-(-over // 2), 0), over % 2 if over >= 0 else -over)
        if spare >= max(reach.stride, reach.rate):
            raise BadInputError(
                f"output_padding={spare} has to be smaller than the stride or the rate, {max(reach.stride, reach.rate)}: "
                "give a smaller one"
            )
        return Stamp(n, reach, 0 if padding == "valid" else int(padding), spare)
