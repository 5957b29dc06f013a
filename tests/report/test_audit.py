"""The audit's chapter tells each fault, and says so where there is none."""

from dataclasses import replace

import pytest

from tasvir.report.chapters import audit
from tasvir.report.document import Figure, Table

PLACES = [{"part": "train", "index": i, "row": i, "label": "cat"} for i in range(7)]


def chapter_of(run):
    return run.chapter(audit)


@pytest.fixture
def audited(two):
    """The chapter of a sound set, but for the facts that are given."""

    def make(**facts):
        two.tell("audit", **facts)
        return chapter_of(two)

    return make


@pytest.fixture
def leaking(digits):
    """The run whose pair of duplicates is three: one within the training images, two across the split, one with other labels."""
    told = digits.cells["audit"][-1].data["facts"]
    (pair,) = told["pairs"]
    test = [{"part": "test", "index": i, "row": 236 + i, "label": label} for i, label in enumerate(("7", pair["first"]["label"]))]
    pairs = [
        pair | {"kind": "identical", "distance": 0.0, "second": test[0], "conflict": True},
        pair | {"kind": "close", "distance": 0.31},
        pair | {"kind": "alike", "distance": 1.2, "second": test[1]},
    ]
    (within,) = told["overlaps"]
    across = within | {"part": "test", "n": 64, "n_images": 2, "n_images_close": 1, "n_pairs": 2, "n_pairs_close": 1}
    within = within | {"n_images_close": 2, "n_pairs_close": 1}
    digits.tell("audit", pairs=pairs, n_pairs=3, overlaps=[within, across])
    digits.change("audit", lambda r: replace(r, content=r.content[[0, 0, 0]]) if r.name == "pair_images" else r)
    return digits


def said(chapter) -> str:
    return " ".join(map(str, chapter.blocks[-1].sentences))


def table(chapter, name: str) -> list[list[str]]:
    found = [b for b in chapter.blocks if isinstance(b, Table) and b.name == name]
    return [list(map(str, row)) for row in found[0].rows] if found else []


def test_duplicates_are_counted_by_part_and_kind(leaking):
    assert table(chapter_of(leaking), "duplicates") == [
        ["training", "training", "2 of 236", "2", "1", "1", "0"],
        ["test", "training", "2 of 64", "1", "2", "1", "1"],
    ]


def test_pairs_are_shown_as_pictures_with_distance_place_and_labels(leaking):
    chapter = chapter_of(leaking)
    figure = next(b for b in chapter.blocks if isinstance(b, Figure))
    assert [panel.title for panel in figure.panels] == ["0.00, identical", "0.31, close", "1.20, alike"]
    assert figure.caption.startswith("All pairs of duplicates")
    first = table(chapter, "pairs")[0]
    assert first[:3] == ["0.000", "identical", "train/158"]
    assert first[4] == "test/0"
    assert first[3] != first[5]
    pairs = next(b for b in chapter.blocks if isinstance(b, Table) and b.name == "pairs")
    assert pairs.bold == {0}


def test_a_leak_is_told_with_what_it_means(leaking):
    chapter = chapter_of(leaking)
    assert said(chapter).startswith(
        "Duplicated among the training images: 2 of 64 test images, 1 of them identical or close. "
        "Scores on such test images tell what was remembered"
    )
    assert "Pairs of duplicates with different labels: 1, of them identical: 1." in said(chapter)
    assert "Pairs of duplicates within the training images: 1." in said(chapter)
    assert str(chapter.headline).startswith("Duplicated among the training images: 2 of 64")


def test_the_rule_stands_before_what_it_found(leaking):
    rule = chapter_of(leaking).blocks[1]
    assert str(rule.sentences[0]).startswith("Two images are duplicates when")


def test_a_sound_set_is_called_sound(audited):
    chapter = audited()
    assert said(chapter).startswith("Nothing was found: no duplicates")
    assert str(chapter.headline) == "The audit found no fault."
    assert table(chapter, "checks") == [
        ["Groups in several parts", "no groups are known"],
        ["Order of the training images", "142 runs of equal labels, 143 when shuffled"],
        ["Order of the test images", "37 runs of equal labels, 37 when shuffled"],
        ["Images of a single colour", "none"],
        ["Classes too small, or missing in a part", "none"],
    ]


@pytest.mark.parametrize(
    ("facts", "words", "row"),
    [
        (
            {"groups": {"counts": {"train": 3, "test": 2}, "crossing": ["p1", "p2"]}},
            "Groups in several parts of the split: 2.",
            "p1, p2 (3 training, 2 test)",
        ),
        ({"groups": {"counts": {"train": 3, "test": 2}, "crossing": []}}, "Nothing was found", "none (3 training, 2 test)"),
        ({"constant": PLACES}, "Images of a single colour: 7.", "train/3, train/4"),
        ({"small_classes": [{"name": "fox", "counts": {"train": 1}}]}, "missing in a part: 1.", "fox"),
        (
            {"label_order": [{"part": "test", "runs": 2, "expected": 30.0, "ordered": True}]},
            "The test images stand by class: shuffle",
            "2 runs of equal labels, 30 when shuffled",
        ),
    ],
)
def test_each_fault_has_its_sentence_and_its_row(audited, facts, words, row):
    chapter = audited(**facts)
    assert words in said(chapter)
    assert any(row in found for _, found in table(chapter, "checks"))


def test_of_many_pairs_the_nearest_are_listed(audited):
    pair = {"kind": "close", "distance": 0.1, "first": PLACES[0], "second": PLACES[1], "conflict": True}
    chapter = audited(pairs=[pair] * 50, n_pairs=1234)
    pairs = next(b for b in chapter.blocks if isinstance(b, Table) and b.name == "pairs")
    assert len(pairs.rows) == 20
    assert pairs.caption.startswith("The 20 nearest of 1,234 pairs")
    assert "Of the 50 nearest pairs, those with different labels: 50, of them identical: 0." in said(chapter)


def test_an_audit_that_failed_or_was_not_made(empty):
    assert empty.chapter(audit) is None
    empty.failed("audit", "out of memory")
    assert [block.role for block in chapter_of(empty).blocks] == ["text", "trouble"]
    empty.found("audit")
    assert chapter_of(empty).title == "Audit"
