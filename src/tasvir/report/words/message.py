"""Words before a language is chosen: a template and what stands in it. Numbers know their record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tasvir.report.cells import Reading


@dataclass(frozen=True)
class Shown:
    """A number and how it is written (`kind`: a method of the language); `record` is where it stands ('cell metric')."""

    kind: str
    value: Any
    record: str = ""
    reading: Reading | None = None
    digits: int = 0


@dataclass(frozen=True)
class Sentence:
    """A template of the catalogues and the values of its fields; with `many` it has a plural, chosen by the value of `n`."""

    template: str
    values: Mapping[str, "Words"] = field(default_factory=dict)
    many: str = ""


@dataclass(frozen=True)
class Listed:
    """Several words in a row: joined as the language joins them ('a, b and c'), or by a mark of its own."""

    items: tuple["Words", ...]
    mark: str = ""


#: What can be read; a string is a name that no language changes: a class, a file, a command.
Words = Sentence | Listed | Shown | str


def say(template: str, **values: Words) -> Sentence:
    """Words with numbers and names in them.

    >>> say("It is right for {share} of them.", share=Shown("percent", 0.97)).template
    'It is right for {share} of them.'
    """
    return Sentence(template, values)


#: What stands between the items of a list: marks are looked up in the catalogues, which find them here.
COMMA, SEMICOLON = say(", "), say("; ")


def say_n(one: str, many: str, *, n: Shown, **values: Words) -> Sentence:
    """The same where a number decides on the form: one image, two images."""
    return Sentence(one, {"n": n, **values}, many)


def listed(items: Iterable[Words], mark: str = "") -> Listed:
    """Several as one: 'a, b and c', or with a mark between them."""
    return Listed(tuple(items), mark)


def literal(text: object, record: str = "") -> Shown:
    """A name that knows its record."""
    return Shown("name", str(text), record)
