"""The list of known sets."""

import pytest

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.known.listing import fetch_data, list_data


def test_each_set_is_found_or_says_where_to_put_it(tmp_path, idx_set):
    idx_set(tmp_path / "sets" / "fashion_mnist")
    rows = {row.name: row for row in list_data(tmp_path)}
    assert rows["digits"].where == "embedded"
    assert rows["fashion-mnist"].where == str(tmp_path / "sets" / "fashion_mnist")
    assert not rows["mnist"].found
    assert rows["mnist"].where.startswith("not found: put train-images-idx3-ubyte")
    assert rows["mnist"].image_size == "28x28"


def test_listing_unpacks_no_image_where_names_tell(tmp_path, idx_set, monkeypatch):
    for name in ("mnist", "fashion_mnist"):
        idx_set(tmp_path / name, ending=".gz")
    (tmp_path / "breastmnist.npz").write_bytes(b"not read")
    for opening in ("tasvir.data.files.open_plain", "numpy.load", "zipfile.ZipFile", "PIL.Image.open"):
        monkeypatch.setattr(opening, None)
    monkeypatch.setattr("tasvir.data.known.search.content_md5", None)
    where = {row.name: row.where for row in list_data(tmp_path) if row.found}
    assert where == {
        "digits": "embedded",
        "mnist": str(tmp_path / "mnist"),
        "fashion-mnist": str(tmp_path / "fashion_mnist"),
        "breastmnist": str(tmp_path / "breastmnist.npz"),
    }


def test_only_known_remote_sets_can_be_fetched():
    with pytest.raises(BadInputError, match="nothing to download for 'digits'"):
        fetch_data("digits")
    with pytest.raises(DataFileError, match="TASVIR_OFFLINE is set"):
        fetch_data("mnist")
