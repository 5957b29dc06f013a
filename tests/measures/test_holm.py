"""Holm's p-values, and verdicts that turn exactly where Holm rejects."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasvir.contracts.errors import BadInputError
from tasvir.measures.holm import holm, holm_verdicts
from tasvir.measures.verdict import verdict


def test_known_values():  # R: p.adjust(c(.01, .02, .03, .005), "holm")
    np.testing.assert_allclose(holm([0.01, 0.02, 0.03, 0.005]), [0.03, 0.04, 0.04, 0.02])
    assert holm([]).size == 0
    with pytest.raises(BadInputError, match="from 0 to 1"):
        holm([1.2])


@given(p=st.lists(st.floats(0, 1), max_size=6))
def test_between_the_plain_and_the_bonferroni_p(p):
    adjusted = holm(p)
    assert np.all(adjusted >= p)
    assert np.all(adjusted <= np.minimum(np.array(p) * len(p), 1))
    assert np.all(np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0)


def judged(seed, lift):
    rng = np.random.default_rng(seed)
    return verdict(rng.random((5, 200)) < 0.8 + lift, rng.random((5, 200)) < 0.8)


@given(seed=st.integers(0, 200), lifts=st.lists(st.floats(-0.1, 0.15), min_size=1, max_size=4))
def test_the_interval_leaves_out_no_difference_where_holm_rejects(seed, lifts):
    alone = [judged(seed + i, lift) for i, lift in enumerate(lifts)]
    together = holm_verdicts(alone)
    for before, after in zip(alone, together, strict=True):
        assert (after.outcome != "cannot tell") == (after.p <= 0.05)
        assert after.low <= before.low
        assert after.high >= before.high
        assert after.d == before.d


def test_a_later_arm_does_not_pass_where_an_earlier_one_failed():
    one = judged(0, 0.05)
    two = [replace(one, p=p, se=abs(one.d) / t) for p, t in ((0.03, 2.2), (0.04, 2.1))]
    assert [v.outcome for v in holm_verdicts(two)] == ["cannot tell", "cannot tell"]
    assert [round(v.p, 2) for v in holm_verdicts(two)] == [0.06, 0.06]
    assert [v.confidence for v in holm_verdicts(two)] == [0.975, 0.975]


def test_refused_verdicts_are_no_questions():
    refused = verdict(np.ones((1, 50)), np.zeros((1, 50)))
    clear = judged(0, 0.15)
    assert holm_verdicts([refused, clear])[1] == clear.at_confidence(0.95)
    assert holm_verdicts([refused, clear])[0] == refused
    with pytest.raises(BadInputError, match="different confidences"):
        holm_verdicts([clear, clear.at_confidence(0.9)])
