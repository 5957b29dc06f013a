"""A language knows the words of every template, and how its numbers are written. Catalogues are `<code>.po` beside this file."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from tasvir.contracts.errors import BadInputError
from tasvir.report.words.message import COMMA, Listed, Sentence, Shown, Words, say

if TYPE_CHECKING:
    from babel.support import Translations

NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
#: What keeps a number's sign at its left, and a Latin name apart, in lines that run from the right.
_LTR, _RTL = "\N{LEFT-TO-RIGHT MARK}", "\N{RIGHT-TO-LEFT MARK}"
_APART, _TOGETHER = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
DIRECTIONS = (_LTR, _RTL, _APART, _TOGETHER)
#: Where the ten figures of a numbering system of Unicode's CLDR begin.
_ZEROS = {"arab": 0x0660, "arabext": 0x06F0, "beng": 0x09E6, "deva": 0x0966}
CATALOGUES = Path(__file__).parent
SOURCE = "en"

_YES, _NO = say("yes"), say("no")
_PERCENT, _POINTS, _OF, _INTERVAL = say("{n} %"), say("{n} points"), say("{k} of {n}"), say("[{low}, {high}]")
_BELOW, _MS, _S = say("< {n}"), say("{n} ms"), say("{n} s")
_DB = say("{n} dB")
_MIN_S, _H_MIN = say("{min} min {s} s"), say("{h} h {min} min")


@dataclass(frozen=True)
class Drawn:
    """A number as it stands on a page: its text, its interval, and where it is recorded."""

    text: str
    interval: str = ""
    record: str = ""

    def __str__(self) -> str:
        return f"{self.text} {self.interval}" if self.interval else self.text


class Language:
    """One language; `problem` says why it is English instead of what was asked for.

    `language(words)` is their text; `parts` keeps numbers apart, so that a page can say where each is recorded.
    """

    def __init__(self, code: str, translations: "Translations | None" = None, *, problem: str = ""):
        from babel import Locale

        self.code, self.problem = code, problem
        self.locale: Locale = Locale.parse(code)
        self._translations = translations

    @property
    def direction(self) -> str:
        """'ltr' or 'rtl'."""
        return self.locale.text_direction

    def __call__(self, words: Words) -> str:
        return "".join(map(str, self.parts(words)))

    def parts(self, words: Words) -> list[str | Drawn]:
        """Text and numbers in turn."""
        if isinstance(words, str):
            return [self._apart(words)]
        if isinstance(words, Shown):
            return [self.number(words)]
        if isinstance(words, Listed):
            return self._list(words)
        found: list[str | Drawn] = []
        for text, name in _pieces(self.template(words)):
            found += [text] if text else []
            found += self.parts(words.values[name]) if name else []
        if self.direction == "ltr" and found and isinstance(found[0], str) and _begins_with_words(words):
            found[0] = _capital(found[0])
        if self.direction == "rtl" and _is_latin(str(found[0])[:1] if found else ""):
            found.insert(0, _RTL)  # else the whole line would run from the left
        return found

    def template(self, words: Sentence) -> str:
        """The words of a sentence before its values stand in it."""
        if words.many:
            n = words.values["n"].value  # type: ignore[union-attr]
            chosen = words.template if n == 1 else words.many
            return chosen if self._translations is None else self._translations.ungettext(words.template, words.many, int(n))
        return words.template if self._translations is None else self._translations.ugettext(words.template)

    def number(self, shown: Shown) -> Drawn:
        """How one number is written."""
        value = shown.value
        if value is None or value == "" or (isinstance(value, float) and not math.isfinite(value)):
            return Drawn(DASH, record=shown.record)
        write: Callable[[Shown], Drawn] = getattr(self, f"_{shown.kind}")
        return write(shown)

    def decimal(self, value: float, digits: int = 0, *, signed: bool = False, grouped: bool = True) -> str:
        """A number with so many digits after the point; its sign, where it does not read as zero."""
        from babel.numbers import format_decimal

        exact = Decimal(f"{abs(value):.{digits}f}")
        pattern = ("#,##0" if grouped else "0") + ("." + "0" * digits if digits else "")
        text = self._figures(format_decimal(exact, format=pattern, locale=self.locale, numbering_system="default"))
        sign = "" if exact == 0 else MINUS if value < 0 else "+" if signed else ""
        return (_LTR if sign and self.direction == "rtl" else "") + sign + text

    def percent(self, value: float) -> str:
        """A share at an axis: as many digits as it has."""
        return self._unit(_PERCENT, n=self.plain(round(100 * float(value), 6)))

    def signed_points(self, value: float) -> str:
        """A difference of shares at an axis."""
        return self.digits(f"{100 * value:+.3g}".replace("-", MINUS)) if value else self.decimal(0)

    def plain(self, value: Any) -> str:
        """A JSON value as a person writes it."""
        if value is None or value == "":
            return DASH
        if isinstance(value, bool):
            return self(_YES if value else _NO)
        if isinstance(value, int):
            return self.decimal(value, grouped=abs(value) >= 10_000)
        if isinstance(value, float):
            return self.digits(f"{value:g}".replace("-", MINUS))
        if isinstance(value, list | tuple):
            return self(COMMA).join(map(self.plain, value))
        return self._apart(str(value))

    def digits(self, text: str) -> str:
        """A number that is written already, in the figures of the language."""
        system = self.locale.default_numbering_system
        if system == "latn":
            return text
        point = self.locale.number_symbols[system]["decimal"]
        return (_LTR if text[:1] in "+" + MINUS else "") + self._figures(text.replace(".", point))

    def _figures(self, text: str) -> str:
        """Babel writes the signs between figures as the language does, but leaves the figures."""
        zero = _ZEROS.get(self.locale.default_numbering_system)
        return text.translate({ord(str(n)): zero + n for n in range(10)}) if zero else text

    def _apart(self, name: str) -> str:
        return f"{_APART}{name}{_TOGETHER}" if self.direction == "rtl" and name.strip() and _is_latin(name) else name

    def _list(self, words: Listed) -> list[str | Drawn]:
        from babel.lists import format_list

        if not words.items:
            return []
        if words.mark:
            marks = [self(Sentence(words.mark)) if words.mark.strip() else words.mark] * (len(words.items) - 1)
        else:
            holes = [f"\x00{i}\x00" for i in range(len(words.items))]
            marks = format_list(holes, locale=self.locale).split("\x00")[2:-1:2]
        found: list[str | Drawn] = []
        for item, mark in zip(words.items, [*marks, ""], strict=True):
            found += self.parts(item)
            found += [mark] if mark else []
        return found

    def _unit(self, unit: Sentence, **texts: str) -> str:
        """Numbers that are written already with their unit, on one line."""
        values = {name: Shown("raw", text) for name, text in texts.items()}
        return self(Sentence(unit.template, values)).replace(" ", NBSP)

    def _with_interval(self, shown: Shown, write: Callable[[float], str], unit: Sentence | None = None) -> Drawn:
        text, reading = write(shown.value), shown.reading
        whole = self._unit(unit, n=text) if unit else text
        if reading is None or reading.low is None or reading.high is None:
            return Drawn(whole, record=shown.record)
        return Drawn(whole, self._unit(_INTERVAL, low=write(reading.low), high=write(reading.high)), shown.record)

    def _name(self, shown: Shown) -> Drawn:
        return Drawn(self._apart(shown.value), record=shown.record)

    def _raw(self, shown: Shown) -> Drawn:
        return Drawn(shown.value, record=shown.record)

    def _formula(self, shown: Shown) -> Drawn:
        """Reckoning with numbers, which runs from the left everywhere."""
        group = self.locale.number_symbols[self.locale.default_numbering_system]["group"]
        text = self._figures(re.sub(r"(?<=\d),(?=\d)", group, shown.value))
        return Drawn(f"{_APART}{text}{_TOGETHER}" if self.direction == "rtl" else text, record=shown.record)

    def _percent(self, shown: Shown) -> Drawn:
        return self._with_interval(shown, lambda value: self.decimal(100 * value, 1), _PERCENT)

    def _whole_percent(self, shown: Shown) -> Drawn:
        return Drawn(self._unit(_PERCENT, n=self.decimal(100 * shown.value)), record=shown.record)

    def _points(self, shown: Shown) -> Drawn:
        return self._with_interval(shown, lambda value: self.decimal(100 * value, 1, signed=True), _POINTS)

    def _span(self, shown: Shown) -> Drawn:
        return self._with_interval(shown, lambda value: self.decimal(abs(100 * value), 1), _POINTS)

    def _decimal(self, shown: Shown) -> Drawn:
        return self._with_interval(shown, lambda value: self.decimal(value, shown.digits, grouped=False))

    def _decibels(self, shown: Shown) -> Drawn:
        return self._with_interval(shown, lambda value: self.decimal(value, 2, signed=True), _DB)

    def _count(self, shown: Shown) -> Drawn:
        return Drawn(self.decimal(shown.value), record=shown.record)

    def _plain(self, shown: Shown) -> Drawn:
        return Drawn(self.plain(shown.value), record=shown.record)

    def _day(self, shown: Shown) -> Drawn:
        from babel.dates import format_date

        return Drawn(self.digits(format_date(shown.value, "d MMMM y", locale=self.locale)), record=shown.record)

    def _p_value(self, shown: Shown) -> Drawn:
        text = self.decimal(max(shown.value, 0.001), 3)
        return Drawn(text if shown.value >= 0.001 else self._unit(_BELOW, n=text), record=shown.record)

    def _of_n(self, shown: Shown) -> Drawn:
        k, n = map(self.decimal, shown.value)
        return Drawn(self._unit(_OF, k=k, n=n).replace(NBSP, " "), record=shown.record)

    def _seconds(self, shown: Shown) -> Drawn:
        return Drawn(self._duration(shown.value), record=shown.record)

    def _duration(self, value: float) -> str:
        """'40 ms', '3.2 s', '4 min 05 s', '1 h 10 min'."""

        def two(number: int) -> str:
            return self.decimal(0)[: number < 10] + self.decimal(number)

        if 0 < value < 0.0005:
            return self._unit(_BELOW, n=self._unit(_MS, n=self.decimal(1)))
        if 0 < value < 1:
            return self._unit(_MS, n=self.decimal(1000 * value))
        if value < 99.95:
            return self._unit(_S, n=self.decimal(value, 1))
        minutes, rest = divmod(round(value), 60)
        if minutes < 60:
            return self._unit(_MIN_S, min=self.decimal(minutes), s=two(rest))
        return self._unit(_H_MIN, h=self.decimal(minutes // 60), min=two(minutes % 60))


@lru_cache(maxsize=1024)
def _pieces(template: str) -> tuple[tuple[str, str | None], ...]:
    """Text, and the field that follows it."""
    return tuple((text, name) for text, name, _, _ in Formatter().parse(template))


def _capital(text: str) -> str:
    """The first letter large; 'k-NN' stays as it is."""
    return text[:1].upper() + text[1:] if text[1:2] != "-" else text


def _begins_with_words(words: Sentence) -> bool:
    """Whether a sentence begins with a value that is words, and no name."""
    name = next(iter(_pieces(words.template)), ("", None))
    return words.template.endswith(".") and not name[0] and isinstance(words.values.get(name[1] or ""), Sentence)


def _is_latin(name: str) -> bool:
    return any(sign.isascii() and sign.isalnum() for sign in name)


def languages() -> tuple[str, ...]:
    """The codes of all languages: English, and each that has a catalogue."""
    return (SOURCE, *sorted(path.stem for path in CATALOGUES.glob("*.po")))


def check_language(code: str) -> None:
    """Refuse a language that is not there."""
    if code not in languages():
        raise BadInputError(f"no language {code!r}: choose {' or '.join(languages())}")


@lru_cache
def language(code: str = SOURCE) -> Language:
    """The language of this code; where its catalogue is damaged, English, which says so in `problem`."""
    if code == SOURCE:
        return Language(SOURCE)
    try:
        return Language(code, _translations(CATALOGUES / f"{code}.po"))
    except Exception as error:  # whatever a damaged catalogue leads Babel to
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        return Language(SOURCE, problem=f"the words of language {code!r} cannot be read ({why}): English is written instead")


def _must_have_the_fields(message: Any) -> None:
    """A translation puts the same values into its words, or a number would be lost."""
    source = message.id if isinstance(message.id, str) else message.id[-1]
    given = [message.string] if isinstance(message.string, str) else message.string
    wanted = sorted(name or "" for _, name in _pieces(source) if name is not None)
    for words in given if message.id else ():
        if words and sorted(name or "" for _, name in _pieces(words) if name is not None) != wanted:
            raise ValueError(f"{source[:40]!r} has other fields there")


def _translations(path: Path) -> "Translations":
    """The catalogue, compiled in memory: one file a language is all that is kept."""
    import io

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    compiled = io.BytesIO()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem, abort_invalid=True)
    if not any(message.id and message.string for message in catalogue):
        raise ValueError("it holds none")
    for message in catalogue:
        _must_have_the_fields(message)
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
