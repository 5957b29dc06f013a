import os
from dataclasses import replace

import numpy as np
import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.records.record import Record, array, failure, model
from tasvir.records.run import RunFolder
from tasvir.studies.folder import held_alone, list_runs
from tasvir.studies.removal import find_run, remove_run


@pytest.fixture
def run(tmp_path):
    """A run as it lies on disk, with an array and a model, its report drawn; a kill left parts of files."""
    folder = RunFolder.create(tmp_path / "runs" / "run-digits-x", Record("run", "run", data={"addresses": {"fit": "a1"}}))
    (tmp_path / "model" / "deep").mkdir(parents=True)
    (tmp_path / "model" / "deep" / "weights").write_bytes(b"123")
    found = (array("a", np.arange(3)), model("m", tmp_path / "model"), failure("none"))
    folder.append([replace(record, cell="a1") for record in found])
    for made in ("report.html", "files/.a.npy.part", "scratch/a1/training.safetensors"):
        (folder.path / made).parent.mkdir(parents=True, exist_ok=True)
        (folder.path / made).touch()
    return folder.path


def array_of(run):
    return next((run / "files").glob("*.npy"))


def model_of(run):
    return next((run / "models").iterdir())


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


def add_broken_lines(run):
    with (run / "records.jsonl").open("a") as file:
        file.write("broken\n" * 2)


def test_a_damaged_run_can_be_removed(run):
    add_broken_lines(run)
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
    assert array_of(run).exists()


OTHERS = ["files/thesis.md", "models/mine/weights", "files/a.npy", f"files/{'a' * 64}.npy", "models/{model}/notes.txt"]


@pytest.mark.parametrize("damaged", [False, True], ids=["sound", "damaged"])
@pytest.mark.parametrize("other", OTHERS)
def test_what_a_person_put_among_the_files_of_a_run_stays_and_is_said(run, other, damaged):
    path = run / other.format(model=model_of(run).name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    if damaged:
        add_broken_lines(run)
    before = sorted(run.rglob("*"))
    named = "/".join(path.relative_to(run).parts[:2])
    for remove in (lambda: find_run(run, run.parent), lambda: remove_run(run)):
        with pytest.raises(DataFileError, match=rf"also holds {named}.*, which the run did not make; move it elsewhere"):
            remove()
    assert [path for path in sorted(run.rglob("*")) if path.name != "lock"] == before
    assert path.read_text() == "mine"


def test_an_altered_array_and_one_that_no_record_names_go_with_their_run(run):
    array_of(run).write_bytes(b"altered")
    RunFolder(run).append([Record("array", "a", "a1", {"dtype": "int"}, content=np.arange(4))])
    (run / "records.jsonl").write_bytes(b"".join((run / "records.jsonl").read_bytes().splitlines(keepends=True)[:-1]))
    remove_run(run)
    assert not run.exists()


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
