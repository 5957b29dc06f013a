"""Blocks without content give nothing; tables and figures are numbered as they are read."""

import pytest

from tasvir.report.document import Chapter, Figure, Table, analysis, assemble, chapter, figure, prose, table, trouble
from tasvir.report.words.language import language
from tasvir.report.words.message import say

TITLE = say("A")


def some(name: str) -> Table:
    return table(name, "A caption.", columns=("A",), rows=[("x",)])


def test_numbers_run_through_all_chapters_each_kind_for_itself():
    drawing = Figure("f", "A caption.", "words", ())
    chapters = (Chapter("a", TITLE, (some("t"), drawing)), Chapter("b", TITLE, (some("u"),)))
    report = assemble("Title", (), chapters)
    labels = [language()(report.label(block)) for block in (*report.blocks(Table), drawing)]
    assert labels == ["Table 1", "Table 2", "Figure 1"]
    assert [report.number(block) for block in report.blocks(Table)] == [1, 2]


def test_two_blocks_of_one_name_are_a_defect():
    with pytest.raises(AssertionError, match="one name"):
        assemble("Title", (), (Chapter("a", TITLE, (some("t"), some("t"))),))


def test_what_has_no_content_is_left_out():
    assert table("t", "A caption.", columns=("A",), rows=[]) is None
    assert figure("f", "A caption.", alt="words", panels=[None]) is None
    assert prose(None) is None
    assert chapter("a", TITLE, prose(None), some("t"), None).blocks == (some("t"),)


def test_analysis_leaves_out_what_the_records_do_not_support():
    assert analysis(None, say("One."), None).sentences == (say("One."),)


def test_trouble_names_the_part_and_the_reason():
    block = trouble({"classifier/0": "the loss became NaN."})
    assert language()(block.sentences[0]) == "This part failed: classifier/0: the loss became NaN."
    assert trouble({}) is None


def test_parts_that_failed_alike_share_a_line():
    """A run that is not finished may lack dozens."""
    block = trouble({**{f"part/{i}": say("it was not finished") for i in range(40)}, "other": "the loss became NaN"})
    told = [language()(sentence) for sentence in block.sentences]
    assert len(told) == 2
    assert told[0].startswith("These parts failed: part/0, part/1")
    assert "37 more: it was not finished." in told[0]
    assert told[1] == "This part failed: other: the loss became NaN."
