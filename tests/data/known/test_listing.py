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


def test_only_known_remote_sets_can_be_fetched():
    with pytest.raises(BadInputError, match="nothing to download for 'digits'"):
        fetch_data("digits")
    with pytest.raises(DataFileError, match="TASVIR_OFFLINE is set"):
        fetch_data("mnist")
