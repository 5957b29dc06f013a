"""The interval of a median holds whatever the numbers are distributed like."""

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.measures.median import median_interval


@pytest.mark.parametrize("n", [7, 20, 41])
@pytest.mark.parametrize("draw", ["normal", "exponential", "standard_cauchy"])
def test_it_covers(n, draw):
    rng = np.random.default_rng(n)
    true = {"normal": 0.0, "exponential": np.log(2), "standard_cauchy": 0.0}[draw]
    found = [median_interval(getattr(rng, draw)(size=n)) for _ in range(400)]
    assert 0.92 < np.mean([one.low <= true <= one.high for one in found]) < 0.995


def test_a_rising_map_takes_it_along():
    values = np.random.default_rng(0).normal(size=15)
    plain, mapped = median_interval(values), median_interval(np.exp(values))
    assert (mapped.value, mapped.low, mapped.high) == pytest.approx(tuple(np.exp([plain.value, plain.low, plain.high])))


def test_five_numbers_have_no_interval_of_95_percent():
    assert np.isnan(median_interval(range(5)).low)
    assert median_interval(range(6)).low == 0
    with pytest.raises(BadInputError, match="give finite ones"):
        median_interval([1.0, np.nan])
