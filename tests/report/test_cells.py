"""Records arranged by cell: what is missing is told apart from what failed."""

import numpy as np
import pytest

from tasvir.contracts.errors import DataFileError
from tasvir.records.record import Record, array, curve, metric
from tasvir.report.cells import Cells, Reading


def test_names_keep_the_order_in_which_the_study_declared_them(builder):
    run = builder()
    run.unfinished("b/2")
    run.cell("a", {}, {})
    run.cell("b/1", {}, {})
    assert Cells(run.all()).names() == ("b/2", "a", "b/1")
    assert Cells(run.all()).names("b") == ("b/2", "b/1")


def test_a_name_is_no_beginning_of_another(builder):
    run = builder()
    run.cell("classifier/0", {}, {})
    run.cell("classifiers", {}, {})
    assert Cells(run.all()).names("classifier") == ("classifier/0",)


def test_why_a_cell_has_no_result(builder):
    run = builder()
    run.cell("done", {}, {"k": 3})
    run.failed("failed", "the loss became NaN")
    run.unfinished("never begun")
    cells = Cells(run.all())
    assert cells.problem("done") is None
    assert cells.problem("failed") == "the loss became NaN"
    assert "not finished" in cells.problem("never begun")


def test_half_a_cell_gives_no_numbers():
    cells = Cells([Record("run", "run", data={"addresses": {"a": "0"}}), Record("metric", "x", "0", {"value": 1})])
    assert cells.metric("a", "x") is None


def test_readings_of_one_name_are_told_apart_by_their_labels(builder):
    run = builder()
    found = [metric("d", 0.1, labels={"against": "k-NN"}), metric("d", 0.2, labels={"against": "Majority"})]
    run.cell("comparison", {}, {}, found)
    readings = Cells(run.all()).metrics("comparison", "d")
    assert [r.record for r in readings] == ["comparison d[against=k-NN]", "comparison d[against=Majority]"]


def test_a_reading_is_found_by_its_labels(builder):
    run = builder()
    run.cell("a", {}, {}, [metric("x", 0.1, labels={"of": "real"}), metric("x", 0.2)])
    cells = Cells(run.all())
    assert [cells.metric("a", "x", of=of).value for of in ("real", None)] == [0.1, 0.2]
    assert cells.metric("a", "x", of="samples") is None


def test_numbers_that_were_not_finite_are_nan_again(builder):
    run = builder()
    run.cell("a", {}, {}, [metric("x", float("nan")), curve("loss", {"train": [1.0, float("inf")]})])
    cells = Cells(run.all())
    assert np.isnan(cells.metric("a", "x").value)
    assert np.isnan(cells.curve("a", "loss").series["train"][1])


def test_arrays_come_from_the_record_or_from_where_they_are_stored(builder):
    run = builder()
    run.cell("a", {}, {}, [array("x", np.arange(3))])
    assert Cells(run.all()).array("a", "x").tolist() == [0, 1, 2]
    assert Cells(run.all()).array("a", "y") is None

    def gone(record):
        raise DataFileError("gone")

    with pytest.raises(DataFileError, match="gone"):
        Cells(run.all(), gone).array("a", "x")


@pytest.mark.parametrize(
    ("other", "overlap"),
    [((0.55, 0.7), True), ((0.6, 0.7), True), ((0.61, 0.7), False), ((None, None), None)],
)
def test_intervals_overlap_when_they_share_a_value(other, overlap):
    low, high = other
    assert Reading(0.55, 0.5, 0.6).overlaps(Reading(0.65, low, high)) is overlap
