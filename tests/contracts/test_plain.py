"""What came with the data reaches no terminal raw."""

import pytest

from tasvir.contracts.plain import plain_text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain.png", "plain.png"),
        ("\x1b[2Jgone\x07", r"\x1b[2Jgone\x07"),
        ("two\nlines\r\t", r"two\x0alines\x0d\x09"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202egnp.exe", r"a\u202egnp.exe"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("stray\udcff", r"stray\udcff"),
        ("فارسی é 猫", "فارسی é 猫"),
        ("می\u200cروم", "می\u200cروم"),  # the joiner is part of Persian spelling
    ],
)
def test_nothing_is_obeyed(text: str, shown: str) -> None:
    assert plain_text(text) == shown


def test_what_is_shown_can_be_printed_anywhere() -> None:
    shown = plain_text("".join(map(chr, range(0x3000))))
    assert shown.encode() and "\x1b" not in shown and len(shown.splitlines()) == 1
