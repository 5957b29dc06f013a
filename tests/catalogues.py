"""All words of the report, and the catalogues that hold them: `make words` brings these up to date.

New templates come without a translation, changed ones lose theirs (nothing is guessed), templates that are gone go.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import tasvir.report
from tasvir.data.known.facts import KNOWN
from tasvir.data.rules import RULES
from tasvir.report.words.language import CATALOGUES, SOURCE, languages
from tasvir.studies.study import STUDIES, find_study

#: say(one), say_n(one, many)
KEYWORDS = {"say": None, "say_n": (1, 2)}
Message = str | tuple[str, str]


def messages() -> dict[Message, str]:
    """Every template with the file that it stands in, in the order of the files."""
    found: dict[Message, str] = {}
    for message, place in [*_said(), *_told()]:
        found.setdefault(message, place)
    return found


def _said() -> Iterator[tuple[Message, str]]:
    """What is written in the report itself."""
    for file, _, message, _, _ in extract_from_dir(Path(tasvir.report.__file__).parent, keywords=KEYWORDS):
        yield message, f"report/{file}"


def _told() -> Iterator[tuple[Message, str]]:
    """What other rooms hold for it by an id: rules of reading, what named sets show, what studies take for granted."""
    yield from ((template, "data/rules.py") for template in RULES.values())
    yield from ((known.about, "data/known") for known in KNOWN.values())
    for name in STUDIES:
        yield from ((words, f"studies {name}") for words in find_study(name).assumptions)


def read(code: str) -> Catalog:
    with (CATALOGUES / f"{code}.po").open("rb") as file:
        return read_po(file, locale=code)


def write(catalogue: Catalog, path: Path) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, include_lineno=False)


def refresh(code: str) -> Catalog:
    """The catalogue of today's templates, with the translations that there are."""
    old = read(code) if (CATALOGUES / f"{code}.po").is_file() else Catalog(code)
    new = Catalog(
        code,
        project="Tasvir",
        version="1",
        copyright_holder="the Tasvir authors",
        msgid_bugs_address="none",
        last_translator="the Tasvir authors",
        language_team=code,
        header_comment="# The words of Tasvir's report; `make words` keeps the templates up to date.",
        fuzzy=False,
        creation_date=old.creation_date,
    )
    new.revision_date = old.creation_date
    for message, place in messages().items():
        known = old.get(message[0] if isinstance(message, tuple) else message)
        new.add(message, known.string if known is not None else None, locations=[(place, None)])
    return new


if __name__ == "__main__":
    for code in sys.argv[1:] or [code for code in languages() if code != SOURCE]:
        catalogue = refresh(code)
        write(catalogue, CATALOGUES / f"{code}.po")
        left = sum(not all(m.string if isinstance(m.string, tuple) else (m.string,)) for m in catalogue if m.id)
        print(f"{code}: {len(catalogue)} templates, {left} without words")
