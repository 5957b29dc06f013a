import os

import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.records.record import Record
from tasvir.records.run import RunFolder
from tasvir.studies.folder import held_alone, list_runs
from tasvir.studies.removal import find_run, remove_run


@pytest.fixture
def run(tmp_path):
    """A run as it lies on disk, its report drawn."""
    path = RunFolder.create(tmp_path / "runs" / "run-digits-x", Record("run", "run", data={"addresses": {}})).path
    (path / "files").mkdir()
    (path / "files" / "a.npy").touch()
    (path / "report.html").touch()
    return path


def test_a_run_is_found_by_path_and_by_name(run):
    assert find_run(run, run.parent) == run
    assert find_run(type(run)(run.name), run.parent) == run
    with pytest.raises(DataFileError, match="nor of that name"):
        find_run(type(run)("run-mnist"), run.parent)


def test_a_removed_run_is_gone_and_its_neighbours_stay(run):
    (run.parent / "notes.txt").touch()
    remove_run(run)
    assert [path.name for path in run.parent.iterdir()] == ["notes.txt"]
    assert list_runs(run.parent) == []


def test_a_damaged_run_can_be_removed(run):
    with (run / "records.jsonl").open("a") as file:
        file.write("broken\n" * 2)
    remove_run(find_run(run, run.parent))
    assert not run.exists()


def spoil_first_line(run):
    (run / "records.jsonl").write_text('{"kind": "metric"}\n')


def spoil_all(run):
    (run / "records.jsonl").write_bytes(b"\xff\xfe\n")


def add_notes(run):
    (run / "thesis.md").touch()


@pytest.mark.parametrize("change", [spoil_first_line, spoil_all, add_notes], ids=lambda change: change.__name__)
def test_what_is_not_all_run_stays(run, change):
    change(run)
    with pytest.raises(DataFileError, match=r"only those are removed|thesis\.md"):
        find_run(run, run.parent)
    with pytest.raises(DataFileError, match=r"only those are removed|thesis\.md"):
        remove_run(run)
    assert (run / "files" / "a.npy").exists()


def test_a_link_to_a_run_stays(run):
    link = run.parent / "link"
    os.symlink(run, link)
    with pytest.raises(DataFileError, match="only those are removed"):
        find_run(link, run.parent)
    assert (run / "records.jsonl").exists()


def test_a_run_that_is_being_computed_is_not_removed(run):
    with held_alone(run), pytest.raises(DataFileError, match="another process"):
        remove_run(run)
    assert (run / "records.jsonl").is_file()
