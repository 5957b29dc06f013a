"""A set as it shows itself, and counting without images."""

import base64
import dataclasses
import io
import re

import numpy as np
import pytest
from PIL import Image

from tasvir.contracts.errors import BadInputError
from tasvir.data.dataset import DataCard, Dataset
from tasvir.data.load import dataset_from_arrays, load_data
from tasvir.data.readers import pictures, sources
from tasvir.data.readers.pictures import PictureFiles

CARD = DataCard(*[""] * 7)


def shapes(n=30, size=(6, 9), class_names=("circle", "square", "star"), split="train", name="shapes"):
    images = np.random.default_rng(0).integers(0, 256, (n, *size), dtype=np.uint8)
    return Dataset(name, images, np.arange(n) % len(class_names), class_names, None, np.full(n, split), CARD)


def strip(html: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(re.search(r'base64,([^"]+)"', html)[1])))


def cells(html: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in rows]


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({}, "Dataset 'shapes': 30 train; images (6, 9), 3 classes"),
        ({"n": 1200, "split": "test", "size": (4, 4, 3)}, "Dataset 'shapes': 1,200 test; images (4, 4, 3), 3 classes"),
        ({"n": 0}, "Dataset 'shapes': no images; images (6, 9), 3 classes"),
        ({"name": "two\nlines"}, "Dataset 'two\\nlines': 30 train; images (6, 9), 3 classes"),
    ],
)
def test_it_shows_itself_in_one_line(options, line):
    assert repr(shapes(**options)) == line


def test_the_digits_are_shown_without_arrays():
    assert repr(load_data("digits")) == "Dataset 'digits': 1,433 train, 364 test; images (8, 8), 10 classes"


def test_the_table_counts_images_by_part_and_class():
    dataset = shapes(n=7)
    assert cells(dataset._repr_html_()) == [["", "circle", "square", "star", "all"], ["train", "3", "2", "2", "7"]]


def test_many_classes_are_summed_up():
    dataset = shapes(n=60, class_names=tuple(f"c{i}" for i in range(20)))
    heads, train = cells(dataset._repr_html_())
    assert heads[-3:] == ["c11", "and 8 more", "all"]
    assert train[-3:] == ["3", "24", "60"]


@pytest.mark.parametrize(("size", "mode"), [((6, 9), "L"), ((6, 9, 3), "RGB"), ((1, 1), "L"), ((200, 100), "L")])
def test_the_strip_holds_one_image_a_class(size, mode):
    dataset = shapes(size=size)
    shown = strip(dataset._repr_html_())
    assert shown.mode == mode
    assert shown.height <= 64
    if max(size[:2]) <= 64:
        width = size[1]
        for position in range(3):
            tile = np.asarray(shown)[:, position * (width + 2) :][:, :width]
            np.testing.assert_array_equal(tile, dataset.images[position])


def test_words_are_escaped():
    html = shapes(class_names=('<script>alert("1")</script>', "a&b", "c"), name="<b>")._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html
    assert "a&amp;b" in html
    assert 'alt="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;, a&amp;b, c"' in html


def test_a_set_without_images_has_a_table_and_no_strip():
    html = shapes(n=0)._repr_html_()
    assert "<img" not in html
    assert cells(html) == [["", "circle", "square", "star", "all"]]


def test_counting_a_set_on_disk_copies_no_image(picture_folder, monkeypatch):
    folder = picture_folder({"a": 9, "b": 9}, mode="RGB")
    dataset, usual = load_data(folder, memory_limit=1000), load_data(folder)
    monkeypatch.setattr("tasvir.data.dataset.copy_rows", None)
    monkeypatch.setattr(np.memmap, "__getitem__", None)
    assert dataset.counts == {"train": 14, "val": 0, "test": 4}
    for part in ("train", "test"):
        np.testing.assert_array_equal(dataset.targets(part)[0], usual.part(part)[1])
    assert dataset.targets("train")[1] is None
    assert repr(dataset).startswith("Dataset 'shapes': 14 train, 4 test")


def test_counting_a_folder_decodes_no_image(picture_folder, monkeypatch):
    monkeypatch.setattr(pictures, "read_picture", None)
    monkeypatch.setattr(Image, "open", None)
    raw = sources.read(picture_folder({"a": 3, "b": 2}), sources.LoadOptions())
    assert isinstance(raw.pixels, PictureFiles)
    assert len(raw.pixels) == 5
    assert np.unique(raw.labels, return_counts=True)[1].tolist() == [3, 2]


def test_a_copy_that_processes_share_is_not_copied_into_the_cache(tmp_path, own_cache):
    digits = load_data("digits")
    digits.images.tofile(tmp_path / "shared")
    shared = np.memmap(tmp_path / "shared", np.uint8, "r", shape=digits.images.shape)
    mapped = dataclasses.replace(digits, images=shared)
    for part in ("train", "val", "test"):  # no images are for validation
        np.testing.assert_array_equal(mapped.part(part)[0], digits.part(part)[0])
    assert list(own_cache.iterdir()) == []


def test_a_part_without_images_is_empty_on_disk_too(picture_folder):
    X, y, _ = load_data(picture_folder({"a": 9, "b": 9}), memory_limit=1000).part("val")
    assert X.shape == (0, 10, 12)
    assert len(y) == 0


def test_images_are_called_as_their_files(picture_folder):
    dataset = load_data(picture_folder({"a": 4, "b": 6}))
    assert dataset.names[:2].tolist() == ["a/000.png", "a/001.png"]
    image, label = dataset[4]
    assert (dataset.names[4], label) == ("b/000.png", "b")
    np.testing.assert_array_equal(image, dataset.images[4])


def test_images_without_files_are_called_by_their_place():
    digits = load_data("digits")
    row = np.flatnonzero(digits.split == "test")[17]
    assert digits.names[row] == "test/17"
    assert digits.fingerprint == dataclasses.replace(digits, names=digits.names[::-1].copy()).fingerprint


def test_an_unreadable_image_takes_its_name_along(picture_folder):
    folder = picture_folder({"a": 5, "b": 5})
    (folder / "a" / "002.png").write_text("no image")
    names = load_data(folder, skip_unreadable=True).names
    assert len(names) == 9
    assert "a/002.png" not in names


def test_a_table_of_all_images(picture_folder):
    pytest.importorskip("pandas")
    table = load_data(picture_folder({"a": 5, "b": 5})).to_pandas()
    assert list(table) == ["name", "part", "label"]
    assert table.iloc[9].tolist()[0::2] == ["b/004.png", "b"]


def test_arrays_make_a_set_with_the_same_checks():
    rng = np.random.default_rng(0)
    images, labels = rng.random((20, 6, 6)), ["cat", "dog"] * 10
    groups = np.repeat([f"p{i}" for i in range(10)], 2)
    data = dataset_from_arrays(images, labels, groups=groups, names=[f"scan {i}" for i in range(20)], test_share=0.3)
    assert data.class_names == ("cat", "dog")
    assert data.images.dtype == np.uint8
    assert data.names[3] == "scan 3"
    assert not set(data.part("train")[2]) & set(data.part("test")[2])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"labels": ["cat"] * 20}, "one class only"),
        ({"labels": ["cat", "dog"]}, "labels of shape"),
        ({"split": ["train"] * 19 + ["holdout"]}, "split has 'holdout'"),
        ({"groups": np.zeros((20, 2))}, "groups of shape"),
        ({"images": np.zeros((20, 6))}, "images of shape"),
        ({"images": np.full((20, 6, 6), 300.0)}, "divide by"),
    ],
)
def test_arrays_that_make_no_set_are_refused(wrong, words):
    given = {"images": np.zeros((20, 6, 6), np.uint8), "labels": ["cat", "dog"] * 10}
    with pytest.raises(BadInputError, match=words):
        dataset_from_arrays(**given | wrong)


def test_words_of_pandas_are_words():
    pandas = pytest.importorskip("pandas")
    images = np.zeros((12, 8, 8), np.uint8)
    for labels in (pandas.Series(["a", "b"] * 6), pandas.Categorical(["a", "b"] * 6), np.array(["a", "b"] * 6, object)):
        assert dataset_from_arrays(images, labels).class_names == ("a", "b")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"groups": np.array([0, None] * 6, object)}, "groups has no value for 6 images"),
        ({"groups": [0.0, np.nan] * 6}, "groups has no value for 6 images"),
        ({"split": np.array(["train"] * 8 + [None] * 4, object)}, "split"),
        ({"class_names": ["p", "p"]}, "class_names has one name twice"),
        ({"groups": np.array([0, (1,)] * 6, object)}, "groups holds other things"),
    ],
)
def test_arrays_with_holes_are_refused_in_one_line(given, words):
    with pytest.raises(BadInputError, match=words):
        dataset_from_arrays(np.zeros((12, 8, 8), np.uint8), [0, 1] * 6, **given)
