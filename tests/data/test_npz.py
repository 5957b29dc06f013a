"""The npz files of MedMNIST: read, checked, never unpickled."""

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
    ("changes", "error", "match"),
    [
        ({"train_images": np.array([None] * 12)}, DataFileError, "never loaded"),
        ({"train_labels": np.array([{}] * 12)}, DataFileError, "never loaded"),
        ({"train_labels": np.zeros((11, 1))}, DataFileError, "12 train_images but 11 train_labels"),
        ({"train_images": np.full((12, 28, 28), np.nan)}, DataFileError, "NaN"),
        ({"train_images": np.full((12, 28, 28), 256)}, DataFileError, "values 256 to 256"),
        ({"train_images": np.full((12, 28, 28), -0.5)}, DataFileError, "values -0.5"),
        ({"train_images": np.zeros((12, 28))}, DataFileError, "shape"),
        ({"train_images": np.zeros((12, 28, 28), complex)}, DataFileError, "complex"),
        ({"train_labels": None}, DataFileError, "without train_labels"),
        ({"train_images": None}, DataFileError, "expected train_images"),
        ({"train_labels": np.full((12, 1), 7)}, BadInputError, "label 7: expected 0 to 1"),
        ({"train_labels": np.full((12, 1), np.nan)}, BadInputError, "NaN"),
        ({"train_labels": np.zeros((12, 2))}, BadInputError, "one label an image"),
    ],
)
def test_bad_arrays_are_refused(medmnist, changes, error, match):
    with pytest.raises(error, match=match):
        load_data("breastmnist", data_dir=medmnist(**changes))


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
    with pytest.raises(DataFileError, match="damaged"):
        load_data("breastmnist", data_dir=path.parent)


def test_a_missing_file_is_named_with_its_place(tmp_path):
    with pytest.raises(DataFileError, match=rf"put breastmnist.npz \(or .gz\) into {tmp_path}/breastmnist"):
        load_data("breastmnist", data_dir=tmp_path)
