"""How numbers are written: the same kind of number looks the same everywhere, and says where it is recorded."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from tasvir.report.cells import Reading

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Shown:
    """A number as the reader sees it; `record` is where it is written down ('cell metric'), `reading` the number itself."""

    text: str
    record: str = ""
    interval: str = ""
    reading: Reading | None = None

    def __str__(self) -> str:
        return f"{self.text} {self.interval}" if self.interval else self.text


MISSING = Shown("–")


def percent(reading: Reading | None) -> Shown:
    """0.9724 [0.961, 0.98] is '97.2 % [96.1, 98.0]'."""
    return _shown(reading, lambda value: f"{100 * value:.1f}", "%")


def points(reading: Reading | None) -> Shown:
    """A difference of two shares: 0.013 is '+1.3 points'."""
    return _shown(reading, lambda value: _signed(100 * value, 1), "points")


def span(reading: Reading | None) -> Shown:
    """The size of a difference of two shares: 0.013 is '1.3 points'."""
    return _shown(reading, lambda value: f"{abs(100 * value):.1f}", "points")


def p_value(reading: Reading | None) -> Shown:
    """A probability of chance; what is below a thousandth is said to be so."""
    return _shown(reading, lambda value: f"{value:.3f}" if value >= 0.001 else f"<{NBSP}0.001")


def decimal(reading: Reading | None, digits: int = 3) -> Shown:
    """A number that has no unit."""
    return _shown(reading, lambda value: f"{value:.{digits}f}")


def seconds(reading: Reading | None) -> Shown:
    """A time from milliseconds to hours, with two or three digits that count."""
    if reading is None:
        return MISSING
    return Shown(duration(reading.value), reading.record, reading=reading)


def count(number: int | None, record: str = "") -> Shown:
    """60000 is '60,000'."""
    if number is None:
        return MISSING
    return Shown(f"{int(number):,}", record, reading=Reading(int(number), record=record))


def of_n(reading: Reading | None) -> Shown:
    """How many of how many: 3 in 1200 is '3 of 1,200'."""
    return MISSING if reading is None else Shown(f"{reading.value:,.0f} of {reading.n or 0:,}", reading.record)


def duration(value: float) -> str:
    """Seconds in words: '40 ms', '3.2 s', '4 min 05 s', '1 h 10 min'."""
    if not math.isfinite(value):
        return MISSING.text
    if 0 < value < 0.0005:
        return f"<{NBSP}1{NBSP}ms"
    if 0 < value < 1:
        return f"{1000 * value:.0f}{NBSP}ms"
    if value < 99.95:
        return f"{value:.1f}{NBSP}s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes}{NBSP}min {rest:02d}{NBSP}s"
    return f"{minutes // 60}{NBSP}h {minutes % 60:02d}{NBSP}min"


def lead(first: Reading, second: Reading) -> Shown:
    """How far apart two shares are, without sign, traced to both; an interval of it needs a paired comparison."""
    apart = f"{abs(100 * (first.value - second.value)):.1f}{NBSP}points"
    return Shown(apart, f"{first.record}; {second.record}")


def plain(value: object) -> str:
    """A JSON value as a person writes it."""
    if value is None or value == "":
        return MISSING.text
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value))
    return str(value)


def _shown(reading: Reading | None, write: Callable[[float], str], unit: str = "") -> Shown:
    if reading is None or not math.isfinite(reading.value):
        return MISSING
    interval = ""
    if reading.low is not None and reading.high is not None:
        interval = f"[{write(reading.low)},{NBSP}{write(reading.high)}]"
    return Shown(write(reading.value) + (NBSP + unit if unit else ""), reading.record, interval, reading)


def _signed(value: float, digits: int) -> str:
    """With its sign, where it does not read as zero: as many digits as the shares that it is the difference of."""
    text = f"{abs(value):.{digits}f}"
    return text if float(text) == 0 else ("+" if value > 0 else MINUS) + text
