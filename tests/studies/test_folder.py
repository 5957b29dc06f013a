"""A run is found by its question, whatever its date; runs are listed with what became of them."""

import os

import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.records.record import Record, cell_done, failure
from tasvir.studies.folder import describe_run, held_alone, list_runs, open_or_create, question_hash

QUESTION = {"study": "run", "seed": 0}


def run_record(addresses=None, data="digits"):
    settings = {"profile": "quick", "seed": 0, "threads": 1, "device": "cpu", "image_shape": [8, 8]}
    about = {"study": "run", "data": data, "seed": 0, "settings": settings, "addresses": addresses or {"a": "1" * 32}}
    return Record("run", "run", data=about)


def opened(out, *, fresh=False, **how):
    return open_or_create(out, run_record(**how), question_hash(QUESTION), fresh=fresh)


def test_a_question_is_its_words_in_any_order():
    assert question_hash({"a": 1, "b": 2}) == question_hash({"b": 2, "a": 1}) != question_hash({"a": 1, "b": 3})
    assert len(question_hash(QUESTION)) == 8


def test_a_new_question_has_a_folder_that_says_what_and_when(tmp_path):
    name = opened(tmp_path / "runs", data="my cats & dogs/..").path.name
    assert name.startswith("run-my-cats-dogs-..-2")
    assert name.endswith(question_hash(QUESTION))


def test_the_same_question_is_continued_whatever_its_date(tmp_path):
    path = opened(tmp_path).path
    older = path.rename(tmp_path / f"run-digits-19990101-{question_hash(QUESTION)}")
    assert opened(tmp_path).path == older
    assert len((older / "records.jsonl").read_text().splitlines()) == 1


def test_fresh_is_a_folder_of_its_own_and_the_newest_is_continued(tmp_path):
    first, second = opened(tmp_path).path, opened(tmp_path, fresh=True).path
    assert first != second
    os.utime(first, (1, 1))
    assert opened(tmp_path).path == second
    os.utime(second, (0, 0))
    assert opened(tmp_path).path == first


def test_a_folder_without_records_is_no_run(tmp_path):
    path = opened(tmp_path).path
    (path / "records.jsonl").unlink()
    assert opened(tmp_path).path != path


def test_runs_are_listed_newest_last_with_their_state(tmp_path):
    states = {}
    for age, name in enumerate(["finished", "begun", "failed", "damaged"]):
        run = open_or_create(tmp_path, run_record({"a": "1" * 32, "b": "2" * 32}, data=name), name, fresh=False)
        closing = cell_done("a", parameters={}, seed=0, facts={}, elapsed_s=1.0)
        if name == "finished":
            run.append([Record(**vars(closing) | {"cell": "1" * 32}), Record(**vars(closing) | {"cell": "2" * 32})])
        if name == "failed":
            run.append([Record(**vars(closing) | {"cell": "1" * 32}), Record(**vars(failure("no")) | {"cell": "2" * 32})])
        if name == "damaged":
            (run.path / "records.jsonl").write_text("{}\n{}\n")
        os.utime(run.path, (age, age))
        states[name] = run.path.name
    (tmp_path / "notes").mkdir()
    rows = [describe_run(path, run) for path, run in list_runs(tmp_path)]
    assert [row["run"] for row in rows] == list(states.values())
    assert [row["state"] for row in rows] == ["finished", "0 of 2 parts", "1 of 2 parts, 1 failed", "damaged"]
    assert {len(row) for row in rows} == {6}
    assert [row["options"] for row in rows] == ["profile quick"] * 3 + ["?"]


def test_a_missing_folder_of_runs_is_named(tmp_path):
    with pytest.raises(DataFileError, match="no such folder"):
        list_runs(tmp_path / "none")


def test_a_run_is_computed_by_one_process_alone(tmp_path):
    run = opened(tmp_path).path
    words = "another process: wait for it, or compute anew with --fresh"
    with held_alone(run), pytest.raises(DataFileError, match=words), held_alone(run):
        pass
    with held_alone(run):
        pass
