"""A record is plain JSON, and its constructors refuse what JSON cannot hold."""

from dataclasses import replace

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError, BadTypeError
from tasvir.records.record import Record, array, cell_done, curve, failure, metric, model


def test_numpy_numbers_tuples_and_arrays_become_plain():
    record = Record("metric", "m", data={"a": np.float32(0.5), "b": (1, np.int64(2)), "c": np.arange(3)})
    assert record.data == {"a": 0.5, "b": [1, 2], "c": [0, 1, 2]}
    assert type(record.data["b"][1]) is int


@pytest.mark.parametrize("bad", [{"x": float("nan")}, {"x": {1, 2}}, {1: "x"}, {"x": {2: 1}}, {"x": b"raw"}])
def test_what_json_cannot_hold_is_refused(bad):
    with pytest.raises((BadInputError, BadTypeError), match="'m'"):
        Record("metric", "m", data=bad)


def test_unknown_kind_is_refused():
    with pytest.raises(BadInputError, match="it is one of run, cell"):
        Record("table", "t")


def test_metric_without_a_value_is_none():
    assert metric("auc", float("nan"), high=float("inf")).data["value"] is None


def test_curve_counts_epochs_and_refuses_unequal_lengths():
    assert curve("loss", {"train": [3, 2, np.nan]}).data["x"] == [1, 2, 3]
    assert curve("loss", {"train": [3, 2, np.nan]}).data["series"]["train"] == [3.0, 2.0, None]
    assert curve("loss", {"train": [3, 2]}, x=[10, 20]).data["x"] == [10.0, 20.0]
    with pytest.raises(BadInputError, match=r"lengths \[1, 2\]"):
        curve("loss", {"train": [1.0, 2.0], "valid": [1.0]})


def test_arrays_of_objects_are_refused():
    with pytest.raises(BadTypeError, match="Python objects"):
        array("a", np.array([{}, 1], dtype=object))


def test_content_stays_out_of_comparison_and_data():
    assert array("a", np.zeros(2)) == array("a", np.ones(2))
    assert "content" not in array("a", np.zeros(2)).data
    assert model("m", "somewhere").data == {"labels": {}}


def test_closing_records():
    done = cell_done("fit", parameters={"k": 1}, seed=3, facts={"title": "تصویر"}, elapsed_s=0.5)
    assert (done.kind, done.name, done.data["seed"]) == ("cell", "fit", 3)
    assert failure("ValueError: no").data["error"] == "ValueError: no"


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (metric("accuracy", 0.9, low=0.81234, high=0.95), "Record(metric 'accuracy': 0.9 [0.8123, 0.95])"),
        (replace(metric("fit_s", 1.5, unit="s"), cell="a1"), "Record(metric 'fit_s' in cell a1: 1.5 s)"),
        (metric("auc", float("nan")), "Record(metric 'auc': no value)"),
        (curve("loss", {"train": [3, 2], "valid": [3, 2]}), "Record(curve 'loss': train, valid, 2 points)"),
        (array("codes", np.zeros((3, 2))), "Record(array 'codes': float64 of shape (3, 2))"),
        (failure("ValueError: no\n  memory"), "Record(failure 'failure': ValueError: no memory)"),
        (Record("run", "run", data={"seed": 0, "study": "run"}), "Record(run 'run': seed, study)"),
    ],
    ids=lambda value: value.kind if isinstance(value, Record) else "",
)
def test_a_record_says_what_it_holds(record, words):
    assert repr(record) == words


def test_a_record_in_a_notebook_is_escaped_and_short():
    shown = failure("<script>" + "x" * 1000)._repr_html_()
    assert "&lt;script&gt;" in shown
    assert "<script>" not in shown
    assert len(shown) < 400
