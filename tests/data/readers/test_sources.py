"""A new reader moves in with one row of a table."""

import numpy as np
import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.data.load import load_data
from tasvir.data.raw import Facts, Raw
from tasvir.data.readers import sources
from tasvir.data.readers.arrays import ArrayPixels


def read_hex(path):
    """One image a line: its class, then 16 pixels as hexadecimal digits."""
    lines = [line.split() for line in path.read_text().splitlines()]
    pixels = np.array([list(bytes.fromhex(digits)) for _, digits in lines], np.uint8).reshape(-1, 4, 4)
    return Raw(Facts(path.stem, str(path)), ArrayPixels(pixels), np.array([word for word, _ in lines]))


def test_a_planted_reader_is_asked_for_its_files(tmp_path, monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (20, 4, 4), dtype=np.uint8)
    lines = [f"{'ab'[index % 2]} {image.tobytes().hex()}" for index, image in enumerate(images)]
    (tmp_path / "set.hex").write_text("\n".join(lines))
    with pytest.raises(DataFileError, match="of no known kind"):
        load_data(tmp_path / "set.hex")
    monkeypatch.setitem(sources.FILES, r"\.hex$", read_hex)
    dataset = load_data(tmp_path / "set.hex")
    np.testing.assert_array_equal(dataset.images, images)
    assert (dataset.name, dataset.class_names) == ("set", ("a", "b"))
