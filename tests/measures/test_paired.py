"""The difference of two classifiers on the same images."""

import numpy as np
import pytest

from tasvir.measures.classification import accuracy, balanced_accuracy
from tasvir.measures.paired import paired_bootstrap


@pytest.fixture
def answers():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    a = np.where(rng.random(200) < 0.9, y, 1 - y)
    b = np.where(rng.random(200) < 0.1, 1 - a, a)
    return y, a, b


def test_swapping_the_arms_turns_the_interval(answers):
    y, a, b = answers
    ab, ba = paired_bootstrap(balanced_accuracy, y, a, b), paired_bootstrap(balanced_accuracy, y, b, a)
    assert ab.value == pytest.approx(-ba.value)
    assert ab.low == pytest.approx(-ba.high, abs=0.01)


def test_pairing_makes_it_narrower_than_two_intervals_apart(answers):
    y, a, b = answers
    found = paired_bootstrap(accuracy, y, a, b)
    assert found.value == pytest.approx(accuracy(y, a) - accuracy(y, b))
    unpaired = 2 * 1.96 * np.sqrt(0.9 * 0.1 / 200 + 0.82 * 0.18 / 200)
    assert found.high - found.low < 0.8 * unpaired


def test_the_same_answers_do_not_differ(answers):
    y, a, _ = answers
    found = paired_bootstrap(accuracy, y, a, a)
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_groups_are_drawn_together(answers):
    y, a, b = (np.repeat(x, 3) for x in answers)
    groups = np.repeat(np.arange(200), 3)
    found, naive = paired_bootstrap(accuracy, y, a, b, groups), paired_bootstrap(accuracy, y, a, b)
    assert found.high - found.low > 1.5 * (naive.high - naive.low)
