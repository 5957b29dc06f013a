"""A file that would fill a disk with nothing is refused before it is unpacked."""

import gzip
import zipfile

import numpy as np
import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.data import files
from tasvir.data.load import load_data


@pytest.fixture(autouse=True)
def small_limit(monkeypatch):
    monkeypatch.setattr(files, "LARGE", 10**6)


def test_an_archive_of_nothing_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "set.npz"
    np.savez_compressed(path, x_train=np.zeros((4000, 32, 32), np.uint8), y_train=np.arange(4000) % 2)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)  # nothing is unpacked
    with pytest.raises(DataFileError, match=r"set\.npz unpacks to 0\.0 GB, [\d,]+ times its size"):
        load_data(path)


def test_a_table_of_nothing_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "d.csv.gz"
    path.write_bytes(gzip.compress(b"0,0,0,0,0\n" * 200_000))
    monkeypatch.setattr(gzip, "open", None)
    with pytest.raises(DataFileError, match=r"d\.csv\.gz unpacks to .* times its size"):
        load_data(path)


def test_images_that_pack_well_are_read(tmp_path):
    path, rng = tmp_path / "set.npz", np.random.default_rng(0)
    images = np.repeat(rng.integers(0, 256, (2000, 8, 8), dtype=np.uint8), 4, axis=1).repeat(4, axis=2)
    np.savez_compressed(path, x_train=images, y_train=np.arange(2000) % 2)
    assert len(load_data(path)) == 2000
