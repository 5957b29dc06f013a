"""Layers that keep the size: batch norm, rectifiers, dropout."""

import math
from dataclasses import dataclass
from typing import ClassVar

from tasvir.nets.arithmetic.layer import Layer, Work, equals, through
from tasvir.nets.arithmetic.sizes import Size, written


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Each channel to mean 0 and variance 1 over the batch, then to a learned scale and shift.

    It learns these two numbers a channel, and keeps two that are not learned: the running mean and variance, by which it works
    in use, where all of it is one multiply-add for each number.
    """

    by_place: ClassVar[int] = 0

    def work(self, size: Size) -> Work:
        channels, n = size[-1], math.prod(size)
        two = equals(f"2*{channels}", 2 * channels)
        return Work(
            size,
            through(size),
            trainable=2 * channels,
            not_trainable=2 * channels,
            multiply_adds=n,
            formulas={
                "parameters": (equals(f"2*{channels} + 2*{channels}", 4 * channels),),
                "trainable": (two,),
                "not_trainable": (two,),
                "multiply_adds": (equals(written(size).replace("x", "*"), n) if len(size) > 1 else f"{n:,}",),
            },
        )


@dataclass(frozen=True)
class Elementwise(Layer):
    """Each number by itself, with nothing to learn: ReLU and the like, and dropout (of a `share`)."""

    share: float | None = None

    def work(self, size: Size) -> Work:
        return Work(size, through(size))
