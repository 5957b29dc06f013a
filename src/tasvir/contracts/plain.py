"""Words from files and folders as a terminal can show them: nothing in them is obeyed."""

import re
from collections.abc import Iterable

#: C0 and C1 controls, line separators, the marks that turn the direction of writing, and bytes that were no text.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain_text(text: str) -> str:
    r"""How can this word be shown without doing anything?

    Parameters
    ----------
    text : str
        A file name, the name of a class, or any other word that came with the data.

    Returns
    -------
    str
        The same, with every control character, direction mark and stray byte as a visible escape.

    Notes
    -----
    Our own. Escape sequences move a terminal's cursor and recolour it; direction marks (U+202A to U+202E, U+2066 to
    U+2069) show a name in another order than it has.

    Examples
    --------
    >>> plain_text("cat\x1b[31m.png")
    'cat\\x1b[31m.png'
    >>> plain_text("كتاب é 猫.png")
    'كتاب é 猫.png'
    """
    return UNSEEN.sub(lambda found: _escape(ord(found.group())), text)


def some(words: Iterable[object], most: int = 8) -> str:
    """The first of many words in one line, and how many more there are.

    >>> some(range(300), most=3)
    '0, 1, 2 and 297 more'
    """
    listed = [plain_text(str(word)) for word in words]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def harmless_cell(word: str) -> str:
    """A word as a cell of a CSV file: a spreadsheet takes what begins with = + - @ for a formula, if it is no number.

    >>> harmless_cell("=1+2"), harmless_cell("-3"), harmless_cell("cat")
    ("'=1+2", '-3', 'cat')
    >>> harmless_cell("cat\\x1b[31m")
    'cat\\\\x1b[31m'

    Notes
    -----
    OWASP, *CSV injection*: a single quote before it.
    """
    formula = word.startswith(("=", "+", "-", "@", "\t", "\r")) and not is_number(word)
    shown = plain_text(word)
    return f"'{shown}" if formula else shown


def is_number(word: str) -> bool:
    """Whether a word of a table can be read as a number."""
    try:
        float(word)
    except ValueError:
        return False
    return True


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
