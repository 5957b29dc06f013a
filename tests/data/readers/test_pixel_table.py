"""The MNIST-in-CSV format."""

import gzip

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.load import load_data
from tasvir.data.readers.pixel_table import read_pixel_table


def table(n=20, side=4, seed=0):
    rng = np.random.default_rng(seed)
    return np.hstack([np.arange(n)[:, None] % 2, rng.integers(0, 256, (n, side * side))])


def text(numbers, header=False, end="\n"):
    lines = [",".join(map(str, row)) for row in numbers.tolist()]
    if header:
        lines.insert(0, ",".join(["label", *(f"1x{i}" for i in range(numbers.shape[1] - 1))]))
    return (end.join(lines) + end).encode()


@pytest.mark.parametrize("header", [False, True])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_reads_labels_and_square_images(tmp_path, header, pack, end):
    path = tmp_path / ("digits.csv.gz" if pack is gzip.compress else "digits.csv")
    path.write_bytes(pack(text(table(), header, end)))
    dataset = load_data(path)
    assert dataset.name == "digits"
    np.testing.assert_array_equal(dataset.labels, table()[:, 0])
    np.testing.assert_array_equal(dataset.images.reshape(20, -1), table()[:, 1:])


def test_blocks_of_lines_are_joined(tmp_path, monkeypatch):
    monkeypatch.setattr("tasvir.data.readers.pixel_table.LINES", 7)
    (tmp_path / "d.csv").write_bytes(text(table(), header=True))
    raw = read_pixel_table(tmp_path / "d.csv")
    np.testing.assert_array_equal(raw.labels, table()[:, 0])


def test_whole_numbers_may_be_written_as_floats(tmp_path):
    (tmp_path / "d.csv").write_bytes(text(table().astype(float)))
    np.testing.assert_array_equal(load_data(tmp_path / "d.csv").images.reshape(20, -1), table()[:, 1:])


def test_a_pair_is_training_and_test(tmp_path):
    for name, n in (("train", 20), ("test", 6)):
        (tmp_path / f"mnist_{name}.csv").write_bytes(text(table(n, seed=n)))
    dataset = load_data(tmp_path / "mnist_train.csv", test=tmp_path / "mnist_test.csv")
    assert [len(dataset.part(part)[0]) for part in ("train", "test")] == [20, 6]
    np.testing.assert_array_equal(dataset.part("test")[0].reshape(6, -1), table(6, seed=6)[:, 1:])


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "has no rows"),
        (b"label,a,b,c,d\n", "has no rows"),
        (b"0,1,2,3\n1,1,2,3\n", "3 pixels a line, which make no square"),
        (b"0\n1\n", "no commas in its first line"),
        (b"a,b,c,d,label\n1,1,2,3,0\n2,2,2,3,1\n", r"the label in column 5 \('label'\): write it first"),
        (b'id,"Class",c,d,e\n1,1,2,3,0\n2,2,2,3,1\n', "the label in column 2"),
        (b"0;1;2;3;4\n", "separated by commas"),
        (b"0,1,2,3,4\n1,1,2,3\n", "line 2 has 4 cells instead of 5"),
        (b"0,1,2,3,4\n1,1,2,3,256\n", "line 2 has the pixel 256"),
        (b"0,1,2,3,-4\n1,1,2,3,4\n", "line 1 has the pixel -4"),
        (b"0,1,2,3,99999\n1,1,2,3,4\n", "line 1 has the pixel 99999"),
        (b"0,1,2,3,4\n1,1,,3,4\n", "line 2 has '': use whole numbers"),
        (b"0,1,2,3,4\n1,1,nan,3,4\n", "line 2 has 'nan'"),
        (b"0,1,2,3,4\n1,1,0.5,3,4\n", "line 2 has '0.5'"),
        (b"0,1,2,3,4\n1,1,x,3,4\n", "line 2 has 'x'"),
    ],
)
def test_bad_tables_are_refused(tmp_path, content, match):
    (tmp_path / "d.csv").write_bytes(content)
    with pytest.raises(DataFileError, match=match):
        load_data(tmp_path / "d.csv")


def test_test_goes_with_paths_that_have_no_split(tmp_path, idx_set):
    (tmp_path / "d.csv").write_bytes(text(table()))
    idx_set(tmp_path / "idx")
    with pytest.raises(BadInputError, match="'digits' is a known set"):
        load_data("digits", test=tmp_path / "d.csv")
    with pytest.raises(DataFileError, match="has a split of its own"):
        load_data(tmp_path / "d.csv", test=tmp_path / "idx")
