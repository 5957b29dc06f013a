"""The little language of layers: `conv(64, 3, same) maxpool(2) flatten dense(10)`, read into layers."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.plain import plain_text
from tasvir.nets.arithmetic.convolution import Convolution
from tasvir.nets.arithmetic.dense import Dense, Flatten, Last
from tasvir.nets.arithmetic.keeping import BatchNorm, Elementwise
from tasvir.nets.arithmetic.layer import Layer
from tasvir.nets.arithmetic.pooling import GlobalPooling, Pooling
from tasvir.nets.arithmetic.recurrent import Recurrent
from tasvir.nets.arithmetic.sizes import CROSS, MOST, latin
from tasvir.nets.arithmetic.transposed import Transposed

#: Text of a setting to its value; a `ValueError` says what it should have been.
Read = Callable[[str], Any]
MOST_LAYERS = 1000
TRUTHS = {"yes": True, "true": True, "no": False, "false": False}
#: Other names of settings.
ALSO = {"dilation": "rate"}
_LAYER = re.compile(r"[\s,;]*(?P<name>[^\s(),;]+)\s*(?:\((?P<settings>[^()]*)\))?")


def _whole(low: int) -> Read:
    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > 7 or not low <= int(text) <= MOST:
            raise ValueError(f"a whole number of {low} to {MOST:,}")
        return int(text)

    return read


def _sides(low: int) -> Read:
    def read(text: str) -> tuple[int, ...]:
        parts = CROSS.split(text)
        try:
            if len(parts) > 2:
                raise ValueError
            return tuple(map(_whole(low), parts))
        except ValueError:
            raise ValueError(f"a whole number of {low} to {MOST:,}, or two as 5x3") from None

    return read


def _padding(text: str) -> str | tuple[int, ...]:
    if text in ("same", "valid"):
        return text
    try:
        found: tuple[int, ...] = _sides(0)(text)
    except ValueError:
        raise ValueError("same, valid, or a number of zeros on each side") from None
    return found


def _truth(text: str) -> bool:
    if text not in TRUTHS:
        raise ValueError("yes or no")
    return TRUTHS[text]


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise ValueError("a share of 0 to below 1")
    return share


@dataclass(frozen=True)
class Word:
    """A name of the language: the kind of layer, its settings in their order, and how many of them have to be given."""

    kind: type[Layer]
    settings: Mapping[str, Read]
    needed: int = 0


_SEEN = {"filters": _whole(1), "kernel": _sides(1), "padding": _padding, "stride": _sides(1)}
_MORE = {"rate": _sides(1), "groups": _whole(1), "bias": _truth}
_CONVOLUTION = Word(Convolution, _SEEN | _MORE, needed=2)
_POOLING = Word(Pooling, {"size": _sides(1), "stride": _sides(1), "padding": _padding, "ceil": _truth}, needed=1)
_RECURRENT = Word(Recurrent, {"units": _whole(1), "bias": _truth}, needed=1)
_ELEMENTWISE = Word(Elementwise, {})
WORDS: dict[str, Word] = {
    "conv": _CONVOLUTION,
    "conv1d": _CONVOLUTION,
    "conv2d": _CONVOLUTION,
    "dilated": _CONVOLUTION,
    "transposed": Word(Transposed, _SEEN | {"output_padding": _sides(0)} | _MORE, needed=2),
    "maxpool": _POOLING,
    "avgpool": _POOLING,
    "globalmaxpool": Word(GlobalPooling, {}),
    "globalavgpool": Word(GlobalPooling, {}),
    "flatten": Word(Flatten, {}),
    "dense": Word(Dense, {"units": _whole(1), "bias": _truth}, needed=1),
    "batchnorm": Word(BatchNorm, {}),
    "lstm": _RECURRENT,
    "gru": _RECURRENT,
    "rnn": _RECURRENT,
    "last": Word(Last, {}),
    "relu": _ELEMENTWISE,
    "leakyrelu": _ELEMENTWISE,
    "sigmoid": _ELEMENTWISE,
    "tanh": _ELEMENTWISE,
    "softmax": _ELEMENTWISE,
    "dropout": Word(Elementwise, {"share": _share}, needed=1),
}


def read_layers(text: str) -> tuple[Layer, ...]:
    """Layers from words.

    >>> print(*read_layers("conv(64,3,same) dilated(32, 5, stride=2, rate=2) maxpool(2)"))
    conv(64, 3, same) dilated(32, 5, stride=2, rate=2) maxpool(2)
    """
    found = tuple(_read(place, name, settings) for place, (name, settings) in enumerate(_split(text), start=1))
    if not 1 <= len(found) <= MOST_LAYERS:
        raise BadInputError(f"{len(found)} layers: give 1 to {MOST_LAYERS:,}, as 'conv(64,3,same) maxpool(2) flatten dense(10)'")
    return found


def _split(text: str) -> Iterator[tuple[str, str]]:
    """The name of each layer and what stands in its parentheses."""
    text, at = latin(text).strip(" \t\n,;"), 0
    while at < len(text):
        layer = _LAYER.match(text, at)
        if layer is None or text[layer.end() : layer.end() + 1] in ("(", ")"):
            rest = plain_text(text[at : at + 30].strip())
            raise BadInputError(f"layers: cannot read {rest!r}: give each layer as name(settings), each parenthesis closed")
        yield layer["name"].lower(), layer["settings"] or ""
        at = layer.end()


def _read(place: int, name: str, settings: str) -> Layer:
    word = WORDS.get(name)
    where = f"layer {place}, {plain_text(name)}"
    if word is None:
        raise BadInputError(f"{where}: no such layer{nearest(name, WORDS)}; give one of {', '.join(WORDS)}")
    given: dict[str, str] = {}
    for number, piece in enumerate(settings.split(",") if settings.strip() else ()):
        key, text = _named(piece, number, where=where, word=word)
        if key in given:
            raise BadInputError(f"{where}: {key} is given twice: give it once")
        given[key] = text
    if missing := [key for key in list(word.settings)[: word.needed] if key not in given]:
        raise BadInputError(f"{where}: {missing[0]} is missing: give {usage(name)}")
    return word.kind(name=name, **{key: _value(where, key, text, read=word.settings[key]) for key, text in given.items()})


def _named(piece: str, number: int, *, where: str, word: Word) -> tuple[str, str]:
    """The setting that a piece between commas gives, by its name or by its place."""
    key, sign, text = (part.strip().lower() for part in piece.partition("="))
    if sign:
        key = ALSO.get(key, key)
        if key not in word.settings:
            settings = f"give one of {', '.join(word.settings)}" if word.settings else "it has none"
            raise BadInputError(f"{where}: no setting {plain_text(key)!r}{nearest(key, [*word.settings, *ALSO])}; {settings}")
        return key, text
    if number >= word.kind.by_place or number >= len(word.settings):
        named = list(word.settings)[number : number + 1]
        todo = f"name it, as {named[0]}={plain_text(key) or 1}" if named else "leave it out"
        raise BadInputError(f"{where}: {plain_text(key)!r} is one setting too many by its place: {todo}")
    return list(word.settings)[number], key


def _value(where: str, key: str, text: str, *, read: Read) -> Any:
    try:
        return read(text)
    except ValueError as error:
        raise BadInputError(f"{where}: {key} {plain_text(text[:30])!r}: give {error}") from None


def usage(name: str) -> str:
    """How a layer is written.

    >>> usage("maxpool")
    'maxpool(size, stride=, padding=, ceil=)'
    """
    word = WORDS[name]
    settings = [key if place < word.kind.by_place else f"{key}=" for place, key in enumerate(word.settings)]
    return f"{name}({', '.join(settings)})" if settings else name


def nearest(word: str, known: Mapping[str, Any] | list[str]) -> str:
    """'; did you mean x?' where a known word is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"; did you mean {found[0]}?" if found else ""
