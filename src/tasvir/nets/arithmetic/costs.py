"""What layers over a sequence cost, by formulas: n steps of d features, kernels of k, as in Vaswani et al. (2017), table 1."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.plain import plain_text
from tasvir.nets.arithmetic.layer import equals
from tasvir.nets.arithmetic.words import nearest

#: More would not be a comparison on an ordinary machine.
MOST_LENGTH, MOST_WIDTH, MOST_BYTES = 8192, 4096, 2**30


@dataclass(frozen=True)
class Sizes:
    """Of the sequence (`length` n, `width` d) and of the kernel (k)."""

    length: int
    width: int
    kernel: int

    def check(self) -> None:
        """Refuse what is no sequence, and what does not fit."""
        for name, low, high in (("length", 2, MOST_LENGTH), ("width", 1, MOST_WIDTH), ("kernel", 2, self.length)):
            if not low <= getattr(self, name) <= high:
                raise BadInputError(f"--{name} {getattr(self, name)}: give {low} to {high:,}")


@dataclass(frozen=True)
class Cost:
    """One way: orders of growth, and functions that give the formula with its numbers put in, and its value."""

    operations: tuple[str, Callable[[Sizes], str]]
    sequential: tuple[str, Callable[[Sizes], int]]
    path: tuple[str, Callable[[Sizes], int]]
    parameters: Callable[[Sizes], str]

    def facts(self, sizes: Sizes) -> dict[str, Any]:
        """Orders, formulas and numbers."""
        operations, parameters = self.operations[1](sizes), self.parameters(sizes)
        return {
            "operations": {"order": self.operations[0], **_told(operations)},
            "sequential": {"order": self.sequential[0], "value": self.sequential[1](sizes)},
            "path": {"order": self.path[0], "value": self.path[1](sizes)},
            "parameters": _told(parameters),
        }


def _told(expression: str) -> dict[str, Any]:
    value = sum(math.prod(map(int, term.split("*"))) for term in expression.split(" + "))
    return {"formula": equals(expression, value), "value": value}


def _layers_of_conv(on: Sizes) -> int:
    """Each layer reaches k - 1 steps back."""
    return -(-(on.length - 1) // (on.kernel - 1))


def _layers_of_dilated(on: Sizes) -> int:
    """With rates 1, k, k^2, ... L layers reach k^L - 1 steps back."""
    layers, seen = 0, 1
    while seen < on.length:
        layers, seen = layers + 1, seen * on.kernel
    return layers


def _conv(on: Sizes) -> str:
    return f"{on.kernel}*{on.length}*{on.width}*{on.width}"


def _one(on: Sizes) -> int:
    return 1


#: name -> its cost. Bare attention takes the steps themselves as queries, keys and values; the other has a dense layer for each
#: of them, and one behind.
COSTS = {
    "conv": Cost(
        ("O(k n d^2)", _conv),
        ("O(1)", _one),
        ("O(n/k)", _layers_of_conv),
        lambda on: f"{on.kernel}*{on.width}*{on.width} + {on.width}",
    ),
    "dilated": Cost(
        ("O(k n d^2)", _conv),
        ("O(1)", _one),
        ("O(log_k n)", _layers_of_dilated),
        lambda on: f"{on.kernel}*{on.width}*{on.width} + {on.width}",
    ),
    "rnn": Cost(
        ("O(n d^2)", lambda on: " + ".join([f"{on.length}*{on.width}*{on.width}"] * 2)),
        ("O(n)", lambda on: on.length),  # the products with the features wait for nothing
        ("O(n)", lambda on: on.length),
        lambda on: f"2*{on.width}*{on.width} + 2*{on.width}",
    ),
    "attention": Cost(
        ("O(n^2 d)", lambda on: " + ".join([f"{on.length}*{on.length}*{on.width}"] * 2)),
        ("O(1)", lambda on: 2),
        ("O(1)", _one),
        lambda on: "0",
    ),
    "projected": Cost(
        ("O(n^2 d + n d^2)", lambda on: f"2*{on.length}*{on.length}*{on.width} + 4*{on.length}*{on.width}*{on.width}"),
        ("O(1)", lambda on: 4),
        ("O(1)", _one),
        lambda on: f"4*{on.width}*{on.width} + 4*{on.width}",
    ),
}


def read_names(text: str) -> tuple[str, ...]:
    """Which ways are compared.

    >>> read_names("conv, rnn")
    ('conv', 'rnn')
    """
    names = tuple(dict.fromkeys(name for part in text.lower().split(",") if (name := part.strip())))
    for name in names:
        if name not in COSTS:
            known = f"give some of {', '.join(COSTS)}, with commas between them"
            raise BadInputError(f"--compare {plain_text(name)}: no such layer{nearest(name, COSTS)}; {known}")
    if not names:
        raise BadInputError(f"--compare: give some of {', '.join(COSTS)}, with commas between them")
    return names


def check_fit(names: tuple[str, ...], sizes: Sizes) -> None:
    """Refuse what does not fit into memory: weights, or the scores of all pairs."""
    sizes.check()
    for name in names:
        n_bytes = 4 * COSTS[name].facts(sizes)["parameters"]["value"]
        if n_bytes > MOST_BYTES:
            raise BadInputError(
                f"--compare {name}: its weights alone are {n_bytes / 2**30:.1f} GiB; give a smaller --width or --kernel"
            )
