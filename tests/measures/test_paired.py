"""The difference of two classifiers on the same images."""

import numpy as np
import pytest
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.classification import accuracy, balanced_accuracy
from tasvir.measures.paired import mcnemar, paired_bootstrap


@pytest.fixture
def answers():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    a = np.where(rng.random(200) < 0.9, y, 1 - y)
    b = np.where(rng.random(200) < 0.1, 1 - a, a)
    return y, a, b


def test_swapping_the_arms_turns_the_interval(answers):
    y, a, b = answers
    ab, ba = paired_bootstrap(balanced_accuracy, y, a=a, b=b), paired_bootstrap(balanced_accuracy, y, a=b, b=a)
    assert ab.value == pytest.approx(-ba.value)
    assert ab.low == pytest.approx(-ba.high, abs=0.01)


def test_pairing_makes_it_narrower_than_two_intervals_apart(answers):
    y, a, b = answers
    found = paired_bootstrap(accuracy, y, a=a, b=b)
    assert found.value == pytest.approx(accuracy(y, a) - accuracy(y, b))
    unpaired = 2 * 1.96 * np.sqrt(0.9 * 0.1 / 200 + 0.82 * 0.18 / 200)
    assert found.high - found.low < 0.8 * unpaired


def test_the_same_answers_do_not_differ(answers):
    y, a, _ = answers
    found = paired_bootstrap(accuracy, y, a=a, b=a)
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_groups_are_drawn_together(answers):
    y, a, b = (np.repeat(x, 3) for x in answers)
    groups = np.repeat(np.arange(200), 3)
    found, naive = paired_bootstrap(accuracy, y, a=a, b=b, groups=groups), paired_bootstrap(accuracy, y, a=a, b=b)
    assert found.high - found.low > 1.5 * (naive.high - naive.low)


def test_mcnemar_looks_only_where_they_differ():
    a, b = np.array([True] * 12 + [False] * 3), np.array([True] * 4 + [False] * 8 + [True] + [False] * 2)
    only_a, only_b, p = mcnemar(a, b)
    assert (only_a, only_b) == (8, 1)
    assert p == pytest.approx(stats.binomtest(1, 9).pvalue)
    agreed = np.ones(100, bool)
    assert mcnemar(np.r_[a, agreed], np.r_[b, agreed])[2] == p
    assert mcnemar(a, a) == (0, 0, 1.0)


def test_what_does_not_fit_is_refused():
    with pytest.raises(BadInputError):
        mcnemar([True], [True, False])
