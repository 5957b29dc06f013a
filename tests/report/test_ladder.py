"""What explains the ladder, in words that follow the records."""

import numpy as np
import pytest
from recorded import Run, trace

from tasvir.records.record import array, metric
from tasvir.report.chapters import ladder
from tasvir.report.chapters.ladder_words import class_sentences, decay_sentence, softmax_sentence
from tasvir.report.document import Table
from tasvir.report.rows import read_rows
from tasvir.report.text import plain_spaces
from tasvir.report.words.language import language


def told(sentence):
    return plain_spaces(language()(sentence))


def rows(run):
    return {row.arm: row for row in read_rows(run.asked(), "codes")}


@pytest.fixture
def run():
    run = Run()
    run.found("data", facts={"class_names": ["ant", "bee"]})
    for arm, error, spread in (("given", 0.02, 1.0), ("repaired", 0.01, 2.0)):
        run.found(f"codes/{arm}/0", [metric("reconstruction_mse", error), metric("code_sd", spread)], facts={"epochs": 30})
        trace(run, f"codes/{arm}/0", "loss", train=np.linspace(0.1, 0.05, 30).tolist(), valid=[0.05] * 30)
    return run


def test_a_decay_that_costs_is_told_from_one_that_does_not(run):
    costs = told(decay_sentence([*rows(run).values()]))
    assert costs.startswith("The decay in the gradient costs the drawings: an error of 0.0200 instead of 0.0100.")
    assert costs.endswith("the codes spread by 1.00 instead of 2.00.")
    run.found("codes/given/0", [metric("reconstruction_mse", 0.01), metric("code_sd", 1.0)])
    assert "hardly harms" in told(decay_sentence([*rows(run).values()]))
    assert decay_sentence([rows(run)["given"]]) is None


def test_the_floor_of_a_second_softmax_is_that_of_its_classes(run):
    run.found("codes/a/0")
    trace(run, "codes/a/0", "loss", train=[2.0, 1.6], valid=[2.0, 1.7])
    said = told(softmax_sentence(rows(run)["a"], 10))
    assert "the loss of 10 classes cannot fall below 1.461" in said
    assert "it ended at 1.600" in said
    assert softmax_sentence(None, 10) is None


def test_the_classes_that_are_found_most_and_least(run):
    recalls = [metric("recall", value, labels={"class": label}) for label, value in enumerate((0.7, 0.9))]
    run.found("codes/d/0", recalls)
    run.found("codes/b/0", recalls)
    (said,) = map(told, class_sentences([*rows(run).values()], ("ant", "bee")))
    assert said == "(d) Standardised codes finds class bee most often, 90.0 %, and class ant least often, 70.0 %."


def test_the_table_of_epochs_tells_a_dozen_of_them(run):
    told_of = ladder.compose(run.asked())
    (epochs,) = (block for block in told_of.blocks if isinstance(block, Table) and block.name == "ladder-epochs")
    assert [told(row[0]) for row in epochs.rows] == [str(round(1 + i * 29 / 11)) for i in range(12)]
    assert [told(cell) for cell in epochs.rows[-1]] == ["30", "0.0500", "0.0500", "0.0500", "0.0500"]


def test_a_line_of_many_steps_is_thinned_by_means(run):
    from tasvir.report.chapters.ladder_figures import _steps

    losses = np.arange(1000, dtype=np.float32)
    run.found("codes/a/0", [array("step_losses", losses)])
    line = _steps(rows(run)["a"], 0)
    assert len(line.readings) == 200
    assert (line.x[0], line.x[-1]) == (5.0, 1000.0)
    assert (line.readings[0].value, line.readings[-1].value) == (2.0, 997.0)


def test_a_run_of_another_study_has_no_such_chapter(empty):
    assert ladder.compose(empty.asked()) is None
