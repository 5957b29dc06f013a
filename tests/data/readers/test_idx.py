"""IDX files: read whole or refused, and told apart by content."""

import dataclasses
import gzip

import numpy as np
import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.data.files import content_md5
from tasvir.data.known import facts
from tasvir.data.load import load_data
from tasvir.data.readers import idx


@pytest.fixture
def known_content(monkeypatch):
    """Gives a known set the content of a test's files."""

    def know(name, folder, ending=""):
        md5 = content_md5(folder / f"train-images-idx3-ubyte{ending}")
        changed = dataclasses.replace(facts.KNOWN[name], content_md5=(md5,))
        monkeypatch.setitem(facts.KNOWN, name, changed)

    return know


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_content_decides_where_two_sets_lie_side_by_side(tmp_path, idx_set, known_content, ending):
    idx_set(tmp_path / "a", seed=1, ending=ending)
    fashion = idx_set(tmp_path / "b", seed=2, ending=ending)
    known_content("mnist", tmp_path / "a", ending)
    known_content("fashion-mnist", tmp_path / "b", ending)
    dataset = load_data("fashion-mnist", data_dir=tmp_path)
    np.testing.assert_array_equal(dataset.part("train")[0], fashion)
    assert dataset.card.notes == ()
    assert load_data("mnist", data_dir=tmp_path).card.source == str(tmp_path / "a")


def test_without_a_match_the_folders_name_decides_and_a_note_says_so(tmp_path, idx_set):
    idx_set(tmp_path / "mnist", seed=1)
    fashion = idx_set(tmp_path / "Fashion_MNIST", seed=2)
    dataset = load_data("fashion-mnist", data_dir=tmp_path)
    np.testing.assert_array_equal(dataset.part("train")[0], fashion)
    assert "not the official Fashion-MNIST" in dataset.card.notes[0]


def test_otherwise_the_error_lists_what_was_found(tmp_path, idx_set):
    idx_set(tmp_path / "other")
    with pytest.raises(DataFileError, match=r"MNIST is not here, only.*other/train-images"):
        load_data("mnist", data_dir=tmp_path)


def test_a_missing_file_of_four_is_named(tmp_path, idx_set):
    idx_set(tmp_path / "mnist")
    (tmp_path / "mnist" / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataFileError, match=r"lacks t10k-labels-idx1-ubyte"):
        load_data("mnist", data_dir=tmp_path)


def test_images_and_labels_of_different_length_are_refused(tmp_path, write_idx):
    images = write_idx(tmp_path / "i", np.zeros((3, 2, 2)))
    labels = write_idx(tmp_path / "l", np.zeros(4))
    with pytest.raises(DataFileError, match="3 images but l 4 labels"):
        idx.read_pair(images, labels)


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        (lambda data: data[:-5], "promises 48 bytes and holds only 43"),
        (lambda data: data + b"x", "holds more"),
        (lambda data: data[:9], "cut off in its header"),
        (lambda data: b"", "not as an IDX file"),
        (lambda data: b"PNG!" + data[4:], "not as an IDX file"),
        (lambda data: data[:3] + b"\x01" + data[4:], "has 1 axes instead of 3"),
        (lambda data: data[:4] + b"\xff" * 12 + data[16:], "holds only 48"),
    ],
)
def test_damaged_files_are_refused(tmp_path, write_idx, damage, match):
    path = write_idx(tmp_path / "images", np.arange(48).reshape(3, 4, 4))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataFileError, match=match):
        idx.read_idx(path, 3)


@pytest.mark.parametrize("keep", [5, 40, -3])
def test_truncated_gzip_is_refused(tmp_path, keep):
    path = tmp_path / "images.gz"
    content = bytes([0, 0, 8, 1, 0, 0, 16, 0]) + np.random.default_rng(0).bytes(4096)
    path.write_bytes(gzip.compress(content)[:keep])
    with pytest.raises(DataFileError, match="damaged or cut off"):
        idx.read_idx(path, 1)


def test_a_file_is_unpacked_whatever_its_name_says(tmp_path, write_idx):
    packed = write_idx(tmp_path / "images.gz", np.arange(4))
    plain = packed.rename(tmp_path / "images")
    np.testing.assert_array_equal(idx.read_idx(plain, 1), np.arange(4))


def test_a_path_brings_its_labels_and_its_test_files(tmp_path, idx_set):
    train = idx_set(tmp_path, ending=".gz")
    dataset = load_data(tmp_path / "train-images-idx3-ubyte.gz")
    assert [len(dataset.part(part)[0]) for part in ("train", "test")] == [20, 10]
    np.testing.assert_array_equal(dataset.part("train")[0], train)
    assert load_data(tmp_path).fingerprint == dataset.fingerprint
    for path in tmp_path.glob("t10k*"):
        path.unlink()
    assert load_data(tmp_path).card.split_rule.startswith("drawn")


def test_a_known_content_named_by_path_gets_its_card(tmp_path, idx_set, known_content):
    idx_set(tmp_path / "x", seed=2)
    known_content("fashion-mnist", tmp_path / "x")
    assert load_data(tmp_path / "x").card.title == "Fashion-MNIST"
