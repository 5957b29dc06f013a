"""A folder of class folders: sizes, modes, colour, and what is refused."""

import os

import numpy as np
import pytest
from PIL import Image

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.load import load_data


def test_sub_folders_are_the_classes(picture_folder):
    folder = picture_folder({"b": 5, "a": 7})
    dataset = load_data(folder)
    assert dataset.name == "shapes"
    assert dataset.class_names == ("a", "b")
    assert np.bincount(dataset.labels).tolist() == [7, 5]
    assert dataset.images.shape == (12, 10, 12)


@pytest.mark.parametrize(
    ("size", "others", "expected"),
    [((64, 64), None, (64, 64)), ((65, 20), None, (64, 64)), ((30, 20), None, (30, 20)), ((30, 20), (20, 30), (64, 64))],
)
def test_the_size_rule(picture_folder, size, others, expected):
    folder = picture_folder({"a": 2, "b": 2}, size=size)
    if others:
        Image.new("L", others[::-1]).save(folder / "a" / "other.png")
    assert load_data(folder).images.shape[1:] == expected


def test_one_colour_picture_makes_the_set_rgb(picture_folder):
    folder = picture_folder({"a": 3, "b": 3})
    Image.new("RGB", (12, 10), "red").save(folder / "a" / "red.png")
    assert load_data(folder).images.shape == (7, 10, 12, 3)
    assert load_data(folder, color=False).images.shape == (7, 10, 12)


def test_gray_pictures_stored_as_rgb_are_gray(picture_folder):
    folder = picture_folder({"a": 3, "b": 3})
    gray = load_data(folder)
    for path in folder.rglob("*.png"):
        Image.open(path).convert("RGB").save(path)
    np.testing.assert_array_equal(load_data(folder).images, gray.images)


def test_resizing_is_pillows_antialiased_bilinear(picture_folder):
    folder = picture_folder({"a": 2, "b": 2}, size=(70, 90))
    expected = Image.open(folder / "a" / "000.png").resize((64, 64), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(load_data(folder).images[0], np.asarray(expected))


@pytest.mark.parametrize(
    ("counts", "match"),
    [
        ({"a": 5}, "one class only"),
        ({"a": 5, "b": 1}, "class 'b' with a single image"),
        ({"a": 5, "b": 0}, "holds no images"),
        ({}, "has no sub-folders"),
    ],
)
def test_sets_that_cannot_be_learned_from_are_refused(picture_folder, counts, match):
    folder = picture_folder(counts)
    folder.mkdir(exist_ok=True)
    with pytest.raises((BadInputError, DataFileError), match=match):
        load_data(folder)


@pytest.mark.parametrize("content", [b"", b"no image", None])
def test_an_unreadable_image_is_named(picture_folder, content):
    folder = picture_folder({"a": 3, "b": 3})
    path = folder / "b" / "001.png"
    path.write_bytes(path.read_bytes()[:60] if content is None else content)
    with pytest.raises(DataFileError, match=r"b/001.png cannot be read as an image"):
        load_data(folder)


def test_parts_with_class_folders_are_a_given_split(tmp_path):
    rng = np.random.default_rng(0)
    for part, n in (("train", 4), ("Validation", 2), ("test", 3)):
        for label in ("cat", "dog"):
            place = tmp_path / "pets" / part / label
            place.mkdir(parents=True)
            for index in range(n):
                Image.fromarray(rng.integers(0, 256, (8, 8), dtype=np.uint8)).save(place / f"{index}.png")
    dataset = load_data(tmp_path / "pets")
    assert [len(dataset.part(part)[0]) for part in ("train", "val", "test")] == [8, 4, 6]
    assert dataset.class_names == ("cat", "dog")
    assert dataset.card.split_rule == "given"


def test_classes_that_are_called_train_and_test_are_classes(picture_folder):
    assert load_data(picture_folder({"train": 4, "test": 4})).class_names == ("test", "train")


def test_parts_and_a_stray_folder_are_refused(tmp_path):
    for place in ("train/a", "train/b", "test/a", "other"):
        (tmp_path / "pets" / place).mkdir(parents=True)
    with pytest.raises(DataFileError, match="has the parts test, train and beside them other: move that elsewhere"):
        load_data(tmp_path / "pets")


def test_a_class_whose_name_is_no_text_is_refused(tmp_path):
    (tmp_path / "odd" / os.fsdecode(b"\xff")).mkdir(parents=True)
    with pytest.raises(DataFileError, match=r"'\\udcff'.: rename that folder"):
        load_data(tmp_path / "odd")
