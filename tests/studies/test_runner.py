"""Cells run once, failures are kept and tried again, nothing that is done is done twice."""

import io
import random

import joblib
import numpy as np
import pytest
import torch
import toy

from tasvir.contracts.errors import DiskFullError
from tasvir.records.run import open_run
from tasvir.records.same import same_records
from tasvir.studies.cell import Cell
from tasvir.studies.families.baselines import BASELINES
from tasvir.studies.families.describe import describe_data

NUMBERS = [Cell(f"number/{plus}", toy.number, {"plus": plus}, plus) for plus in (1, 2)]
TOTAL = Cell("total", toy.total, {}, 0, needs=("number/1", "number/2"))


def test_a_cell_leaves_its_records_and_closes_them(study):
    toys = study(NUMBERS)
    assert toys.run() == []
    kinds = [(record.kind, record.name) for record in toys.records("number/1")]
    assert kinds == [("metric", "value"), ("array", "many"), ("cell", "number/1")]
    closing = toys.records("number/1")[-1].data
    assert closing["parameters"] == {"plus": 1}
    assert closing["seed"] == 1
    assert closing["facts"] == {"drawn": True}
    assert closing["elapsed_s"] > 0


def test_what_is_there_is_not_computed_again(study):
    study(NUMBERS).run()
    again = study(NUMBERS)
    before = (again.path / "records.jsonl").read_bytes()
    assert again.run() == []
    assert toy.RAN == []
    assert (again.path / "records.jsonl").read_bytes() == before
    assert "2 of 2 parts are there already" in again.told


def test_only_what_changed_is_computed(study):
    study([*NUMBERS, TOTAL]).run()
    other = Cell("number/2", toy.number, {"plus": 5}, 2)
    changed = study([NUMBERS[0], other, TOTAL])
    changed.run()
    assert toy.RAN == ["number 5", "total"]


def test_only_the_current_addresses_are_read(study):
    study(NUMBERS).run()
    study([NUMBERS[0], Cell("number/2", toy.number, {"plus": 5}, 2)]).run()
    back = study(NUMBERS)
    assert back.run() == []
    assert toy.RAN == []  # the records of the first question are there still
    found = open_run(back.path).records()
    assert sorted(record.data["value"] for record in found if record.kind == "metric")[1] < 5
    assert len([record for record in found if record.kind == "cell"]) == 2


def test_a_cell_reads_what_it_needs(study):
    toys = study([*NUMBERS, TOTAL])
    toys.run()
    arrays = [open_run(toys.path).load_array(toys.records(cell.name)[1]) for cell in NUMBERS]
    assert toys.records("total")[0].data["value"] == pytest.approx(np.sum(arrays))
    assert toys.records("total")[-1].data["facts"]["of"] == ["number/1", "number/2"]


@pytest.fixture
def broken(tmp_path):
    """A cell that fails, one that needs it, one that needs that, and one that needs neither."""
    cause = tmp_path / "cause"
    cause.touch()
    return cause, [
        Cell("good", toy.number, {}),
        Cell("bad", toy.failing, {"cause": str(cause)}),
        Cell("child", toy.total, {}, needs=("bad", "good")),
        Cell("grandchild", toy.total, {}, needs=("child",)),
    ]


def test_a_failure_is_kept_and_the_others_go_on(study, broken):
    toys = study(broken[1])
    assert sorted(toys.run()) == ["bad", "child", "grandchild"]
    (failed,) = toys.records("bad")
    assert failed.kind == "failure"
    assert failed.data["error"].startswith("ValueError: as it was told")
    assert toys.records("good")[-1].kind == "cell"


def test_what_needs_a_failed_cell_says_so(study, broken):
    toys = study(broken[1])
    toys.run()
    assert [record.data["error"] for record in toys.records("child")] == ["it needs bad, which failed"]
    assert [record.data["error"] for record in toys.records("grandchild")] == ["it needs child, which failed"]
    for name in ("bad", "child", "grandchild"):
        assert f"{name} failed: " in toys.told
    assert all(line.strip() for line in toys.told.splitlines())


def test_the_next_run_tries_a_failed_cell_again(study, broken):
    cause, cells = broken
    study(cells).run()
    assert study(cells).run() == ["bad", "child", "grandchild"]
    assert toy.RAN == ["failing"]
    cause.unlink()
    toys = study(cells)
    assert toys.run() == []
    assert toy.RAN == ["failing", "total", "total"]
    assert not [record for record in toys.records() if record.kind == "failure"]


def test_an_interrupt_keeps_what_is_done_and_what_is_half_done(study):
    cells = [NUMBERS[0], Cell("half", toy.interrupted), NUMBERS[1]]
    toys = study(cells)
    with pytest.raises(KeyboardInterrupt):
        toys.run()
    assert toys.records("number/1")[-1].kind == "cell"
    assert toys.records("half") == []
    (left,) = (toys.path / "scratch").iterdir()
    assert left.name == toys.addresses["half"]
    assert (left / "checkpoint").read_text() == "half way"


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_stops_the_study_at_once_and_it_goes_on_when_there_is_room(study, tmp_path, jobs):
    cause = tmp_path / "cause"
    cause.touch()
    cells = [
        NUMBERS[0],
        Cell("full", toy.without_room, {"cause": str(cause)}, needs=("number/1",)),
        Cell("after", toy.total, needs=("full",)),
    ]
    with pytest.raises(DiskFullError, match="its disk is full"):
        study(cells).run(jobs=jobs)
    assert [record.kind for record in study(cells).records()] == ["run", "metric", "array", "cell"]
    cause.unlink()
    assert study(cells).run(jobs=jobs) == []


def test_scratch_folders_go(study):
    toys = study(NUMBERS)
    toys.run()
    assert sorted(path.name for path in toys.path.iterdir()) == ["files", "records.jsonl"]


def test_warnings_are_facts(study):
    toys = study([Cell("warned", toy.warning)])
    toys.run()
    assert toys.records("warned")[-1].data["facts"]["warnings"] == ["it did not converge"]


def test_a_cell_has_the_threads_it_is_told_and_they_are_given_back(study):
    before = torch.get_num_threads()
    toys = study([Cell("threads", toy.counting_threads)], threads=before + 1)
    toys.run()
    assert toys.records("threads")[-1].data["facts"]["threads"] == before + 1
    assert torch.get_num_threads() == before


def test_the_global_streams_carry_the_seed_and_are_given_back(study, tmp_path):
    cells = [Cell(f"draws/{seed}/{n}", toy.global_draws, {"n": n}, seed) for seed in (1, 2) for n in (1, 2)]
    states = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    toys = study(cells)
    toys.run()
    draws = [toys.records(cell.name)[-1].data["facts"]["draws"] for cell in cells]
    assert draws[0] == draws[1] != draws[2] == draws[3]
    assert (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()) == states


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_what_other_processes_tell_is_seen(study):
    toys = study([Cell("tell", toy.telling)])
    toys.expected_s = {"tell": 200.0}
    assert toys.run(stream=Terminal(), jobs=2) == []
    assert "about 2 min left" in toys.told  # half of 200 s, while nothing was done yet


def test_several_jobs_give_the_records_of_one(study, tiny, tmp_path):
    """On whichever backend the user names; loky's workers import the package anew."""
    cells = [Cell("data", describe_data), *(Cell(f"baseline/{name}", function, {}, 0) for name, function in BASELINES.items())]
    one = toy.Study(tmp_path / "one", cells)
    assert one.run(tiny) == []
    for backend in ("threading", "loky"):
        several = toy.Study(tmp_path / backend, cells)
        with joblib.parallel_config(backend=backend):
            assert several.run(tiny, jobs=2) == []
        assert same_records(one.records(), several.records()) == []
