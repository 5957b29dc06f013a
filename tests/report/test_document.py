"""Sentences keep the records of their numbers; tables and figures are numbered as they are read."""

import pytest

from tasvir.report.document import Chapter, Figure, Table, analysis, assemble, capital, listed, named, say, trouble
from tasvir.report.numbers import Shown


def table(name: str) -> Table:
    return Table(name, "A caption.", ("A",), (("x",),))


def test_a_sentence_reads_as_words_and_keeps_its_records():
    sentence = say("From {a} to {b}.", a=Shown("1", "cell x"), b="two")
    assert str(sentence) == "From 1 to two."
    assert [part.record for part in sentence.parts if isinstance(part, Shown)] == ["cell x"]


def test_pieces_become_a_list_inside_a_sentence():
    pieces = listed((say("{a}!", a=Shown("1", "cell x")), say("two")), "; ")
    sentence = say("Found: {pieces}.", pieces=pieces)
    assert str(sentence) == "Found: 1!; two."
    assert [part.record for part in sentence.parts if isinstance(part, Shown)] == ["cell x"]
    assert str(listed(())) == ""


def test_titles_inside_a_sentence_at_its_beginning_and_alone():
    assert capital("the VAE") == "The VAE"
    assert (named("the conditional VAE"), named("k-NN"), named("")) == ("Conditional VAE", "k-NN", "")


def test_numbers_run_through_all_chapters_each_kind_for_itself():
    figure = Figure("f", "A caption.", "words", ())
    chapters = (Chapter("a", "A", (table("t"), figure)), Chapter("b", "B", (table("u"),)))
    report = assemble("Title", (), chapters)
    assert [report.label(block) for block in (*report.blocks(Table), figure)] == ["Table 1", "Table 2", "Figure 1"]


def test_two_blocks_of_one_name_are_a_defect():
    with pytest.raises(AssertionError, match="one name"):
        assemble("Title", (), (Chapter("a", "A", (table("t"), table("t"))),))


def test_analysis_leaves_out_what_the_records_do_not_support():
    assert [str(s) for s in analysis(None, say("One."), None).sentences] == ["One."]


def test_trouble_names_the_part_and_the_reason():
    (block,) = trouble({"classifier/0": "the loss became NaN."})
    assert str(block.sentences[0]) == "This part failed: classifier/0: the loss became NaN."
    assert trouble({}) == ()
