"""The one road of every study: found again or made, never half changed, and damaged records told in one line."""

import dataclasses
import json
import shutil
from unittest import mock

import pytest
import toy
from recorded import write_unchained

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.records.run import open_run
from tasvir.studies import cell as cell_module
from tasvir.studies.estimate import estimate
from tasvir.studies.folder import describe_run, held_alone, list_runs
from tasvir.studies.page import draw_page
from tasvir.studies.rerun import rerun
from tasvir.studies.run import run_study
from tasvir.studies.study import STUDIES, find_study


@pytest.fixture(autouse=True)
def moved_in(monkeypatch):
    monkeypatch.setitem(STUDIES, "numbers", "toy")


@pytest.fixture
def ask(tiny, tmp_path):
    """Asks the study of numbers."""
    return lambda **how: run_study(toy.STUDY, tiny, out=tmp_path / "runs", **{"jobs": 1, "device": "cpu"} | how)


def reworded(monkeypatch):
    """Another version of the source: every cell has another address."""
    monkeypatch.setattr(cell_module, "source_hash", lambda module: "another source")


def changed(run, **data):
    """A finished run's record with other words; None takes one out."""
    path = run.path / "records.jsonl"
    first, *others = path.read_text().splitlines(keepends=True)
    row = json.loads(first)
    row["data"] = {key: value for key, value in (row["data"] | data).items() if value is not None}
    row.pop("chain", None)
    write_unchained(path, [json.dumps(row), *others])


def test_the_same_question_is_found_and_computed_once(ask):
    first, second = ask(), ask()
    assert (first.computed, second.computed) == (True, False)
    assert first.run.path == second.run.path
    assert first.page.is_file()
    assert ask(options=toy.NumbersOptions(3)).run.path != first.run.path


def test_a_copy_kept_beside_a_run_is_not_the_run(ask):
    run = ask().run
    shutil.copytree(run.path, run.path.with_name(run.path.name + ".bak"))
    assert ask().run.path == run.path


def test_a_refused_second_process_changes_nothing(ask, monkeypatch):
    run = ask().run
    before = (run.path / "records.jsonl").read_bytes()
    reworded(monkeypatch)
    with held_alone(run), pytest.raises(DataFileError, match="another process: wait for it, or compute anew with --fresh"):
        ask()
    assert (run.path / "records.jsonl").read_bytes() == before


def test_an_older_versions_results_stay_until_there_is_a_new_one(ask, monkeypatch):
    run = ask().run
    before = [record for record in run.records() if record.kind == "cell"]
    reworded(monkeypatch)
    with mock.patch.object(toy.np.random, "default_rng", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        ask()
    assert [record for record in run.records() if record.kind == "cell"] == before
    assert ask().computed
    assert [record.cell for record in run.records() if record.kind == "cell"] != [record.cell for record in before]


@pytest.mark.parametrize("damage", [{"seed": None}, {"addresses": []}, {"study": None}, {"study": ["a"]}, {"seed": "x"}])
def test_a_damaged_run_record_is_one_line_and_hides_no_other_run(ask, damage):
    run, other = ask().run, ask(options=toy.NumbersOptions(1)).run
    changed(run, **damage)
    states = {path.name: describe_run(path, found)["state"] for path, found in list_runs(run.path.parent)}
    assert states == {run.path.name: "damaged", other.path.name: "finished"}
    for refused in (rerun, draw_page):
        with pytest.raises(DataFileError, match="its run record is damaged"):
            refused(run.path)


@pytest.mark.parametrize(
    "damage", [{"n": None}, {"threads": None}, {"fingerprint": None}, {"words": {"source": "digits", "x": 1}}]
)
def test_what_cannot_be_asked_again_is_told_before_anything_is_computed(ask, damage):
    run = ask().run
    changed(run, words={"source": "digits"})
    changed(run, **damage)
    with pytest.raises(BadInputError, match="this version cannot ask it again"):
        rerun(run.path)
    assert len(list(run.path.parent.iterdir())) == 1


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_an_out_that_cannot_hold_runs_is_refused(tiny, tmp_path, where):
    (tmp_path / "file").touch()
    with pytest.raises(DataFileError, match="is a file, so nothing can be written in it"):
        run_study(toy.STUDY, tiny, out=tmp_path / where, jobs=1)


@pytest.mark.parametrize(
    ("wrong", "words"), [({"seed": -1}, "seed=-1"), ({"threads": 0}, "threads=0"), ({"device": "abacus"}, "device='abacus'")]
)
def test_a_study_and_its_estimate_refuse_the_same(tiny, ask, wrong, words):
    for refused in (lambda: ask(**wrong), lambda: estimate(toy.STUDY, tiny, toy.NumbersOptions(), **wrong)):
        with pytest.raises(BadInputError, match=words):
            refused()


def test_images_of_a_pixel_are_refused(tiny):
    from tasvir.studies.families.main_job import STUDY

    dots = dataclasses.replace(tiny, images=tiny.images[:, :1, :1])
    with pytest.raises(BadInputError, match="images of 1 x 1 pixels: give images of at least 4 a side"):
        STUDY.cells(dots, STUDY.options(), 0)


def test_nothing_is_left_of_the_older_addresses_scratch(ask):
    assert not (ask().run.path / "scratch").exists()
    assert open_run(ask().run.path).run_record().data["study"] == "numbers"


def test_a_chapter_that_is_not_there_is_told_before_anything_is_computed(tiny, tmp_path):
    lost = dataclasses.replace(toy.STUDY, chapters=("tasvir.report.chapters.nowhere",))
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        run_study(lost, tiny, out=tmp_path / "runs", jobs=1)
    assert not (tmp_path / "runs").exists()


def test_a_study_has_the_name_of_its_row(monkeypatch):
    monkeypatch.setitem(STUDIES, "sums", "toy")
    with pytest.raises(BadInputError, match="the study in the row 'sums' of STUDIES calls itself 'numbers'"):
        find_study("sums")
