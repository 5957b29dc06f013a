"""The data card says how many images there are and what so many can show."""

from dataclasses import replace

import pytest

from tasvir.report.chapters import data_card
from tasvir.report.document import Figure, Table


def sentences(chapter) -> str:
    return " ".join(str(s) for block in chapter.blocks if hasattr(block, "sentences") for s in block.sentences)


@pytest.fixture
def summary(digits):
    return data_card.summarise(digits.asked())


def test_the_card_is_data(summary):
    assert (summary.title, summary.n_images, summary.n_test, len(summary.class_names)) == ("Digits 8x8", 300, 64, 10)
    assert summary.totals[0] == 31
    assert summary.samples.shape == (10, 5, 8, 8)
    assert summary.majority_share == pytest.approx(5 / 64)
    assert summary.half_width == pytest.approx(0.073, abs=0.001)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"train": (50, 50)}, "Every class has 50 images"),
        ({"train": (50, 60)}, "about equally large, from 50 (0) to 60 (1)"),
        ({"train": (10, 60)}, "unequal: 1 has 60 images, 0 has 10"),
        ({"train": (0, 60)}, "unequal: 1 has 60 images, 0 has 0"),
    ],
)
def test_balance_is_read_from_the_counts(summary, counts, words):
    fewer = replace(summary, counts=counts, class_names=("0", "1"), samples=None)
    assert words in sentences(data_card.compose(fewer))


def test_the_majority_is_that_of_the_training_part(summary):
    unequal = replace(summary, counts={"train": (60, 40), "test": (1, 3)})
    assert unequal.majority_share == 0.25


def test_groups_have_a_column_only_where_there_are_some(summary):
    columns = [b.columns for b in data_card.compose(summary).blocks if isinstance(b, Table)][1]
    grouped = replace(summary, facts={**summary.facts, "groups": {"train": 3, "val": 1, "test": 2}})
    assert "Groups" not in columns
    assert "Groups" in [b.columns for b in data_card.compose(grouped).blocks if isinstance(b, Table)][1]


def test_of_many_classes_the_first_are_shown_and_the_caption_says_so(summary):
    names = tuple(f"class {i}" for i in range(30))
    many = replace(summary, class_names=names, samples=summary.samples[[0] * 30], sample_counts=(5,) * 30, counts={})
    (figure,) = (b for b in data_card.compose(many).blocks if isinstance(b, Figure))
    assert len(figure.panels) == 20
    assert "the first 20 of 30 classes" in figure.caption


def test_empty_places_among_the_samples_are_not_drawn(summary):
    few = replace(summary, sample_counts=(0, 2) + (5,) * 8)
    figure = next(b for b in data_card.compose(few).blocks if isinstance(b, Figure) and b.name == "class-samples")
    assert [panel.title for panel in figure.panels][:2] == ["1", "2"]


def test_a_run_without_data(empty):
    assert data_card.summarise(empty.asked()) is None
    empty.failed("data", "no such folder")
    chapter = data_card.compose(data_card.summarise(empty.asked()))
    assert sentences(chapter) == "This part failed: data: no such folder."
    empty.found("data")
    assert data_card.compose(data_card.summarise(empty.asked())).title == "Data card"
