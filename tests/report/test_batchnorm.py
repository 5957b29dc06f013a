"""Sentences on batch norm follow the records: other measurements, other verdicts."""

import numpy as np
import pytest
from recorded import Run, measure

from tasvir.measures.statements import RULES
from tasvir.records.record import array, metric
from tasvir.report.chapters import batchnorm
from tasvir.report.chapters.batchnorm_rows import Found
from tasvir.report.chapters.batchnorm_statements import STATEMENTS
from tasvir.report.document import Table
from tasvir.report.text import plain_spaces
from tasvir.report.words.language import language

JUDGE = "batchnorm/statements"
#: What a paper would like best, a mean and its interval.
MEASURED = {
    "batch_speedup": (-0.33, -0.36, -0.31),
    "uniform_sds": (2.0, 1.5, 2.5),
    "uniform_means": (2.0, 1.5, 2.5),
    "closer_gain": (-0.01, -0.02, 0.0),
    "scale_range": (0.8, 0.7, 0.9),
    "batch_loss": (0.3, 0.2, 0.4),
    "rate_width": (1.2, 1.0, 1.4),
    "loss_updates": (0.7, 0.5, 0.9),
    "loss_seconds": (0.1, -0.2, 0.4),
}


def told(sentence):
    return plain_spaces(language()(sentence))


def accuracy(arm, what, at, value):
    return metric("validation_accuracy", value, low=value, high=value, labels={"arm": arm, "of": what, "at": at})


@pytest.fixture
def run():
    run = Run()
    records = [metric(name, value, low=low, high=high) for name, (value, low, high) in MEASURED.items()]
    for scale in (0.01, 1.0, 10.0):
        records += [accuracy("plain", "scale", scale, 0.9 if scale == 1 else 0.1), accuracy("normed", "scale", scale, 0.92)]
    for size in (1, 32):
        records.append(accuracy("plain", "size", size, 0.5))
    records.append(accuracy("normed", "size", 32, 0.9))
    records += [array(f"losses_{arm}", np.array([[2.0, 1.0], [2.0, 0.8]], np.float32)) for arm in ("plain", "normed")]
    facts = {"ends": [5, 10], "n_seeds": 3, "refused": {"1": ["normed"]}, "n_looked_at": 256}
    run.found(JUDGE, records, facts=facts)
    return run


def verdicts(run):
    """Statement -> its verdict and what was measured, as the table has them."""
    (table,) = (b for b in batchnorm.compose(run.asked()).blocks if isinstance(b, Table) and b.name == "batchnorm-statements")
    return {name: tuple(map(told, row)) for name, row in zip(STATEMENTS, table.rows, strict=True)}


def test_verdicts_of_a_known_run(run):
    found = {name: verdict for name, (verdict, _) in verdicts(run).items()}
    assert found == {
        "faster_batch": "false here",
        "uniform": "true here",
        "closer_to_zero": "false here",
        "batch_sensitive": "true here",
        "less_tuning": "true here",
        "faster_updates": "true here",
        "faster_seconds": "cannot tell",
    }
    measured = {name: words for name, (_, words) in verdicts(run).items()}
    assert measured["faster_batch"].endswith(
        "at equal updates.” With batch norm an update takes 1.39 [1.36, 1.43] times as long."
    )
    assert measured["faster_updates"].endswith("the training loss without it is 2.01 [1.65, 2.46] times that with it.")
    assert "closer to zero against the usual: −1.0 points [−2.0, 0.0]" in measured["closer_to_zero"]


@pytest.mark.parametrize("statement", RULES)
def test_a_verdict_turns_with_what_was_measured(run, statement):
    rule, seen = RULES[statement], {}
    for verdict, (low, high) in {"true here": (0.5, 0.7), "false here": (-0.7, -0.5), "cannot tell": (-0.5, 0.7)}.items():
        for name in filter(None, (rule.measured, rule.also)):
            measure(run, JUDGE, name, (low + high) / 2, low, high)
        seen[verdict] = verdicts(run)[statement]
        assert seen[verdict][0] == verdict
    assert len({words for _, words in seen.values()}) == 3


def test_the_reading_of_the_first_weights_follows_too(run):
    def said():
        return " ".join(
            told(sentence) for block in batchnorm.compose(run.asked()).blocks for sentence in getattr(block, "sentences", ())
        )

    assert "They are not, by anything that would matter, and the statement is false so." in said()
    assert (
        "the net with batch norm is right for 92.0 % of the held-out images, the one without for 10.0 %; from 10 times" in said()
    )
    measure(run, JUDGE, "closer_gain", 0.1, 0.05, 0.15)
    assert "They are not" not in said()
    assert "Here they are, so the statement holds." in said()
    measure(run, JUDGE, "closer_gain", 0.1, -0.05, 0.15)
    assert "Read as" not in said()


def test_one_training_has_no_interval_and_tells_nothing(run):
    for name in MEASURED:
        measure(run, JUDGE, name, 0.5)
    assert {verdict for verdict, _ in verdicts(run).values()} == {"cannot tell"}


def test_what_torch_refuses_is_said(run):
    (gains,) = (b for b in batchnorm.compose(run.asked()).blocks if isinstance(b, Table) and b.name == "batchnorm-gains")
    rows = {told(row[0]): [told(cell) for cell in row[1:3]] for row in gains.rows}
    assert rows["Batches of 1"][1] == "refused"
    assert Found(run.asked()).refused(32) == ()


def test_a_run_of_another_study_has_no_such_chapter(empty):
    assert batchnorm.compose(empty.asked()) is None


def test_what_failed_is_named(run):
    run.failed("batchnorm/timing", "no clock")
    said = [told(s) for b in batchnorm.compose(run.asked()).blocks for s in getattr(b, "sentences", ())]
    assert "This part failed: batchnorm/timing: no clock." in said


def test_a_lost_training_is_a_dash_and_not_a_number(run):
    measure(run, JUDGE, "loss_updates", float("nan"))
    verdict, words = verdicts(run)["faster_updates"]
    assert verdict == "cannot tell"
    assert words.endswith("After – updates the training loss without it is – times that with it.")
    assert batchnorm.compose(run.asked()).headline is None
