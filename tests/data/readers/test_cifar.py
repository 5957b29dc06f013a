"""CIFAR-10's binary layout, with batches missing or damaged."""

import gzip

import numpy as np
import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.data.load import load_data


@pytest.fixture
def batches(tmp_path):
    """Writes batches of 20 random records into `cifar/` and returns their images."""

    def write(*names):
        rng = np.random.default_rng(0)
        found = []
        (tmp_path / "cifar").mkdir()
        for name in names:
            images = rng.integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)
            planes = images.transpose(0, 3, 1, 2).reshape(20, -1)
            data = np.hstack([np.arange(20, dtype=np.uint8)[:, None] % 10, planes]).tobytes()
            (tmp_path / "cifar" / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
            found.append(images)
        return np.concatenate(found)

    return write


def test_batches_are_read_and_missing_ones_named(tmp_path, batches):
    images = batches("data_batch_1.bin.gz", "data_batch_3.bin", "test_batch.bin.gz")
    dataset = load_data("cifar10", data_dir=tmp_path)
    np.testing.assert_array_equal(dataset.images, images)
    assert [len(dataset.part(part)[0]) for part in ("train", "test")] == [40, 20]
    assert dataset.class_names[3] == "cat"
    assert "without data_batch_2.bin, data_batch_4.bin, data_batch_5.bin" in dataset.card.notes[0]
    assert "not the official CIFAR-10 (the content differs): data_batch_1.bin, data_batch_3.bin, test" in dataset.card.notes[1]
    assert load_data(tmp_path / "cifar").fingerprint == dataset.fingerprint


def test_without_a_test_batch_one_is_drawn(tmp_path, batches):
    batches("data_batch_1.bin", "data_batch_2.bin")
    dataset = load_data("cifar10", data_dir=tmp_path)
    assert len(dataset.part("test")[0]) == 10
    assert "of the given training images" in dataset.card.split_rule


def test_without_a_training_batch_it_is_refused(tmp_path, batches):
    batches("test_batch.bin")
    with pytest.raises(DataFileError, match=r"no training batch of CIFAR-10: put data_batch_1\.bin"):
        load_data("cifar10", data_dir=tmp_path)


@pytest.mark.real
def test_real_cifar10(real_data):
    dataset = load_data("cifar10", data_dir=real_data)
    assert dataset.images.shape == (30_000, 32, 32, 3)
    assert len(dataset.part("test")[0]) == 10_000
    assert not any("not the official" in note for note in dataset.card.notes)
