"""The variance of a difference: what each part is, and what may not change it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasvir.measures.classification import balanced_accuracy
from tasvir.measures.crossed import crossed_difference
from tasvir.measures.interval import resampled_weights


def answers(S=5, n=200, seed=0):
    rng = np.random.default_rng(seed)
    labels = (np.arange(n) >= 0.3 * n).astype(int)
    difference = rng.choice([-1.0, 0.0, 1.0], (S, n), p=[0.1, 0.7, 0.2])
    order = [np.lexsort((rng.random(n), labels)) for _ in range(S)]  # each class spread over all folds
    folds = np.array([np.argsort(one) % 5 for one in order])
    return difference, labels, folds


def test_on_a_fixed_test_set_it_is_retrainings_plus_images():
    difference, labels, _ = answers()
    found = crossed_difference(difference, labels)
    classes = [difference[:, labels == k] for k in (0, 1)]
    D = np.mean([c.mean(axis=1) for c in classes], axis=0)
    images = np.mean([c.mean(axis=0).var(ddof=1) / c.shape[1] for c in classes]) / 2
    assert found.d == pytest.approx(D.mean())
    assert found.se**2 == pytest.approx(D.var(ddof=1) / 5 + images)
    assert found.overlap == 0


def test_the_images_part_is_the_paired_bootstraps_variance():
    rng = np.random.default_rng(1)
    y = (np.arange(400) >= 120).astype(int)
    a, b = (np.where(rng.random((5, 400)) < p, y, 1 - y) for p in (0.85, 0.8))
    found = crossed_difference((a == y).astype(float) - (b == y), y)
    draws = []
    for weights in resampled_weights(rng, np.arange(400), 1500):
        for counts in weights.T:
            rows = np.repeat(np.arange(400), counts.astype(int))
            pairs = zip(a[:, rows], b[:, rows], strict=True)
            draws.append(np.mean([balanced_accuracy(y[rows], x) - balanced_accuracy(y[rows], z) for x, z in pairs]))
    assert found.images == pytest.approx(np.var(draws), rel=0.1)


def test_folds_add_what_training_sets_bring():
    difference, labels, folds = answers()
    plain, crossed = crossed_difference(difference, labels), crossed_difference(difference, labels, folds)
    assert crossed.d == plain.d
    assert crossed.images == plain.images
    assert crossed.overlap > 0
    shifted = difference + np.random.default_rng(2).normal(0, 0.3, (5, 5))[np.arange(5)[:, None], folds]
    assert crossed_difference(shifted, labels, folds).overlap > 5 * crossed.overlap


def test_with_large_training_noise_it_comes_near_nadeau_and_bengio():
    rng = np.random.default_rng(3)
    folds = np.array([rng.permutation(np.arange(1000) % 5) for _ in range(20)])
    cells = rng.normal(0, 1, (20, 5))
    found = crossed_difference(cells[np.arange(20)[:, None], folds] + rng.normal(0, 0.01, (20, 1000)), None, folds)
    assert found.se**2 == pytest.approx((1 / 100 + 1 / 4) * cells.var(ddof=1), rel=0.15)


def test_copies_in_groups_count_once():
    difference, labels, folds = answers()
    once = crossed_difference(difference, labels, folds)
    copies = [np.repeat(x, 3, axis=-1) for x in (difference, labels, folds)]
    grouped = crossed_difference(*copies, groups=np.repeat(np.arange(200), 3))
    assert grouped.n_units == 200
    assert grouped.se == pytest.approx(once.se, rel=0.02)
    assert crossed_difference(*copies).images < 0.4 * once.images  # what forgetting the groups would claim


@given(seed=st.integers(0, 50), scale=st.floats(0.1, 10), with_folds=st.booleans())
def test_swapping_mirrors_scaling_scales_and_order_is_nothing(seed, scale, with_folds):
    difference, labels, folds = answers(3, 60, seed)
    folds = folds if with_folds else None
    found = crossed_difference(difference, labels, folds)
    swapped = crossed_difference(-scale * difference, labels, folds)
    assert swapped.d == pytest.approx(-scale * found.d)
    assert swapped.se == pytest.approx(scale * found.se)
    assert swapped.df == pytest.approx(found.df)
    order = np.random.default_rng(seed).permutation(60)
    mixed = crossed_difference(difference[:, order], labels[order], None if folds is None else folds[:, order])
    assert mixed.se == pytest.approx(found.se)
    assert crossed_difference(difference[::-1], labels, None if folds is None else folds[::-1]).se == pytest.approx(found.se)


def test_degrees_of_freedom_lie_between_those_of_the_parts():
    difference, labels, folds = answers()
    for found in (crossed_difference(difference, labels), crossed_difference(difference, labels, folds)):
        assert 4 < found.df < 198
    assert crossed_difference(difference + np.arange(5)[:, None], labels).df == pytest.approx(4, rel=0.01)
