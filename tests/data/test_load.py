"""load_data: names, paths and what comes out."""

import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tasvir.contracts.errors import BadInputError, BadTypeError, DataFileError
from tasvir.data.load import load_data


def test_digits_are_scikit_learns_in_bytes():
    digits = load_data("digits")
    assert digits.images.dtype == np.uint8
    np.testing.assert_array_equal(digits.images, np.round(load_digits().images * 255 / 16))
    np.testing.assert_array_equal(digits.labels, load_digits().target)
    assert digits.card.source == "embedded"
    assert digits.class_names == tuple("0123456789")


def test_the_seed_draws_the_split_and_the_fingerprint_tells():
    first, again, other = load_data("digits"), load_data("digits"), load_data("digits", seed=1)
    np.testing.assert_array_equal(first.split, again.split)
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert len(first.fingerprint) == 64


def test_parts_are_disjoint_and_complete():
    digits = load_data("digits")
    sizes = [len(digits.part(part)[0]) for part in ("train", "val", "test")]
    assert sum(sizes) == len(digits)
    assert sizes[1] == 0
    assert sizes[2] >= 0.2 * len(digits)


def test_arrays_are_read_only():
    digits = load_data("digits")
    with pytest.raises(ValueError, match="read-only"):
        digits.images[0] = 0


def test_image_size_and_color_can_be_asked_for():
    assert load_data("digits", image_size=12, color=True).images.shape == (1797, 12, 12, 3)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"image_size": 0}, BadInputError),
        ({"image_size": 2.5}, BadTypeError),
        ({"color": "red"}, BadTypeError),
        ({"seed": -1}, BadInputError),
        ({"data_dir": "/nowhere/at/all"}, DataFileError),
    ],
)
def test_options_out_of_range_are_refused(options, error):
    with pytest.raises(error, match=next(iter(options))):
        load_data("mnist", **options)


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(DataFileError, match=r"no data set 'mnits'.*digits, mnist"):
        load_data("mnits")


def test_a_part_that_does_not_exist_is_refused():
    with pytest.raises(BadInputError, match="no part 'dev'"):
        load_data("digits").part("dev")


def test_its_words_give_a_set_again_from_any_working_folder(picture_folder, tmp_path, monkeypatch):
    folder = picture_folder({"cat": 12, "dog": 12})
    monkeypatch.chdir(folder.parent)
    dataset = load_data(folder.name, image_size=8, color=False, seed=3, data_dir=".")
    assert json.loads(json.dumps(dataset.words)) == dataset.words
    assert set(dataset.words) == {"source", "image_size", "color", "seed", "data_dir"}
    monkeypatch.chdir(tmp_path.root)
    assert load_data(**dataset.words).fingerprint == dataset.fingerprint


def test_the_words_of_a_known_set_are_its_name():
    assert load_data("digits").words == {"source": "digits"}


def test_import_loads_neither_torch_nor_scikit_learn():
    code = "import sys, tasvir.data.load; print([m for m in ('torch', 'sklearn', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.real
@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_real_idx_sets_are_told_apart_by_content(real_data, name):
    dataset = load_data(name, data_dir=real_data)
    assert dataset.images.shape == (70_000, 28, 28)
    assert [len(dataset.part(part)[0]) for part in ("train", "test")] == [60_000, 10_000]
    assert dataset.card.notes == ()
    assert dataset.class_names[0] == {"mnist": "0", "fashion-mnist": "T-shirt/top"}[name]


@pytest.mark.real
def test_real_breastmnist(real_data):
    dataset = load_data("breastmnist", data_dir=real_data)
    assert [len(dataset.part(part)[0]) for part in ("train", "val", "test")] == [546, 78, 156]


@pytest.mark.real
def test_real_folder_of_photographs(real_data):
    dataset = load_data(real_data / "cats_vs_dogs")
    assert dataset.images.shape == (400, 64, 64, 3)
    assert dataset.class_names == ("cat", "dog")
    assert "different sizes" in dataset.card.resize_rule
