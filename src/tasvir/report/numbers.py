"""Numbers as a page takes them: what kind each is; a language writes them, the same kind the same everywhere."""

from tasvir.report.cells import Reading
from tasvir.report.words.message import Sentence, Shown, say

MISSING = Shown("plain", None)
_UNITS = (say("{n} bytes"), say("{n} KiB"), say("{n} MiB"), say("{n} GiB"), say("{n} TiB"))


def percent(reading: Reading | None) -> Shown:
    """0.9724 [0.961, 0.98] is '97.2 % [96.1, 98.0]'."""
    return _shown("percent", reading)


def points(reading: Reading | None) -> Shown:
    """A difference of two shares: 0.013 is '+1.3 points'."""
    return _shown("points", reading)


def span(reading: Reading | None) -> Shown:
    """The size of a difference of two shares: 0.013 is '1.3 points'."""
    return _shown("span", reading)


def p_value(reading: Reading | None) -> Shown:
    """A probability of chance; what is below a thousandth is said to be so."""
    return _shown("p_value", reading)


def decimal(reading: Reading | None, digits: int = 3) -> Shown:
    """A number that has no unit."""
    return _shown("decimal", reading, digits)


def decibels(reading: Reading | None) -> Shown:
    """A difference of two ratios: 2.31 is '+2.31 dB'."""
    return _shown("decibels", reading)


def seconds(reading: Reading | None) -> Shown:
    """A time from milliseconds to hours, with two or three digits that count."""
    return _shown("seconds", reading)


def count(number: int | None, record: str = "") -> Shown:
    """60000 is '60,000'."""
    if number is None:
        return MISSING
    return Shown("count", int(number), record, Reading(int(number), record=record))


def of_n(reading: Reading | None) -> Shown:
    """How many of how many: 3 in 1200 is '3 of 1,200'."""
    return MISSING if reading is None else Shown("of_n", (reading.value, reading.n or 0), reading.record)


def share_of(part: int, whole: int, record: str) -> Shown:
    """The same from two counts."""
    return Shown("of_n", (part, whole), record)


def plain(value: object, record: str = "") -> Shown:
    """A setting as a person writes it: yes or no, a number, words, several of them."""
    return Shown("plain", value, record)


def formula(text: str) -> Shown:
    """Numbers put into a formula, or a size: '(5*5*64 + 1)*32 = 51,232', '124×124×32'."""
    return Shown("formula", text)


def storage(n_bytes: int) -> Sentence:
    """Room in memory: 16777216 is '16.0 MiB'."""
    size, unit = float(n_bytes), 0
    while size >= 1024 and unit < len(_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return Sentence(_UNITS[unit].template, {"n": Shown("decimal", size, digits=min(unit, 1))})


def _shown(kind: str, reading: Reading | None, digits: int = 0) -> Shown:
    if reading is None:
        return MISSING
    return Shown(kind, reading.value, reading.record, reading, digits)
