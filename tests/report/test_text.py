"""The report in words: three lines for the terminal; all of it, and in another language, as golden texts.

The golden texts are those of `recorded/digits`, which `python tests/report/record.py` makes; `--regold` draws them anew.
"""

from pathlib import Path

import pytest

from tasvir.report.text import report_text, summary_lines
from tasvir.report.words.language import language, languages

GOLDEN = Path(__file__).parent / "golden"
ARMS = {"gaussian": "the Gaussian sampler", "vae": "the conditional VAE"}


def test_three_lines(digits_once):
    lines = summary_lines(digits_once.report())
    data, learned, helps = lines
    assert data.startswith("Data: Digits 8x8 has 300 images")
    assert "Pairs of duplicates within the training images: 1." in data
    assert learned.startswith("Learned: Cross-validation prefers PCA with 16 components")
    assert "Convolution net: balanced accuracy" in learned
    told = "; ".join(f"no verdict on {title}, {points(digits_once, arm)}" for arm, title in ARMS.items())
    assert helps == f"Does it help? Against duplicated real images: {told}."
    assert not any("\n" in line or "\N{NO-BREAK SPACE}" in line for line in lines)


def points(run, arm: str) -> str:
    """What an arm's balanced accuracy differs by, as it was recorded."""
    found = run.asked().metric("evidence/verdict", "difference", arm=arm, against="duplicates", test="all")
    return f"{100 * found.value:+.1f} points".replace("-", "\N{MINUS SIGN}")


def test_what_a_run_lacks_has_no_line(digits):
    for name in [name for name in digits.cells if name.startswith(("classifier", "evidence", "representation"))]:
        digits.unfinished(name)
    assert [line.split(":")[0] for line in summary_lines(digits.report())] == ["Data"]


def test_a_run_that_failed_altogether_has_no_lines(empty):
    empty.failed("data", "no such folder")
    assert summary_lines(empty.report()) == ()


@pytest.mark.parametrize("code", languages())
def test_the_text_is_the_golden_one(digits_once, regold, code):
    text, golden = report_text(digits_once.report(), language(code)), GOLDEN / f"digits.{code}.txt"
    if regold:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
