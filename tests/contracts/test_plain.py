"""What came with the data reaches no terminal raw."""

import pytest

from tasvir.contracts.plain import harmless_cell, plain_text, some


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
    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize("word", ["=1+2", "+cmd", "-2 or less", "@here", "\t=1", "\r=1"])
def test_no_word_is_a_formula(word: str) -> None:
    assert harmless_cell(word) == "'" + plain_text(word)


@pytest.mark.parametrize("word", ["cat", "", "a=b", "3-4", "'quoted'", "-3", "+0.5", "-1e-05", "-inf"])
def test_other_words_and_numbers_stay(word: str) -> None:
    assert harmless_cell(word) == word


def test_many_words_are_some() -> None:
    assert some(["a", "b\n"]) == r"a, b\x0a"
    assert len(some(f"class {number}" for number in range(300))) < 120
