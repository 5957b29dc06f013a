"""The levers of an arm in words."""

from collections.abc import Callable, Mapping
from typing import Any

from tasvir.report.numbers import plain
from tasvir.report.rows import Row
from tasvir.report.words.message import Sentence, Words, listed, say

#: How each loss is called.
LOSSES: dict[str, Words] = {
    "non_saturating": say("non-saturating"),
    "saturating": say("saturating"),
    "least_squares": say("least squares"),
    "hinge": say("hinge"),
    "relativistic": say("relativistic"),
}
#: lever -> (the value at which it does nothing, its words)
_LEVERS: dict[str, tuple[Any, Callable[[Words], Sentence]]] = {
    "instance_noise": (0.0, lambda value: say("noise {value}", value=value)),
    "noise_epochs": (None, lambda value: say("which falls to nothing in {value} epochs", value=value)),
    "label_noise": (0.0, lambda value: say("share of wrong labels {value}", value=value)),
    "smoothing": (0.0, lambda value: say("smoothing {value}", value=value)),
    "discriminator_rate": (1.0, lambda value: say("the discriminator learns {value} times as fast", value=value)),
    "discriminator_steps": (1, lambda value: say("{value} discriminator steps", value=value)),
    "generator_steps": (1, lambda value: say("{value} generator steps", value=value)),
    "discriminator_ahead": (0, lambda value: say("the discriminator ahead by {value}", value=value)),
    "spectral_norm": (False, lambda value: say("spectral norm")),
    "r1": (0.0, lambda value: say("R1 {value}", value=value)),
    "r2": (0.0, lambda value: say("R2 {value}", value=value)),
    "shift": (0.0, lambda value: say("shifts up to {value} of the side", value=value)),
    "ema": (0.0, lambda value: say("average {value}", value=value)),
}


def levers_of(row: Row) -> Words:
    """Those of an arm that do something; a falling noise needs a noise."""
    levers: Mapping[str, Any] = row.first.facts.get("levers") or {}
    told = []
    for name, (nothing, write) in _LEVERS.items():
        value = levers.get(name, nothing)
        if value != nothing and (name != "noise_epochs" or levers.get("instance_noise")):
            told.append(write(plain(value, row.first.record("levers"))))
    return listed(told, ", ") if told else say("none")
