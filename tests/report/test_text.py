"""The report in words: three lines for the terminal; all of it as a golden text.

The golden text is that of `recorded/digits`, which `python tests/report/record.py` makes; `--regold` draws it anew.
"""

from pathlib import Path

from tasvir.report.text import report_text, summary_lines

GOLDEN = Path(__file__).parent / "golden" / "digits.txt"


def test_three_lines(digits_once):
    lines = summary_lines(digits_once.report())
    data, learned, helps = lines
    assert data.startswith("Data: Digits 8x8 has 300 images")
    assert "Pairs of duplicates within the training images: 1." in data
    assert learned.startswith("Learned: Cross-validation prefers PCA with 16 components")
    assert "Residual net: balanced accuracy" in learned
    assert helps.startswith("Does it help? Against duplicated real images: no verdict on the Gaussian sampler, 0.0 points")
    assert not any("\n" in line or "\N{NO-BREAK SPACE}" in line for line in lines)


def test_what_a_run_lacks_has_no_line(digits):
    for name in [name for name in digits.cells if name.startswith(("classifier", "evidence", "representation"))]:
        digits.unfinished(name)
    assert [line.split(":")[0] for line in summary_lines(digits.report())] == ["Data"]


def test_a_run_that_failed_altogether_has_no_lines(empty):
    empty.failed("data", "no such folder")
    assert summary_lines(empty.report()) == ()


def test_the_text_is_the_golden_one(digits_once, regold):
    text = report_text(digits_once.report())
    if regold:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
