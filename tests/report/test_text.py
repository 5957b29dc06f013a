"""The report in words: three lines for the terminal; all of it as a golden text."""

from pathlib import Path

from tasvir.report.summary import compose, summarise
from tasvir.report.text import report_text, summary_lines

GOLDEN = Path(__file__).parent / "golden" / "digits.txt"


def test_three_lines(digits_once):
    lines = summary_lines(compose(summarise(digits_once.all())))
    data, learned, helps = lines
    assert data.startswith("Data: Digits has 1,797 images")
    assert "Duplicated among the training images: 2 of 397 test images" in data
    assert learned.startswith("Learned: Best is Autoencoder (conv) with 16 components")
    assert "ResNet: balanced accuracy" in learned
    assert helps.startswith("Does it help? Against duplicated real images: the conditional VAE helps, +2.5 points")
    assert not any("\n" in line or "\N{NO-BREAK SPACE}" in line for line in lines)


def test_what_a_run_lacks_has_no_line(digits):
    for name in [name for name in digits.addresses if name.startswith(("classifier", "evidence", "representation"))]:
        digits.unfinished(name)
    assert [line.split(":")[0] for line in summary_lines(compose(summarise(digits.all())))] == ["Data"]


def test_a_run_that_failed_altogether_has_no_lines(builder):
    run = builder()
    run.failed("data", "no such folder")
    assert summary_lines(compose(summarise(run.all()))) == ()


def test_the_text_is_the_golden_one(digits_once, regold):
    text = report_text(compose(summarise(digits_once.all())))
    if regold:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
