"""A judgement follows its numbers, and is refused where no method keeps its promise."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.measures.verdict import Refusal, Verdict, verdict


def right(share, S=5, n=300, seed=0):
    return np.random.default_rng(seed).random((S, n)) < share


LABELS = (np.arange(300) >= 100).astype(int)
FOLDS = np.arange(300) % 5


def test_helps_hurts_and_cannot_tell():
    good, poor, same = right(0.9), right(0.7, seed=1), right(0.9, seed=2)
    names = ("the VAE", "copies")
    helps = verdict(good, poor, strata=LABELS, names=names)
    hurts = verdict(poor, good, strata=LABELS, names=names)
    neither = verdict(good, same, strata=LABELS, names=names)
    assert [v.outcome for v in (helps, hurts, neither)] == ["helps", "hurts", "cannot tell"]
    assert (helps.arm, helps.against, helps.metric) == ("the VAE", "copies", "balanced_accuracy")
    assert 0 < neither.smallest_detectable < 0.2


def test_swapping_the_arms_turns_the_numbers_around():
    good, poor = right(0.9), right(0.7, seed=1)
    ab, ba = verdict(good, poor, strata=LABELS), verdict(poor, good, strata=LABELS)
    assert (ab.d, ab.low, ab.high) == pytest.approx((-ba.d, -ba.high, -ba.low))
    assert ab.p == pytest.approx(ba.p)


def test_widening_the_interval_turns_the_judgement():
    found = verdict(right(0.9), right(0.8, seed=1), strata=LABELS)
    assert found.outcome == "helps"
    assert replace(found, low=-0.01).outcome == "cannot tell"
    assert found.at_confidence(1 - found.p / 2).outcome == "cannot tell"
    assert found.at_confidence(1 - found.p * 2).outcome == "helps"


def test_the_scope_is_said():
    fixed = verdict(right(0.9), right(0.7, seed=1))
    folds = verdict(right(0.9), right(0.7, seed=1), folds=FOLDS)
    assert fixed.this_training_set_only
    assert not folds.this_training_set_only
    assert (fixed.n_folds, folds.n_folds, folds.n_seeds) == (1, 5, 5)


def test_a_record_holds_it():
    for found in (verdict(right(0.9), right(0.7)), verdict(right(0.9, S=1), right(0.7, S=1))):
        assert Verdict(**json.loads(json.dumps(asdict(found)))) == found


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"S": 1}, Refusal("seeds", 1, 3)),
        ({"S": 2}, Refusal("seeds", 2, 3)),
        ({"S": 1, "folds": FOLDS}, Refusal("seeds", 1, 2)),
        ({"strata": (np.arange(300) >= 9).astype(int)}, Refusal("images", 9, 10, 0)),
        ({"groups": np.arange(300) // 40}, Refusal("images", 8, 10)),
    ],
)
def test_no_judgement_where_no_method_keeps_its_promise(given, why):
    given = dict(given)
    S = given.pop("S", 5)
    refused = verdict(right(0.9, S), right(0.5, S, seed=1), **given)
    assert refused.outcome == "cannot tell"
    assert refused.refused == why
    assert refused.d == pytest.approx(0.4, abs=0.1)
    assert refused.low is refused.p is refused.smallest_detectable is None
    assert refused.at_confidence(0.9).outcome == "cannot tell"


def test_two_seeds_over_folds_are_judged():
    assert verdict(right(0.95, 2), right(0.5, 2, seed=1), folds=FOLDS).outcome == "helps"


def test_equal_answers_are_equal():
    found = verdict(right(0.9), right(0.9))
    assert (found.d, found.p, found.outcome) == (0, 1, "cannot tell")
    assert -0.02 < found.low < 0 < found.high < 0.02  # that none of 300 images differed is no proof
    assert found.smallest_detectable > 0


def test_answers_that_differ_on_all_images_alike_are_not_certain():
    found = verdict(np.ones((3, 40)), np.zeros((3, 40)), strata=np.arange(40) % 2)
    assert (found.d, found.outcome) == (pytest.approx(1), "helps")
    assert found.low < 1 < found.high
    assert 0 < found.p < 0.01


def test_any_score_will_do():
    rng = np.random.default_rng(0)
    errors = rng.gamma(2.0, size=(5, 200))
    assert verdict(-errors, -1.2 * errors, metric="minus squared error").outcome == "helps"


@pytest.mark.parametrize(
    ("a", "given", "words"),
    [
        (right(0.9)[0], {}, "give two of"),
        (np.full((5, 300), np.nan), {}, "not finite"),
        (right(0.9), {"strata": LABELS[:5]}, "strata of shape"),
        (right(0.9), {"groups": LABELS[:5]}, "groups of shape"),
        (right(0.9), {"folds": FOLDS[:5]}, "folds of shape"),
        (right(0.9), {"folds": np.zeros(300)}, "one fold only"),
        (right(0.9), {"strata": LABELS, "folds": np.arange(300) // 100}, "stratify"),
        (right(0.9), {"groups": np.arange(300) // 2, "folds": np.arange(300) % 2}, "lies in two folds"),
    ],
)
def test_what_does_not_fit_is_an_error(a, given, words):
    with pytest.raises(BadInputError, match=words):
        verdict(a, right(0.7), **given)


def test_one_row_each_is_one_seed_and_refused():
    rng = np.random.default_rng(0)
    found = verdict(rng.random(50) < 0.9, rng.random(50) < 0.5, strata=np.array(["cat", "dog"] * 25))
    assert (found.outcome, found.refused.what, found.n_seeds) == ("cannot tell", "seeds", 1)


def test_a_class_with_few_images_is_named_also_by_a_word():
    scores = np.zeros((3, 25))
    found = verdict(scores, scores, strata=np.array(["cat"] * 20 + ["dog"] * 5))
    assert (found.refused.n, found.refused.label) == (5, "dog")
