"""The audit finds what was planted, and BreastMNIST's known leak."""

import json

import numpy as np
import pytest

from tasvir.data.audit.audit import audit
from tasvir.data.dataset import DataCard, Dataset
from tasvir.data.load import load_data
from tasvir.report.chapters.audit import faults, sentences
from tasvir.report.words.language import language

CARD = DataCard("t", "o", "l", "a", "s", "given", "kept")
SPLIT = np.repeat(["train", "val", "test"], [60, 20, 20])


@pytest.fixture
def parts():
    """The arrays of a sound set of 100 random images in three parts, to plant faults in."""
    rng = np.random.default_rng(0)
    return {
        "images": rng.integers(0, 256, (100, 12, 12), dtype=np.uint8),
        "labels": rng.permutation(np.arange(100) % 4),
        "groups": np.array([f"p{i // 2}" for i in range(100)]),
        "split": SPLIT.copy(),
    }


def made(parts, names=("a", "b", "c", "d")):
    return Dataset("planted", class_names=names, card=CARD, **parts)


def findings(found) -> tuple[str, ...]:
    return tuple(map(language(), faults(found.to_json())))


def test_a_sound_set_has_no_findings(parts):
    found = audit(made(parts))
    assert findings(found) == ()
    assert found.groups.counts == {"train": 30, "val": 10, "test": 10}
    told = [language()(sentence) for sentence in sentences(found.to_json())]
    assert told[1] == "Groups, none in several parts: 30 training, 10 validation, 10 test."


def test_copies_are_named_by_part_index_distance_and_labels(parts):
    parts["images"][85] = parts["images"][7]
    parts["labels"][[7, 85]] = [0, 3]
    found = audit(made(parts))
    (pair,) = found.to_json()["pairs"]
    assert pair == {
        "kind": "identical",
        "distance": 0.0,
        "conflict": True,
        "first": {"part": "train", "index": 7, "row": 7, "label": "a", "name": "train/7"},
        "second": {"part": "test", "index": 5, "row": 85, "label": "d", "name": "test/5"},
    }
    assert found.conflicts == found.pairs
    assert findings(found) == (
        "Duplicated among the training images: 1 of 20 test images, 1 of them identical or close.",
        "Scores on such test images tell what was remembered rather than what was learned.",
        "Pairs of duplicates with different labels: 1, of them identical: 1.",
    )


def test_overlaps_count_images_of_the_later_part(parts):
    images = parts["images"]
    images[[81, 82, 61]] = images[3]
    found = {(overlap.part, overlap.other): overlap for overlap in audit(made(parts)).overlaps}
    counts = {key: (overlap.n, overlap.n_images_close, overlap.n_pairs_close) for key, overlap in found.items()}
    assert counts == {
        ("val", "train"): (20, 1, 1),
        ("test", "train"): (20, 2, 2),
        ("test", "val"): (20, 2, 2),
        ("test", "test"): (20, 2, 1),
    }


def test_crossing_groups_are_named(parts):
    parts["groups"][[59, 61, 99]] = "p3"
    found = audit(made(parts))
    assert found.groups.crossing == ("p3",)
    assert "Groups in several parts of the split: 1." in findings(found)


def test_constant_images_order_and_small_classes(parts):
    parts["images"][[4, 90]] = np.array([7, 9])[:, None, None]
    parts["labels"] = np.concatenate([np.sort(parts["labels"][:60]) % 3, parts["labels"][60:] % 3])
    parts["labels"][[0, 61, 62]] = 3
    found = audit(made(parts))
    assert [(place.part, place.index) for place in found.constant] == [("train", 4), ("test", 10)]
    assert [order.part for order in found.label_order if order.ordered] == ["train"]
    assert [(small.name, small.counts) for small in found.small_classes] == [("d", {"train": 1, "val": 2, "test": 0})]
    said = " ".join(findings(found))
    assert "Images of a single colour: 2." in said
    assert "The training images stand by class" in said
    assert "Classes too small to split, or missing in a part: 1." in said


def test_the_audit_is_frozen_and_plain_json(parts):
    found = audit(made(parts))
    with pytest.raises(AttributeError):
        found.name = "other"
    assert json.loads(json.dumps(found.to_json()))["counts"] == {"train": 60, "val": 20, "test": 20}


@pytest.mark.real
def test_known_answer_breastmnist_leaks(real_data):
    found = audit(load_data("breastmnist", data_dir=real_data))
    pairs = [pair for pair in found.to_json()["pairs"] if pair["distance"] <= 0.5]

    def sides(one, other):
        """Pairs between two parts, as (index in `one`, index in `other`)."""
        return [
            (here["index"], there["index"])
            for pair in pairs
            for here, there in ((pair["first"], pair["second"]), (pair["second"], pair["first"]))
            if (here["part"], there["part"]) == (one, other)
        ]

    assert len({test for test, _ in sides("test", "train")}) == 26
    assert len({test for test, _ in sides("test", "val")}) == 3
    assert len({val for val, _ in sides("val", "train")}) == 15
    assert len(sides("train", "train")) == 2 * 51
    exact = next(pair for pair in pairs if pair["kind"] == "identical")
    assert (exact["first"]["part"], exact["first"]["index"], exact["first"]["label"]) == ("train", 115, "malignant")
    assert (exact["second"]["part"], exact["second"]["index"]) == ("test", 76)
    assert exact["second"]["label"] == "normal, benign"
    close = {(o.part, o.other): (o.n_images_close, o.n_pairs_close) for o in found.overlaps}
    assert close[("test", "train")][0] == 26
    assert close[("test", "val")][0] == 3
    assert close[("val", "train")][0] == 15
    assert close[("train", "train")][1] == 51


@pytest.mark.real
def test_no_patient_of_the_chest_x_rays_crosses_the_split(real_data):
    options = {"file_column": "filestem", "label_column": "pneumonia_visible", "empty_label": "0"}
    columns = {"group_column": "patient", "split_column": "split"}
    dataset = load_data(real_data / "chest_xray", manifest="dataset.csv", **options, **columns)
    assert audit(dataset).groups.counts == {"train": 575, "test": 210}
    assert audit(dataset).groups.crossing == ()
