"""`tasvir report RUN`: the page again, and an exit code where something of the run is lost."""

import shutil

import pytest
from recorded import RECORDED

from tasvir.records.journal import Journal


@pytest.fixture
def run(tmp_path):
    """A recorded run, to be spoilt; its lines as this version writes them."""
    path = shutil.copytree(RECORDED / "digits", tmp_path / "run")
    records = Journal(path / "records.jsonl").read()
    (path / "records.jsonl").unlink()
    Journal(path / "records.jsonl").append(records)
    return path


def test_a_whole_run_is_drawn(run, tasvir):
    said = tasvir("report", "run")
    assert (said.code, said.err) == (0, "")
    assert (run / "report.html").is_file()


@pytest.mark.parametrize("spoil", ["gone", "altered"])
def test_a_lost_array_is_an_exit_code_and_the_rest_is_drawn(run, tasvir, spoil):
    arrays = sorted((run / "files").iterdir())
    for array in arrays[:2]:
        if spoil == "gone":
            array.unlink()
        else:
            array.write_bytes(array.read_bytes()[:-1])
    said = tasvir("report", "run", "--json")
    assert said.code == 1
    assert "(2 files are lost)" in said.err.splitlines()[-1]
    assert "compute the run anew" in said.err.splitlines()[-1]
    assert said.json["report"] == "run/report.html"
    assert (run / "report.html").is_file()


@pytest.mark.parametrize("line", [0, 5, 20])
def test_an_altered_line_of_the_records_is_one_line(run, refused, line):
    path = run / "records.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b"1", b"2", 1)
    path.write_bytes(b"".join(lines))
    assert f"line {line + 1} of {len(lines)} was altered" in refused("report", "run")
