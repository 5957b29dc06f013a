"""Shares by class: known values, and how often their intervals hold the truth."""

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.measures.interval import wilson
from tasvir.measures.per_class import class_scores, share_among

# A screening: 10 sick, 90 well; 8 of the sick and 9 of the well are taken for sick.
Y = np.array([1] * 10 + [0] * 90)
PREDICTED = np.array([1] * 8 + [0] * 2 + [1] * 9 + [0] * 81)


def test_a_screening_has_the_numbers_of_the_textbook():
    well, sick = class_scores(Y, PREDICTED, 2)
    assert (sick.recall.value, sick.recall.n) == (0.8, 10)  # sensitivity
    assert (well.recall.value, well.recall.n) == (0.9, 90)  # specificity
    assert (sick.precision.value, sick.precision.n) == (pytest.approx(8 / 17), 17)  # positive predictive value
    assert (well.precision.value, well.precision.n) == (pytest.approx(81 / 83), 83)  # negative predictive value


def test_without_groups_they_are_wilsons():
    _, sick = class_scores(Y, PREDICTED, 2)
    assert sick.recall == wilson(8, 10)


def test_groups_of_one_image_change_little():
    alone, grouped = (share_among(PREDICTED == 0, Y == 0, groups) for groups in (None, np.arange(100)))
    assert grouped.value == alone.value
    assert (grouped.low, grouped.high) == pytest.approx((alone.low, alone.high), abs=0.01)


def test_images_of_one_group_are_worth_one():
    """Ten copies of each of ten images say no more than the ten."""
    right, copies = np.array([1, 1, 1, 0, 1, 1, 0, 1, 1, 1]), np.repeat(np.arange(10), 10)
    found = share_among(np.repeat(right, 10), np.ones(100, bool), copies)
    assert found.n == 10
    assert found.low < wilson(8, 10).low + 0.02
    assert found.high > wilson(8, 10).high - 0.02


def test_a_class_without_images_has_no_share():
    scores = class_scores(np.array([0, 0, 1]), np.array([0, 0, 1]), 3)
    assert np.isnan(scores[2].recall.value)
    assert scores[2].precision.n == 0


def test_one_group_says_nothing():
    found = share_among(np.array([True, False]), np.array([True, True]), np.array([7, 7]))
    assert (found.low, found.high) == (0, 1)


def test_labels_of_different_lengths_are_refused():
    with pytest.raises(BadInputError, match=r"\(2,\).*\(3,\)"):
        class_scores(np.zeros(2), np.zeros(3), 2)


def cover(rng, p, G, *, most, together, times=400):
    """How often the interval holds p: G groups of 1 to `most` images; `together`: the share of groups that agree within."""
    held = 0
    for _ in range(times):
        sizes = rng.integers(1, most + 1, G)
        groups = np.repeat(np.arange(G), sizes)
        own, shared = rng.random(len(groups)) < p, np.repeat(rng.random(G) < p, sizes)
        holds = np.where(np.repeat(rng.random(G) < together, sizes), shared, own)
        found = share_among(holds, np.ones(len(groups), bool), groups)
        held += found.low <= p <= found.high
    return held / times


@pytest.mark.parametrize("p", [0.5, 0.8, 0.95, 1.0])
@pytest.mark.parametrize("G", [5, 10, 30])
@pytest.mark.parametrize("together", [0.0, 0.5, 1.0])
def test_intervals_over_groups_hold_the_truth(p, G, together):
    """95 % are promised; Wilson's own cover, too, is that on average, and with few trials near 1 it is less."""
    assert cover(np.random.default_rng([G, int(100 * p)]), p, G, most=6, together=together) >= 0.91


@pytest.mark.parametrize("n", [5, 10, 40])
def test_intervals_of_few_images_hold_the_truth_on_average(n):
    """Over all shares alike; a rare class has few images."""
    rng = np.random.default_rng(n)
    among, held = np.ones(n, bool), 0
    for p in (shares := rng.random(400)):
        found = share_among(rng.random(n) < p, among)
        held += found.low <= p <= found.high
    assert held / len(shares) >= 0.93
