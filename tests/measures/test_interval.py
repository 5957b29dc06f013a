"""Wilson against published numbers, BCa against SciPy, and what must hold whatever the data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.interval import bca, bca_weighted, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),  # Newcombe (1998), Stat. Med. 17, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_numbers(successes, n, low, high):
    found = wilson(successes, n)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)


@given(n=st.integers(1, 10_000), share=st.floats(0, 1), confidence=st.floats(0.5, 0.999))
def test_wilson_holds_its_proportion_and_mirrors(n, share, confidence):
    successes = round(share * n)
    found, mirror = wilson(successes, n, confidence), wilson(n - successes, n, confidence)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low < found.high
    assert found.low == pytest.approx(1 - mirror.high, abs=1e-12)


def test_wilson_is_the_formula_to_the_last_digits():
    z = stats.norm.ppf(0.975)
    for n in (*range(1, 60), 200):
        for successes in range(n + 1):
            found, p = wilson(successes, n), successes / n
            centre, half = (p + z**2 / (2 * n)), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
            ends = np.array([centre - half, centre + half]) / (1 + z**2 / n)
            np.testing.assert_allclose([found.low, found.high], ends, rtol=0, atol=1e-15)


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_wilson_refuses_what_is_no_proportion(successes, n):
    with pytest.raises(BadInputError, match="0 <= successes <= n"):
        wilson(successes, n)


@pytest.mark.parametrize("statistic", [np.mean, np.std, lambda x: np.quantile(x, 0.8)])
def test_bca_is_scipys(statistic):
    x = np.random.default_rng(5).gamma(1.0, size=80)
    theirs = stats.bootstrap(
        (x,), statistic, n_resamples=20_000, method="BCa", vectorized=False, rng=np.random.default_rng(0)
    ).confidence_interval
    ours = bca(statistic, x, n_resamples=20_000)
    width = theirs.high - theirs.low
    assert ours.low == pytest.approx(theirs.low, abs=0.03 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.03 * width)


def test_blocks_give_nearly_the_same_interval_as_single_images():
    x = np.sort(np.random.default_rng(2).gamma(0.5, size=1000))
    single, blocks = bca(np.mean, x, max_blocks=1000), bca(np.mean, x, max_blocks=200)
    width = single.high - single.low
    assert abs(single.low - blocks.low) < 0.05 * width
    assert abs(single.high - blocks.high) < 0.05 * width


def test_groups_of_copies_count_once():
    x = np.random.default_rng(3).normal(size=50)
    alone = bca(np.mean, x)
    copied = bca(np.mean, np.repeat(x, 4), groups=np.repeat(np.arange(50), 4))
    assert copied.n == 50
    assert (copied.low, copied.high) == pytest.approx((alone.low, alone.high))


def test_weights_and_repeats_agree():
    x = np.random.default_rng(4).normal(size=300)
    weighted = bca_weighted(lambda w: (x @ w) / w.sum(axis=0), 300)
    assert bca(np.mean, x).low == pytest.approx(weighted.low)


def test_same_seed_same_interval_and_other_seed_another():
    x = np.random.default_rng(4).normal(size=30)
    assert bca(np.mean, x) == bca(np.mean, x)
    assert bca(np.mean, x).low != bca(np.mean, x, seed=1).low


def test_a_constant_has_no_width_and_the_undefined_no_interval():
    assert bca(np.mean, np.ones(9)).low == bca(np.mean, np.ones(9)).high == 1
    assert np.isnan(bca(lambda x: np.nan, np.ones(9)).low)


def test_bca_refuses_unequal_lengths_and_a_single_group():
    with pytest.raises(BadInputError, match="lengths"):
        bca(lambda a, b: 0.0, np.zeros(3), np.zeros(4))
    with pytest.raises(BadInputError, match="at least 2 groups"):
        bca(np.mean, np.zeros(3), groups=np.zeros(3))
    with pytest.raises(BadInputError, match="2 entries for 3 images"):
        bca(np.mean, np.zeros(3), groups=np.zeros(2))
