"""The data card says how many images there are and what so many can show."""

import numpy as np
import pytest
from recorded import store

from tasvir.report.chapters import data_card
from tasvir.report.document import Figure, Table


def sentences(chapter) -> str:
    return " ".join(s for block in chapter.blocks if hasattr(block, "sentences") for s in block.sentences)


def tables(chapter) -> dict[str, Table]:
    return {b.name: b for b in chapter.blocks if isinstance(b, Table)}


def figures(chapter) -> dict[str, Figure]:
    return {b.name: b for b in chapter.blocks if isinstance(b, Figure)}


def test_the_card_tells_what_the_images_are(digits):
    chapter = digits.chapter(data_card)
    assert chapter.headline == "Digits 8x8 has 300 images of 8 × 8 pixels (gray) in 10 classes; 64 of them are kept for the test."
    rows = dict(tables(chapter)["data-set"].rows)
    assert rows["Licence"] == "CC BY 4.0"
    assert rows["Split"].startswith("drawn: 20.3 % of the images for the test, stratified, seed 0")
    assert rows["Size"] == "kept at 8x8"
    said = sentences(chapter)
    assert said.startswith("Handwritten digits of 13 people.")
    assert "most frequent training class is right for 7.8 % of the test images" in said
    assert "With 64 test images an accuracy near 90 % is known to about ± 7.3 points" in said


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"train": (50, 50)}, "Every class has 50 images"),
        ({"train": (50, 60)}, "about equally large, from 50 (0) to 60 (1)"),
        ({"train": (10, 60)}, "unequal: 1 has 60 images, 0 has 10"),
        ({"train": (0, 60)}, "unequal: 1 has 60 images, 0 has 0"),
    ],
)
def test_balance_is_read_from_the_counts(digits, counts, words):
    digits.tell("data", counts=counts, class_names=["0", "1"])
    assert words in sentences(digits.chapter(data_card))


def test_the_majority_is_that_of_the_training_part(digits):
    digits.tell("data", counts={"train": (60, 40), "test": (1, 3)}, class_names=["0", "1"])
    assert "is right for 25.0 % of the test images" in sentences(digits.chapter(data_card))


def test_groups_have_a_column_only_where_there_are_some(digits):
    assert "Groups" not in tables(digits.chapter(data_card))["split"].columns
    digits.tell("data", groups={"train": 3, "val": 1, "test": 2}, groups_from=["near-duplicates"])
    table = tables(digits.chapter(data_card))["split"]
    assert "Groups" in table.columns
    assert "clusters of near-duplicates that were found" in table.caption


def test_of_many_classes_the_first_are_shown_and_the_caption_says_so(digits):
    pictures = np.zeros((30, 5, 8, 8), np.uint8)
    store(digits, "data", "class_samples", pictures)
    digits.tell("data", class_names=[f"class {i}" for i in range(30)], sample_counts=[5] * 30, counts={})
    figure = figures(digits.chapter(data_card))["class-samples"]
    assert len(figure.panels) == 20
    assert "the first 20 of 30 classes" in figure.caption


def test_empty_places_among_the_samples_are_not_drawn(digits):
    digits.tell("data", sample_counts=[0, 2] + [5] * 8)
    assert [panel.title for panel in figures(digits.chapter(data_card))["class-samples"].panels][:2] == ["1", "2"]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"rule": "depth", "white": 4095, "bits": 12}, "pixels of more than 8 bits: 4095 became 255, as 12 bits are the least"),
        ({"words": "as somebody wrote it"}, "as somebody wrote it"),
    ],
)
def test_notes_are_rules_or_words(digits, part, words):
    digits.tell("data", notes=[part])
    assert dict(tables(digits.chapter(data_card))["data-set"].rows)["Note"].startswith(words)


def test_a_run_without_data(empty):
    assert empty.chapter(data_card) is None
    empty.failed("data", "no such folder")
    assert sentences(empty.chapter(data_card)) == "This part failed: data: no such folder."
    empty.found("data")
    assert empty.chapter(data_card).title == "Data card"
