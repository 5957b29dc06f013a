"""An append is there whole or not at all."""

import re
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasvir.contracts.errors import DataFileError, DiskFullError
from tasvir.records.journal import Journal
from tasvir.records.record import KINDS, Record

leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
records = st.builds(
    Record,
    kind=st.sampled_from(KINDS),
    name=st.text(max_size=10),
    cell=st.text(string.hexdigits, max_size=8),
    data=st.dictionaries(st.text(), values, max_size=4),
)


@given(appends=st.lists(st.lists(records, max_size=3), max_size=3))
def test_what_is_written_is_read(tmp_path_factory, appends):
    path = tmp_path_factory.mktemp("journal") / "records.jsonl"
    path.touch()
    for rows in appends:
        Journal(path).append(rows)
    assert Journal(path).read() == [row for rows in appends for row in rows]


FIRST = [Record("metric", "first", "a1"), Record("cell", "fit", "a1")]
SECOND = [Record("metric", "second", "b2", {"text": "line\nbreak   end"}), Record("cell", "fit", "b2")]


@pytest.mark.parametrize("writer_is_new", [True, False])
def test_an_append_broken_off_at_any_byte_is_dropped_and_cut(tmp_path, writer_is_new):
    path = tmp_path / "records.jsonl"
    journal = Journal(path)
    journal.append(FIRST)
    whole = path.stat().st_size
    journal.append(SECOND)
    raw = path.read_bytes()
    for cut in range(whole, len(raw)):
        path.write_bytes(raw[:cut])
        assert Journal(path).read() == FIRST
        again = Journal(path) if writer_is_new else journal
        again._chain = None  # what a failed write leaves
        again.append(SECOND)
        assert path.read_bytes() == raw


def test_a_failed_write_is_cut_before_the_next(tmp_path, monkeypatch):
    path = tmp_path / "records.jsonl"
    journal = Journal(path)
    journal.append(FIRST)

    def full_disk(handle, raw):
        with open(handle, "ab", closefd=False) as file:
            file.write(bytes(raw)[:20])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("tasvir.records.journal._write_all", full_disk)
        with pytest.raises(DiskFullError, match=r"records\.jsonl cannot be written: its disk is full"):
            journal.append(SECOND)
    assert journal.read() == FIRST
    journal.append(SECOND)
    assert journal.read() == FIRST + SECOND


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[1]",
        b"nonsense",
        b"\xff\xfe",
        b'{"left":0,"kind":"x","name":"","cell":"","data":{}}',
        b'{"left":0,"kind":"metric","name":1,"cell":"","data":{}}',
        b'{"left":0,"kind":"metric","name":"","cell":"","data":[]}',
    ],
)
def test_a_damaged_line_is_named(tmp_path, line):
    path = tmp_path / "records.jsonl"
    Journal(path).append(FIRST)
    raw = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(raw[0] + line + b"\n" + raw[1])
    with pytest.raises(DataFileError, match="line 2 of 3 is damaged"):
        Journal(path).read()


def test_an_append_of_nothing_writes_nothing(tmp_path):
    Journal(tmp_path / "records.jsonl").append([])
    assert not (tmp_path / "records.jsonl").exists()


@pytest.fixture
def four_lines(tmp_path):
    """The path of a journal of two appends, and its lines."""
    path = tmp_path / "records.jsonl"
    Journal(path).append(FIRST)
    Journal(path).append(SECOND)
    return path, path.read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_an_altered_line_is_noticed(four_lines, number):
    path, lines = four_lines
    letter = lines[number - 1].index(b'"cell":"') + len(b'"cell":"')
    lines[number - 1] = lines[number - 1][:letter] + b"c" + lines[number - 1][letter + 1 :]
    path.write_bytes(b"".join(lines))
    with pytest.raises(DataFileError, match=rf"records\.jsonl: line {number} of 4 was altered, .*compute the run anew"):
        Journal(path).read()
    with pytest.raises(DataFileError, match="was altered"):
        Journal(path).append(FIRST)
    assert path.read_bytes() == b"".join(lines)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_removed_line_is_noticed_by_the_next_one(four_lines, number):
    path, lines = four_lines
    path.write_bytes(b"".join(lines[: number - 1] + lines[number:]))
    with pytest.raises(DataFileError, match=rf"line {number} of 3 was altered, or one before it altered or removed"):
        Journal(path).read()


def test_swapped_repeated_and_foreign_lines_are_noticed(four_lines, tmp_path):
    path, lines = four_lines
    Journal(tmp_path / "other.jsonl").append(SECOND)
    foreign = (tmp_path / "other.jsonl").read_bytes().splitlines(keepends=True)
    for changed in (lines[2:] + lines[:2], lines[:2] + lines[:2], lines[:2] + foreign):
        path.write_bytes(b"".join(changed))
        with pytest.raises(DataFileError, match="was altered"):
            Journal(path).read()


def unchained(lines):
    """As versions before the chain wrote them."""
    return [re.sub(rb',"chain":"\w+"(?=\}$)', b"", line) for line in lines]


def test_records_of_an_older_version_are_read_and_continued(four_lines):
    path, lines = four_lines
    path.write_bytes(b"".join(unchained(lines)))
    assert Journal(path).read() == FIRST + SECOND
    Journal(path).append(FIRST)
    assert Journal(path).read() == FIRST + SECOND + FIRST
    assert [b"chain" in line for line in path.read_bytes().splitlines()] == [False] * 4 + [True] * 2


def test_a_line_without_a_chain_follows_none_that_has_one(four_lines):
    path, lines = four_lines
    path.write_bytes(b"".join(lines[:2] + unchained(lines[2:])))
    with pytest.raises(DataFileError, match="line 3 of 4 was altered"):
        Journal(path).read()


def test_ten_thousand_records_are_read_in_a_moment(tmp_path):
    path = tmp_path / "records.jsonl"
    Journal(path).append([Record("metric", f"accuracy{n}", "a1", {"value": n / 7, "labels": {"seed": n}}) for n in range(10_000)])
    start = time.perf_counter()
    assert len(Journal(path).read()) == 10_000
    assert time.perf_counter() - start < 2
