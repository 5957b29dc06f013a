"""Splits that are given, drawn, or completed; near-duplicates count as one group."""

import numpy as np
import pytest
from PIL import Image

from tasvir.contracts.errors import BadInputError
from tasvir.data.load import load_data
from tasvir.data.raw import Facts, Raw
from tasvir.data.readers.arrays import ArrayPixels
from tasvir.data.split import arrange

N = 60
LABELS = np.arange(N) % 2


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (N, 8, 8), dtype=np.uint8)


def raw(images, split=None, groups=None):
    return Raw(Facts("set", "here"), ArrayPixels(images), LABELS, None, split, groups)


def test_a_given_split_is_kept_also_where_it_leaks(images):
    images[59] = images[0]
    split = np.repeat(["train", "test"], [40, 20])
    found = arrange(raw(images, split), LABELS, images, seed=0)
    np.testing.assert_array_equal(found.split, split)
    assert (found.rule, found.groups) == ("given", None)


@pytest.mark.parametrize("seed", range(5))
def test_near_duplicates_stay_together_in_a_drawn_split(images, seed):
    images[30:40] = images[:10]
    images[50] = images[0]
    found = arrange(raw(images), LABELS, images, seed=seed)
    np.testing.assert_array_equal(found.split[30:40], found.split[:10])
    assert found.groups[50] == found.groups[30] == found.groups[0]
    assert len(np.unique(found.groups)) == N - 11
    assert "near-duplicates kept together" in found.rule


def test_groups_that_share_a_picture_become_one(images):
    groups = np.array([f"p{i // 4:02}" for i in range(N)])
    images[30] = images[1]
    found = arrange(raw(images, groups=groups), LABELS, images, seed=0)
    assert found.groups[30] == found.groups[28] == found.groups[1] == "p00"
    assert len(np.unique(found.groups)) == N // 4 - 1
    for group in np.unique(found.groups):
        assert len(set(found.split[found.groups == group])) == 1


def test_a_missing_test_part_is_drawn_from_the_training_part(images):
    split = np.repeat(["train", "val"], [50, 10])
    found = arrange(raw(images, split), LABELS, images, seed=0)
    assert (found.split[50:] == "val").all()
    assert (found.split == "test").sum() == 10
    assert "of the given training images" in found.rule


@pytest.mark.parametrize("parts", [("val", "test"), ("val", "val")])
def test_a_split_without_training_images_is_refused(images, parts):
    with pytest.raises(BadInputError, match="train"):
        arrange(raw(images, np.repeat(parts, N // 2)), LABELS, images, seed=0)


def test_classes_of_one_cluster_each_are_split_all_the_same_and_it_is_said(images):
    images[:] = LABELS[:, None, None] * 9
    found = arrange(raw(images), LABELS, images, seed=0)
    assert (found.split == "test").sum() == 12
    assert "near-duplicates stand on both sides" in found.notes[0]


def test_a_class_of_one_group_is_trained_on_and_it_is_said(images):
    groups = np.where(LABELS == 0, 0, np.arange(N))
    found = arrange(raw(images, groups=groups), LABELS, images, seed=0)
    assert (found.split[LABELS == 0] == "train").all()
    assert "classes that have no test images, because each lies in a single group: 1" in found.notes[0]


def test_classes_of_one_group_each_cannot_be_split(images):
    with pytest.raises(BadInputError, match="each class lies in a single group"):
        arrange(raw(images, groups=LABELS), LABELS, images, seed=0)


def test_copies_in_a_folder_stay_together(picture_folder):
    folder = picture_folder({"a": 20, "b": 20}, size=(24, 24))
    for index in range(8):
        Image.open(folder / "a" / f"00{index}.png").save(folder / "a" / f"copy{index}.jpg", quality=85)
    dataset = load_data(folder)
    assert len(np.unique(dataset.groups)) == 40
    _, _, train = dataset.part("train")
    _, _, test = dataset.part("test")
    assert not set(train) & set(test)


def test_a_share_is_asked_for(images):
    found = arrange(raw(images), LABELS, images, seed=0, share=0.5)
    assert (found.split == "test").sum() == N // 2
    assert "drawn: 50.0 %" in found.rule or "drawn: 50.0%" in found.rule


def test_it_says_whether_it_was_drawn_and_whose_groups_there_are(images):
    groups = np.arange(N) // 3
    given = arrange(raw(images, np.repeat(["train", "test"], 30), groups), LABELS, images, seed=0)
    assert (given.drawn, given.groups_from) == (False, ("given",))
    images[30] = images[0]
    assert arrange(raw(images), LABELS, images, seed=0).groups_from == ("near-duplicates",)
    both = arrange(raw(images, groups=groups), LABELS, images, seed=0)
    assert (both.drawn, both.groups_from) == (True, ("given", "near-duplicates"))


def test_what_looks_alike_is_split_together_and_what_is_equal_counts_once(images):
    images[30] = images[0]
    images[40] = np.clip(images[1].astype(int) + 1, 0, 255)
    found = arrange(raw(images), LABELS, images, seed=0)
    assert found.groups_from == ("near-duplicates",)
    assert found.split[40] == found.split[1]
    assert found.units[30] == found.units[0]
    assert len(np.unique(found.units)) == N - 1


def test_cases_are_the_given_groups_where_nothing_is_equal(images):
    groups = np.repeat(np.arange(20), 3)
    assert arrange(raw(images), LABELS, images, seed=0).units is None
    np.testing.assert_array_equal(arrange(raw(images, groups=groups), LABELS, images, seed=0).units, groups)


def test_a_test_share_belongs_to_a_drawn_test(images):
    split = np.repeat(["train", "test"], [40, 20])
    with pytest.raises(BadInputError, match=r"test_share=0.3: here has test images of its own; leave test_share out"):
        arrange(raw(images, split), LABELS, images, seed=0, share=0.3)
    assert (
        "33.3% of the images for the test, stratified, seed 0; 32.5% were asked for"
        in arrange(raw(images), LABELS, images, seed=0, share=0.325).rule
    )
