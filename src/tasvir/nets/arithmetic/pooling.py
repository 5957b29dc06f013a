"""Pooling: of what lies under a window one number a channel, the greatest or the mean; nothing is learned."""

from dataclasses import dataclass
from typing import ClassVar

from tasvir.contracts.errors import BadInputError
from tasvir.nets.arithmetic.layer import Layer, Sides, Work, each, sides
from tasvir.nets.arithmetic.reach import WHOLE
from tasvir.nets.arithmetic.sizes import Size
from tasvir.nets.arithmetic.windows import Padding, same_notes, windows


@dataclass(frozen=True)
class Pooling(Layer):
    """Windows of `size`; without a `stride` they lie side by side, and what is left over at the end is dropped, or with `ceil`
    gets a smaller window.
    """

    takes: ClassVar[tuple[int, ...]] = (3, 2)
    by_place: ClassVar[int] = 1
    size: Sides = ()
    stride: Sides | None = None
    padding: Padding = "valid"
    ceil: bool = False

    def work(self, size: Size) -> Work:
        kernel = sides(self.size, len(size) - 1, "size")
        if not isinstance(self.padding, str):
            self._check_padding(kernel, sides(self.padding, len(kernel), "padding"))
        found = windows(size, kernel, self.padding, stride=self.stride or kernel, ceil=self.ceil)
        padded = each([one.formula for one in found if one.formula])
        return Work(
            (*(one.n_outputs for one in found), size[-1]),
            tuple(one.reach for one in found),
            formulas=({"padding": padded} if padded else {}) | {"output": each([one.output for one in found])},
            notes=tuple(same_notes(found, self.padding)),
        )

    def _check_padding(self, kernel: Sides, padding: Sides) -> None:
        """PyTorch's rule: else a window may hold nothing but zeros."""
        for side, zeros in zip(kernel, padding, strict=True):
            if 2 * zeros > side:
                raise BadInputError(f"padding={zeros} is more than half of the window, {side}: give at most {side // 2}")


@dataclass(frozen=True)
class GlobalPooling(Layer):
    """One number a channel, of all places."""

    takes: ClassVar[tuple[int, ...]] = (3, 2)

    def work(self, size: Size) -> Work:
        return Work(size[-1:], (WHOLE,) * (len(size) - 1))
