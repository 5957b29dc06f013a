"""Streams are functions of (seed, name, epoch), apart from each other, and the same on every machine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasvir.contracts.seeds import seed_from, stream_rng, stream_seed

keys = st.tuples(st.integers(0, 2**63), st.text(max_size=10), st.integers(0, 10_000))


@given(a=keys, b=keys)
def test_a_stream_is_its_key(a, b):
    assert (stream_seed(*a) == stream_seed(*b)) == (a == b)
    assert 0 <= stream_seed(*a) < 2**63


def test_streams_stay_what_they_were():
    """Kept results depend on these numbers."""
    assert stream_seed(0, "batches", 3) == 2258278433468019297
    assert stream_rng(1, "sample").integers(1000, size=3).tolist() == [274, 47, 201]


def test_a_random_state_is_a_seed():
    assert seed_from(7) == seed_from(np.int64(7)) == 7
    assert seed_from(np.random.RandomState(3)) == seed_from(np.random.RandomState(3))
    assert seed_from(np.random.default_rng(3)) == seed_from(np.random.default_rng(3))
    state = np.random.RandomState(3)
    assert seed_from(state) != seed_from(state)


def test_none_is_fresh_and_leaves_the_global_stream_alone():
    before = np.random.get_state()[1].tolist()
    assert seed_from(None) != seed_from(None)
    assert np.random.get_state()[1].tolist() == before


@pytest.mark.parametrize("wrong", ["zero", -1, 1.5, [1]])
def test_what_is_no_seed_is_refused(wrong):
    with pytest.raises((ValueError, TypeError), match="random_state"):
        seed_from(wrong)
