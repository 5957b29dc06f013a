"""The npz files of MedMNIST: read, checked, never unpickled."""

import os
import time

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.load import load_data


@pytest.fixture
def medmnist(tmp_path):
    """Writes breastmnist.npz with some arrays exchanged (None removes one)."""

    def write(**changes):
        rng = np.random.default_rng(0)
        arrays = {}
        for part, n in (("train", 12), ("val", 4), ("test", 6)):
            arrays[f"{part}_images"] = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
            arrays[f"{part}_labels"] = (np.arange(n) % 2).astype(np.uint8)[:, None]
        arrays = {name: array for name, array in (arrays | changes).items() if array is not None}
        np.savez(tmp_path / "breastmnist.npz", **arrays)
        return tmp_path

    return write


def test_the_given_split_is_kept(medmnist):
    dataset = load_data("breastmnist", data_dir=medmnist())
    assert [len(dataset.part(part)[0]) for part in ("train", "val", "test")] == [12, 4, 6]
    assert dataset.card.split_rule == "given"
    assert dataset.labels.shape == (22,)


def test_floats_of_0_to_1_become_bytes(medmnist):
    images = np.linspace(0, 1, 12 * 784).reshape(12, 28, 28)
    dataset = load_data("breastmnist", data_dir=medmnist(train_images=images))
    np.testing.assert_array_equal(dataset.part("train")[0], np.rint(images * 255))


@pytest.mark.parametrize(
    ("dtype", "high", "white"), [(np.uint16, 4080, 4095), (np.int64, 300, 1023), (np.uint16, 65_535, 65_535)]
)
def test_deep_whole_numbers_keep_their_range(tmp_path, dtype, high, white):
    images = np.linspace(0, high, 640).round().astype(dtype).reshape(10, 8, 8)
    np.savez(tmp_path / "deep.npz", images=images, labels=np.arange(10) % 2)
    dataset = load_data(tmp_path / "deep.npz")
    np.testing.assert_array_equal(dataset.images, np.rint(images * (255 / white)))
    assert f"{white} became 255" in dataset.card.notes[0]


def test_parts_of_other_types_share_one_range(medmnist):
    dark = np.full((6, 28, 28), 900, np.int32)
    deep = np.random.default_rng(0).integers(0, 4000, (12, 28, 28), dtype=np.uint16)
    dataset = load_data("breastmnist", data_dir=medmnist(train_images=deep, test_images=dark))
    assert (dataset.part("test")[0] == round(900 * 255 / 4095)).all()
    assert dataset.part("val")[0].max() > 200  # bytes stay as they are


@pytest.mark.parametrize("dtype", [np.uint16, np.int64, np.float64])
def test_numbers_up_to_255_are_bytes_of_another_type(tmp_path, dtype):
    images = np.arange(640).reshape(10, 8, 8) % 256
    np.savez(tmp_path / "wide.npz", images=images.astype(dtype), labels=np.arange(10) % 2)
    dataset = load_data(tmp_path / "wide.npz")
    np.testing.assert_array_equal(dataset.images, images)
    assert "became 255" not in str(dataset.card.notes)


def test_truth_values_are_black_and_white(tmp_path):
    images = np.random.default_rng(0).random((10, 8, 8)) > 0.5
    np.savez(tmp_path / "bits.npz", images=images, labels=np.arange(10) % 2)
    np.testing.assert_array_equal(load_data(tmp_path / "bits.npz").images, images * 255)


def test_a_test_file_shares_the_range_of_its_training_file(tmp_path):
    for name, high in (("train", 4000), ("test", 900)):
        images = np.linspace(0, high, 640).round().astype(np.uint16).reshape(10, 8, 8)
        np.savez(tmp_path / f"{name}.npz", images=images, labels=np.arange(10) % 2)
    dataset = load_data(tmp_path / "train.npz", test=tmp_path / "test.npz")
    np.testing.assert_array_equal(dataset.part("test")[0], np.rint(images * (255 / 4095)))


def test_a_file_overwritten_at_the_same_size_and_time_is_read_again(tmp_path):
    path = tmp_path / "set.npz"

    def write(value):
        np.savez(path, images=np.full((10, 8, 8), value, np.uint8), labels=np.arange(10) % 2)

    write(7)
    before = path.stat()
    assert load_data(path, memory_limit=100).images[0, 0, 0] == 7
    time.sleep(0.02)  # the clock of files may be as coarse as 10 ms
    write(9)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert load_data(path, memory_limit=100).images[0, 0, 0] == 9


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"train_images": np.array([None] * 12)}, DataFileError, "never loaded"),
        ({"train_labels": np.array([{}] * 12)}, DataFileError, "never loaded"),
        ({"train_labels": np.zeros((11, 1))}, DataFileError, "12 train_images but 11 train_labels"),
        ({"train_images": np.full((12, 28, 28), np.nan)}, DataFileError, "NaN"),
        ({"train_images": np.full((12, 28, 28), 256.0)}, DataFileError, "values 256 to 256: save them divided by 1023"),
        ({"train_images": np.full((12, 28, 28), -0.5)}, DataFileError, "values -0.5 to -0.5: save them with 0.5 added"),
        ({"train_images": np.full((12, 28, 28), 70_000)}, DataFileError, "values 70000 to 70000: save them divided by 70000"),
        ({"train_images": np.full((12, 28, 28), -1024, np.int16)}, DataFileError, "values -1024"),
        ({"train_images": np.zeros((12, 28))}, DataFileError, "shape"),
        ({"train_images": np.zeros((12, 28, 28), complex)}, DataFileError, "complex"),
        ({"train_labels": None}, DataFileError, "without train_labels"),
        ({"train_images": None}, DataFileError, "without train_images"),
        ({"train_labels": np.full((12, 1), 7)}, BadInputError, "label 7: use 0 to 1"),
        ({"train_labels": np.full((12, 1), np.nan)}, BadInputError, "NaN"),
        ({"train_labels": np.zeros((12, 2))}, BadInputError, "one label per image"),
    ],
)
def test_bad_arrays_are_refused(medmnist, changes, error, match):
    with pytest.raises(error, match=match):
        load_data("breastmnist", data_dir=medmnist(**changes))


@pytest.mark.parametrize(
    ("images", "labels", "parts"),
    [
        ("x_train", "y_train", [24, 0, 6]),
        ("X_train", "Y_train", [24, 0, 6]),
        ("images", "labels", [24, 0, 6]),
        ("x", "y", [24, 0, 6]),
    ],
)
def test_other_key_names_by_path(tmp_path, images, labels, parts):
    rng = np.random.default_rng(0)
    arrays = {images: rng.random((30, 9, 9, 3)), labels: np.array(["cat", "dog"] * 15)}
    np.savez_compressed(tmp_path / "pets.npz", **arrays)
    dataset = load_data(tmp_path / "pets.npz")
    assert dataset.name == "pets"
    assert dataset.class_names == ("cat", "dog")
    np.testing.assert_array_equal(dataset.images, np.rint(arrays[images] * 255))
    assert [len(dataset.part(part)[0]) for part in ("train", "val", "test")] == parts


def test_fortran_order_and_single_channel(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (10, 6, 5, 1), dtype=np.uint8)
    np.savez(tmp_path / "f.npz", images=np.asfortranarray(images), labels=np.arange(10) % 2)
    np.testing.assert_array_equal(load_data(tmp_path / "f.npz").images, images[..., 0])


def test_beyond_the_memory_limit_the_images_stay_on_disk(tmp_path):
    rng = np.random.default_rng(0)
    np.savez_compressed(tmp_path / "big.npz", images=rng.integers(0, 256, (50, 8, 8)), labels=np.arange(50) % 2)
    lean, usual = (load_data(tmp_path / "big.npz", memory_limit=limit) for limit in (1000, None))
    assert isinstance(lean.images, np.memmap)
    assert not isinstance(usual.images, np.memmap)
    assert lean.fingerprint == usual.fingerprint
    X, _, _ = lean.part("train")
    assert isinstance(X, np.memmap)
    np.testing.assert_array_equal(X, usual.part("train")[0])


@pytest.mark.parametrize("keep", [0, 10, 3000])
def test_a_truncated_file_is_refused(medmnist, keep):
    path = medmnist() / "breastmnist.npz"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataFileError, match=r"breastmnist\.npz"):
        load_data("breastmnist", data_dir=path.parent)


def test_a_flipped_bit_is_refused(medmnist):
    path = medmnist() / "breastmnist.npz"
    data = bytearray(path.read_bytes())
    data[2000] ^= 255
    path.write_bytes(bytes(data))
    with pytest.raises(DataFileError, match="Bad CRC-32"):
        load_data("breastmnist", data_dir=path.parent)


def test_a_missing_file_is_named_with_its_place(tmp_path):
    with pytest.raises(
        DataFileError, match=rf"put breastmnist.npz \(or .gz\) into {tmp_path}/breastmnist; md5.*750601b1f35ba3300ea97c75c52ff8f6"
    ):
        load_data("breastmnist", data_dir=tmp_path)
