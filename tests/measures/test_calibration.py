import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasvir.contracts.errors import BadInputError
from tasvir.measures.calibration import calibration


def calibrated(n, seed, *, sharpen=1.0):
    """Labels drawn from probabilities, and those probabilities made too sure by `sharpen`."""
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet([0.5, 0.5, 0.5], n)
    y = (rng.random((n, 1)) > proba.cumsum(1)).sum(1).clip(0, 2)
    said = proba**sharpen
    return y, said / said.sum(1, keepdims=True)


def test_a_worked_example():
    """Two bins: 3 images at 0.9, 2 right; 2 images at 0.6, none right."""
    proba = np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.4, 0.6]])
    found = calibration(np.array([0, 0, 0, 1, 0]), proba)
    assert found.error == pytest.approx((3 * abs(2 / 3 - 0.9) + 2 * 0.6) / 5)
    assert [(b.low, b.high, b.accuracy.n) for b in found.bins] == [(0.5, 0.6, 2), (0.8, 0.9, 3)]
    assert [b.confidence for b in found.bins] == pytest.approx([0.6, 0.9])
    assert [b.accuracy.value for b in found.bins] == pytest.approx([0, 2 / 3])


def test_calibrated_probabilities_stay_below_chance_in_95_of_100_sets():
    below = [found.error <= found.by_chance for s in range(200) for found in [calibration(*calibrated(300, s), n_simulated=200)]]
    assert 0.90 <= np.mean(below) <= 0.99


def test_too_sure_probabilities_are_found():
    found = calibration(*calibrated(1000, 0, sharpen=4.0))
    assert found.error > 2 * found.by_chance
    assert all(b.accuracy.high < b.confidence for b in found.bins[-2:])


@given(st.integers(0, 10_000), st.integers(1, 20))
def test_error_lies_in_0_to_1_bins_hold_every_image_and_order_is_nothing(seed, n_bins):
    y, proba = calibrated(40, seed)
    found = calibration(y, proba, n_bins=n_bins, n_simulated=10)
    assert 0 <= found.error <= 1
    assert sum(b.accuracy.n for b in found.bins) == 40
    assert all(b.low - 1e-9 <= b.confidence <= b.high + 1e-9 for b in found.bins)
    assert calibration(y[::-1], proba[::-1], n_bins=n_bins, n_simulated=1).error == pytest.approx(found.error)


def test_one_bin_is_the_gap_between_confidence_and_accuracy():
    y, proba = calibrated(50, 3)
    gap = abs((proba.argmax(1) == y).mean() - proba.max(1).mean())
    assert calibration(y, proba, n_bins=1).error == pytest.approx(gap)


def test_ten_thousand_images_take_a_moment():
    y, proba = calibrated(10_000, 0)
    started = time.perf_counter()
    calibration(y, proba)
    assert time.perf_counter() - started < 10


@pytest.mark.parametrize(
    ("y", "proba", "more", "word"),
    [
        (np.zeros(3, int), np.full((2, 2), 0.5), {}, "shape"),
        (np.zeros(0, int), np.zeros((0, 2)), {}, "shape"),
        (np.zeros(2, int), np.array([[3.0, -2.0]] * 2), {}, "0..1"),
        (np.zeros(2, int), np.full((2, 2), np.nan), {}, "0..1"),
        (np.zeros(2, int), np.full((2, 2), 0.5), {"n_bins": 0}, "n_bins"),
    ],
    ids=["lengths", "empty", "no probabilities", "nan", "no bins"],
)
def test_what_cannot_be_calibrated_is_refused(y, proba, more, word):
    with pytest.raises(BadInputError, match=word):
        calibration(y, proba, **more)
