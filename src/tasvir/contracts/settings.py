"""Constructor settings are stored unchanged and held to their ranges at `fit`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from tasvir.contracts.errors import BadInputError


@dataclass(frozen=True)
class Number:
    """The numbers a setting may have: `low` <= value <= `high`, whole or real, None where `optional`."""

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    open_low: bool = False
    open_high: bool = False
    optional: bool = False

    def holds(self, value: Any) -> bool:
        if value is None:
            return self.optional
        if isinstance(value, bool) or not isinstance(value, Integral if self.whole else Real):
            return False
        try:
            number = float(value)
        except OverflowError:
            return False
        if not math.isfinite(number):
            return False
        above = number > self.low if self.open_low else number >= self.low
        below = number < self.high if self.open_high else number <= self.high
        return above and below

    @property
    def words(self) -> str:
        bounds = []
        if self.low > -math.inf:
            bounds.append(f"{'above' if self.open_low else 'at least'} {self.low:g}")
        if self.high < math.inf:
            bounds.append(f"{'below' if self.open_high else 'at most'} {self.high:g}")
        kind = "a whole number" if self.whole else "a number"
        of = "of " if bounds and bounds[0].startswith("at ") else ""
        return f"{kind} {of}{' and '.join(bounds)}".strip() + (" or None" if self.optional else "")


@dataclass(frozen=True)
class OneOf:
    """The few values that a setting may have."""

    values: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        return value in self.values

    @property
    def words(self) -> str:
        return " or ".join(map(repr, self.values))


@dataclass(frozen=True)
class Hooks:
    """A sequence of hooks: objects, not their classes, that have all that the loop asks of one."""

    words = "a sequence of hooks, each with __call__, state, load and close, as in tasvir.train.hooks"

    def holds(self, value: Any) -> bool:
        return isinstance(value, Sequence) and not isinstance(value, str) and all(map(_is_hook, value))


def _is_hook(value: Any) -> bool:
    verbs = (value, *(getattr(value, name, None) for name in ("state", "load", "close")))
    return not isinstance(value, type) and all(map(callable, verbs))


Setting = Number | OneOf | Hooks

#: The settings that every trained estimator shares.
TRAINING_SETTINGS: dict[str, Setting] = {
    "max_epochs": Number(low=1, whole=True),
    "batch_size": Number(low=1, whole=True),
    "learning_rate": Number(low=0, open_low=True),
    "validation_fraction": Number(low=0, high=1, open_low=True, open_high=True, optional=True),
    "hooks": Hooks(),
}


def check_settings(estimator: Any, ranges: Mapping[str, Setting]) -> None:
    """Raise `BadInputError`, naming setting and value, for the first one outside its range."""
    for name, allowed in ranges.items():
        value = getattr(estimator, name)
        if not allowed.holds(value):
            raise BadInputError(f"{type(estimator).__name__}({name}={value!r}): give {allowed.words}")
