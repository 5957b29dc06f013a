"""The mean of one number an image, and its interval."""

import numpy as np
import pytest

from tasvir.measures.interval import bca
from tasvir.measures.mean import mean_estimate


def test_it_is_the_bootstrap_of_the_mean():
    values = np.random.default_rng(0).exponential(size=50)
    found, known = mean_estimate(values), bca(np.mean, values)
    assert (found.value, found.low, found.high) == pytest.approx((known.value, known.low, known.high))


def test_a_group_is_one_case():
    values = np.repeat(np.random.default_rng(0).normal(size=20), 5)
    alone, grouped = mean_estimate(values), mean_estimate(values, np.repeat(np.arange(20), 5))
    assert (alone.n, grouped.n) == (100, 20)
    assert grouped.high - grouped.low > 1.7 * (alone.high - alone.low)


@pytest.mark.parametrize(("values", "groups"), [([1.0], None), ([1.0, 2.0], [0, 0]), ([1.0, np.nan], None)])
def test_too_little_has_no_interval(values, groups):
    found = mean_estimate(np.array(values), groups if groups is None else np.array(groups))
    assert np.isnan(found.low)
    assert np.isnan(found.high)
