"""The same kind of number looks the same everywhere."""

import pytest

from tasvir.report import numbers
from tasvir.report.cells import Reading
from tasvir.report.numbers import count, decimal, of_n, p_value, percent, points, seconds, span
from tasvir.report.words.language import language


def plain(shown) -> str:
    return language()(shown).replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize(
    ("write", "reading", "text"),
    [
        (percent, Reading(0.9724, 0.961, 0.98), "97.2 % [96.1, 98.0]"),
        (percent, Reading(1.0, 0.99, 1.0), "100.0 % [99.0, 100.0]"),
        (percent, Reading(0.5), "50.0 %"),
        (percent, Reading(float("nan")), "–"),
        (percent, None, "–"),
        (points, Reading(0.013, -0.002, 0.03), "+1.3 points [-0.2, +3.0]"),
        (points, Reading(-0.011, -0.022, 0.0004), "-1.1 points [-2.2, 0.0]"),
        (points, Reading(-0.0001), "0.0 points"),
        (points, Reading(-0.0000001), "0.0 points"),
        (points, Reading(0.0), "0.0 points"),
        (decimal, Reading(0.98765, 0.9, 1), "0.988 [0.900, 1.000]"),
        (span, Reading(-0.0134), "1.3 points"),
        (p_value, Reading(0.0124), "0.012"),
        (p_value, Reading(0.0004), "< 0.001"),
        (of_n, Reading(11.0, n=1200), "11 of 1,200"),
        (of_n, None, "–"),
        (count, 60000, "60,000"),
        (count, None, "–"),
    ],
)
def test_writing(write, reading, text):
    assert plain(write(reading)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0 s"),
        (0.0001, "< 1 ms"),
        (0.04, "40 ms"),
        (3.21, "3.2 s"),
        (99.96, "1 min 40 s"),
        (3599.6, "1 h 00 min"),
        (float("inf"), "–"),
    ],
)
def test_times_from_milliseconds_to_hours(value, text):
    assert plain(seconds(Reading(value))) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        ("", "–"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (2026, "2026"),
        (-60000, "-60,000"),
        (0.5, "0.5"),
        ([1, None, [True]], "1, –, yes"),
        ("PCA", "PCA"),
    ],
)
def test_a_json_value_is_written_as_a_person_does(value, text):
    assert plain(numbers.plain(value)) == text
