"""A run's folder: what is stored comes back, of the current cells, and nothing leads out of it."""

import hashlib
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.records.record import Record, array, cell_done, failure, metric, model
from tasvir.records.run import RunFolder, open_run
from tasvir.records.store import read_array, store, stored_path


def run_record(**addresses):
    return Record("run", "run", data={"addresses": addresses})


def cell(address, *records, name="fit"):
    done = cell_done(name, parameters={}, seed=0, facts={}, elapsed_s=1.0)
    return [replace(record, cell=address) for record in (*records, done)]


@pytest.fixture
def run(tmp_path):
    return RunFolder.create(tmp_path / "run", run_record(fit="a1"))


def test_only_the_current_cells_are_read(run):
    run.append(cell("a1", metric("accuracy", 0.9)))
    run.append(cell("old", metric("accuracy", 0.1)))
    assert [r.data.get("value") for r in run.records() if r.kind == "metric"] == [0.9]
    run.append([run_record(fit="old")])
    assert [r.data.get("value") for r in open_run(run.path).records() if r.kind == "metric"] == [0.1]
    assert [r.cell for r in run.records(["a1"])] == ["", "a1", "a1"]
    assert run.run_record().data["addresses"] == {"fit": "old"}


def test_a_cell_that_failed_and_then_ended_is_there_once(run):
    run.append([replace(failure("no memory"), cell="a1")])
    assert [r.kind for r in run.records()] == ["run", "failure"]
    run.append(cell("a1", metric("accuracy", 0.9)))
    assert [r.kind for r in run.records()] == ["run", "metric", "cell"]


@given(
    values=npst.arrays(
        dtype=st.sampled_from(["f4", "f8", "i8", "u1", "?", "U5"]),
        shape=npst.array_shapes(min_dims=0, min_side=0),
    )
)
def test_arrays_come_back_exactly(tmp_path_factory, values):
    root = tmp_path_factory.mktemp("run")
    record = store(root, array("a", values))
    assert record.content is None
    back = RunFolder(root).load_array(record)
    assert back.dtype == values.dtype
    np.testing.assert_array_equal(back, values)


def test_equal_content_is_stored_once_whatever_its_memory_order(run):
    values = np.arange(6.0).reshape(2, 3)
    run.append(cell("a1", array("a", values), array("b", np.asfortranarray(values))))
    assert len(list((run.path / "files").iterdir())) == 1
    first, second = (r for r in run.records() if r.kind == "array")
    assert run.file(first) == run.file(second)


def test_models_come_back(run, tmp_path):
    folder = tmp_path / "saved"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "weights").write_bytes(b"123")
    run.append(cell("a1", model("net", folder)))
    _, net, _ = run.records()
    assert (run.file(net) / "deep" / "weights").read_bytes() == b"123"


def test_an_array_that_is_not_stored_yet_is_the_one_in_memory(run):
    values = np.arange(3)
    assert run.load_array(array("a", values)) is values


def test_a_record_cannot_point_out_of_its_run(tmp_path):
    for sha256 in ("../../secret", "", "A" * 64, "a" * 63):
        with pytest.raises(BadInputError, match="has no file"):
            stored_path(tmp_path, Record("array", "a", data={"sha256": sha256}))
    with pytest.raises(DataFileError, match="missing"):
        stored_path(tmp_path, Record("array", "a", data={"sha256": "a" * 64}))


def test_a_pickle_in_the_files_is_never_loaded(run):
    run.append(cell("a1", array("a", np.zeros(2))))
    record = run.records()[1]
    np.save(run.file(record), np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataFileError, match="its content has changed"):
        run.load_array(record)
    named = run.path / "files" / f"{hashlib.sha256(run.file(record).read_bytes()).hexdigest()}.npy"
    with pytest.raises(DataFileError, match="not a readable"):
        read_array(run.file(record).rename(named))


def test_arrays_that_are_gone_or_altered_are_told(run):
    run.append(cell("a1", *(array(name, np.full(3, value)) for value, name in enumerate("abc"))))
    gone, altered, _ = (run.file(record) for record in run.records() if record.kind == "array")
    assert run.lost() == []
    gone.unlink()
    raw = bytearray(altered.read_bytes())
    raw[-1] ^= 1
    altered.write_bytes(raw)
    assert [line.partition(": ")[0] for line in run.lost()] == [str(gone), str(altered)]
    assert "missing" in run.lost()[0]
    assert "its content has changed" in run.lost()[1]


def test_clear_words_for_what_is_no_run(tmp_path, run):
    with pytest.raises(DataFileError, match="no such folder"):
        open_run(tmp_path / "nowhere")
    with pytest.raises(DataFileError, match="not a run"):
        open_run(tmp_path)
    (tmp_path / "records.jsonl").touch()
    with pytest.raises(DataFileError, match="no 'run' record"):
        open_run(tmp_path)
    with pytest.raises(DataFileError, match="already there"):
        RunFolder.create(run.path, run_record())
    with pytest.raises(BadInputError, match="kind 'run'"):
        RunFolder.create(tmp_path / "new", Record("cell", "fit"))
    with pytest.raises(DataFileError, match="not a folder with files"):
        run.append(cell("a1", model("net", tmp_path / "nowhere")))


def test_the_table(run):
    run.append(cell("a1", metric("accuracy", 0.9, low=0.8, high=0.95, labels={"arm": "real"})))
    table = run.to_pandas()
    row = table[table["kind"] == "metric"].iloc[0]
    assert (row["cell"], row["name"], row["value"], row["labels"]) == (
        "fit",
        "accuracy",
        0.9,
        {"arm": "real"},
    )


def test_the_table_says_when_pandas_is_missing(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(BadInputError, match="pip install pandas"):
        run.to_pandas()


@pytest.fixture
def half_done(tmp_path):
    """A run of three parts, one finished with 12 metrics, one failed."""
    asked = {"study": "run", "data": "<i>x</i>", "seed": 3, "addresses": {"fit": "a1", "judge": "b2", "draw": "c3"}}
    run = RunFolder.create(tmp_path / "half done", Record("run", "run", data=asked))
    run.append(cell("a1", *(metric(f"m{i}", i, low=0, high=20, labels={"arm": "<real>"}) for i in range(12))))
    run.append([replace(failure("no memory"), cell="b2")])
    return run


def test_a_run_says_what_it_asked_and_how_far_it_came(half_done, tmp_path):
    run = RunFolder.create(tmp_path / "bare", run_record(fit="a1"))
    assert repr(half_done) == f"RunFolder('{half_done.path}': run of <i>x</i>, seed 3: 1 of 3 parts finished, 1 failed)"
    assert repr(run) == f"RunFolder('{run.path}': a study of unnamed data, seed None: 0 of 1 parts finished)"


def test_a_run_in_a_notebook_shows_its_first_metrics_escaped(half_done):
    shown = half_done._repr_html_()
    assert "&lt;i&gt;x&lt;/i&gt;, seed 3: 1 of 3 parts finished, 1 failed" in shown
    assert "<tr><td>fit</td><td>m9</td><td>9 [0, 20]</td><td>arm=&lt;real&gt;</td></tr>" in shown
    assert "m10" not in shown
    assert "and 2 more metrics" in shown
    assert "<i>" not in shown


def test_a_run_that_is_gone_can_still_be_shown(half_done):
    (half_done.path / "records.jsonl").unlink()
    assert "cannot be read" in repr(half_done)
    assert "cannot be read" in half_done._repr_html_()
