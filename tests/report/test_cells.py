"""Records arranged by cell: what is missing is told apart from what failed."""

import numpy as np
import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.records.record import Record, array, curve, metric
from tasvir.report.cells import Cells, Reading, over_trainings


def test_names_keep_the_order_in_which_the_study_declared_them(empty):
    empty.unfinished("b/2")
    empty.found("a")
    empty.found("b/1")
    assert empty.asked().names() == ("b/2", "a", "b/1")
    assert empty.asked().names("b") == ("b/2", "b/1")


def test_a_name_is_no_beginning_of_another(empty):
    empty.found("classifier/0")
    empty.found("classifiers")
    assert empty.asked().names("classifier") == ("classifier/0",)


def test_why_a_cell_has_no_result(empty):
    empty.found("done", facts={"k": 3})
    empty.failed("failed", "the loss became NaN")
    empty.unfinished("never begun")
    cells = empty.asked()
    assert cells.problem("done") is None
    assert cells.problem("failed") == "the loss became NaN"
    assert "not finished" in cells.problem("never begun")


def test_half_a_cell_gives_no_numbers():
    cells = Cells([Record("run", "run", data={"addresses": {"a": "0"}}), Record("metric", "x", "0", {"value": 1})])
    assert cells.metric("a", "x") is None


def test_readings_of_one_name_are_told_apart_by_their_labels(empty):
    found = [metric("d", 0.1, labels={"against": "k-NN"}), metric("d", 0.2, labels={"against": "Majority"})]
    empty.found("comparison", found)
    readings = empty.asked().metrics("comparison", "d")
    assert [r.record for r in readings] == ["comparison d[against=k-NN]", "comparison d[against=Majority]"]


def test_a_reading_is_found_by_its_labels(empty):
    empty.found("a", [metric("x", 0.1, labels={"of": "real"}), metric("x", 0.2)])
    cells = empty.asked()
    assert [cells.metric("a", "x", of=of).value for of in ("real", None)] == [0.1, 0.2]
    assert cells.metric("a", "x", of="samples") is None


def test_numbers_that_were_not_finite_are_nan_again(empty):
    empty.found("a", [metric("x", float("nan")), curve("loss", {"train": [1.0, float("inf")]})])
    cells = empty.asked()
    assert np.isnan(cells.metric("a", "x").value)
    assert np.isnan(cells.curve("a", "loss").series["train"][1])


def test_arrays_come_from_the_record_or_from_where_they_are_stored(empty):
    empty.found("a", [array("x", np.arange(3))])
    assert empty.asked().array("a", "x").tolist() == [0, 1, 2]
    assert empty.asked().array("a", "y") is None

    def gone(record):
        raise DataFileError("gone")

    with pytest.raises(DataFileError, match="gone"):
        Cells(empty.all(), gone).array("a", "x")


def test_several_trainings_are_a_mean_between_the_lowest_and_the_highest():
    found = over_trainings([Reading(0.2, 0.1, 0.3, n=50, record="a"), None, Reading(0.4, n=50, record="b")])
    assert found == Reading(pytest.approx(0.3), 0.2, 0.4, n=50, record="a; b")
    assert over_trainings([Reading(1.0, n=5), Reading(2.0, n=6)]).n is None
    assert over_trainings([None, Reading(0.2, 0.1, 0.3)]) == Reading(0.2, 0.1, 0.3)
    assert over_trainings([None]) is None
