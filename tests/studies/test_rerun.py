from dataclasses import asdict, replace

import pytest

import tasvir.studies.rerun as rerun_module
from tasvir import Dataset, load_data
from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.records.record import Record, cell_done, metric
from tasvir.records.run import RunFolder
from tasvir.studies.families.main_job import STUDY, MainJobOptions
from tasvir.studies.rerun import rerun
from tasvir.studies.run import Finished


class RunStudy:
    """Every study is done in no time: it finds how many images there are, and takes `spell` for its source."""

    def __init__(self):
        self.spell, self.found, self.asked = "first", 0.5, []

    def __call__(self, study, data: Dataset, options, *, out, fresh, **asked):
        settings = asdict(options) | {name: asked[name] for name in ("seed", "threads", "device", "precision")}
        self.asked.append(settings | {"study": study.name, "fresh": fresh})
        asked = {"study": "run", "data": data.name, "words": dict(data.words), "fingerprint": data.fingerprint} | settings
        name = f"run-{len(self.asked)}"
        run = RunFolder.create(out / name, Record("run", "run", data=asked | {"addresses": {"count": self.spell}}))
        done = cell_done("count", parameters={}, seed=asked["seed"], facts={}, elapsed_s=len(self.asked))
        found = (metric("images", len(data)), metric("luck", self.found), metric("fit_s", len(self.asked), unit="s"), done)
        run.append([replace(record, cell=self.spell) for record in found])
        return Finished(run, run.path / "report.html", (), True)


@pytest.fixture
def study(monkeypatch) -> RunStudy:
    study = RunStudy()
    monkeypatch.setattr(rerun_module, "run_study", study)
    return study


@pytest.fixture
def old(study, tmp_path):
    data = load_data("digits", image_size=10, seed=4)
    asked = {
        "seed": 5,
        "threads": 1,
        "device": "cpu",
        "precision": "fp32",
        "out": tmp_path / "runs",
        "jobs": None,
        "fresh": False,
        "stream": None,
    }
    return study(STUDY, data, MainJobOptions("full"), **asked).run.path


def test_it_asks_the_same_of_the_same_data_beside_the_old_run(study, old):
    again = rerun(old)
    assert study.asked[1] == study.asked[0] | {"fresh": True}
    assert again.finished.run.path.parent == old.parent
    assert again.finished.run.path != old
    assert (again.same_data, again.differences) == (True, ())


def test_it_lies_where_it_is_told(study, old, tmp_path):
    assert rerun(old, out=tmp_path / "elsewhere").finished.run.path.parent == tmp_path / "elsewhere"


def test_another_version_of_the_source_is_compared_cell_by_cell(study, old):
    study.spell = "second"
    assert rerun(old).differences == ()
    study.found = 0.6
    (difference,) = rerun(old).differences
    assert "'luck'" in difference
    assert "0.5" in difference
    assert "0.6" in difference


def test_changed_images_are_told(study, old, monkeypatch):
    monkeypatch.setattr(rerun_module, "load_data", lambda **words: load_data("digits", image_size=12))
    assert not rerun(old).same_data


@pytest.mark.parametrize(
    ("asked", "word"),
    [({"study": "run", "words": {}}, "how its images were read"), ({"study": "dream", "words": {"source": "digits"}}, "dream")],
    ids=["made by hand", "unknown study"],
)
def test_what_cannot_be_asked_again_is_said(asked, word, tmp_path, study):
    path = RunFolder.create(
        tmp_path / "run", Record("run", "run", data={"data": "digits", "seed": 0, "addresses": {}} | asked)
    ).path
    with pytest.raises(BadInputError, match=word):
        rerun(path)


def test_no_run_no_rerun(tmp_path):
    with pytest.raises(DataFileError, match="not a run"):
        rerun(tmp_path)
