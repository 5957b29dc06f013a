"""The appendix and the head of a page tell what was asked, whatever the study."""

import pytest

from tasvir.report.chapters import appendix
from tasvir.report.document import Table
from tasvir.report.text import report_text


def tables(run) -> dict[str, dict[str, list[str]]]:
    found = [block for block in run.chapter(appendix).blocks if isinstance(block, Table)]
    return {table.name: {row[0]: [str(cell) for cell in row[1:]] for row in table.rows} for table in found}


def test_what_is_needed_to_repeat_the_run(digits_once):
    told = tables(digits_once)
    assert told["question"]["Command"] == ["tasvir run digits --profile quick --seed 0 --threads 1 --device cpu --precision fp32"]
    asked = {"profile": "quick", "seed": "0", "threads": "1", "device": "cpu", "precision": "fp32", "image_shape": "8, 8"}
    assert told["settings"] == {name: [value] for name, value in asked.items()}
    assert "torch" in told["versions"]
    assert list(told["cells"]) == list(digits_once.cells)
    asked, took, _ = told["cells"]["representation/pca/16"]
    assert asked == "method = pca, n_components = 16"
    assert took.endswith("s")


@pytest.mark.parametrize("how", ["failed", "not finished"])
def test_a_part_without_a_result_says_which(digits, how):
    name = "evidence/verdict"
    digits.failed(name, "out of memory") if how == "failed" else digits.unfinished(name)
    assert tables(digits)["cells"][name][1] == how


def test_the_head_of_the_page_names_the_options_of_any_study(digits_once, empty):
    assert report_text(digits_once.report()).splitlines()[2].startswith("profile quick · seed 0 · ")
    empty.about["settings"] = {"n_seeds": 3, "net": "dense", "noise": None, "mirror": False, "seed": 7, "threads": 1}
    told = report_text(empty.report()).splitlines()[2]
    assert told.startswith("n_seeds 3 · net dense · mirror no · seed 7 · ")


def test_what_the_run_takes_for_granted_is_told_by_its_study(digits_once):
    told = report_text(digits_once.report())
    assert "What the run takes for granted:" in told
    assert "- The test images were looked at once" in told
