import pytest

import tasvir.studies.rerun as rerun_module
from tasvir.records.record import Record
from tasvir.records.run import RunFolder
from tasvir.studies.page import draw_page
from tasvir.studies.run import Finished


@pytest.fixture
def old(tmp_path, monkeypatch):
    """A run of a study of no cells; its data have another fingerprint by now."""

    def run_study(study, data, options, *, out, fresh, **settings):
        run = RunFolder.create(out / "new", Record("run", "run", data=asked | {"addresses": {}}))
        return Finished(run, draw_page(run.path), ("classifier",), True)

    asked = {"study": "run", "data": "digits", "words": {"source": "digits"}, "fingerprint": "0", "profile": "quick"}
    asked |= {"seed": 0, "threads": 1, "device": "cpu", "precision": "fp32"}
    monkeypatch.setattr(rerun_module, "run_study", run_study)
    return RunFolder.create(tmp_path / "old", Record("run", "run", data=asked | {"addresses": {}})).path


def test_it_tells_where_the_new_run_is_and_whether_it_is_the_same(old, tasvir, tmp_path):
    said = tasvir("rerun", "old", "--json")
    assert said.json["run"] == str(tmp_path / "new")
    assert (tmp_path / "new" / "report.html").is_file()
    assert (said.json["same_data"], said.json["differences"]) == (False, [])
    assert "Every number is the same" in said.err
    assert "have changed" in said.err


def test_a_part_that_failed_is_an_exit_code(old, tasvir):
    assert tasvir("rerun", "old").code == 1


def test_no_run_is_one_line(refused):
    assert "no such folder" in refused("rerun", "nothing")
