"""Windows have one map a feature, learned at fit; what they were comes back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tasvir.contracts.pixels import PixelSpace
from tasvir.contracts.windows import WindowSpace

numbers = st.integers(-(10**6), 10**6).map(lambda n: n / 100)
windows = hnp.arrays(np.float64, (5, 4, 3), elements=numbers)


@given(X=windows)
def test_windows_come_back(X):
    space = WindowSpace.learn(X)
    inside = space.store(X)
    assert inside.dtype == np.float32
    assert inside.shape == X.shape
    tolerance = 1e-5 * (1 + np.abs(X).max())
    assert np.allclose(space.restore(inside), X, atol=tolerance)
    assert space.as_seen(inside).dtype == X.dtype


@given(X=windows, factor=st.sampled_from([1e-3, 1.0, 50.0]), shift=st.integers(-100, 100))
def test_each_feature_has_units_of_its_own(X, factor, shift):
    changed = X * [1.0, factor, 1.0] + [0.0, shift, 0.0]
    first, second = WindowSpace.learn(X).store(X), WindowSpace.learn(changed).store(changed)
    assert np.array_equal(first[..., [0, 2]], second[..., [0, 2]])
    spread = X[..., 1].std() > 1e-3
    assert not spread or np.allclose(first[..., 1], second[..., 1], atol=1e-2)


def test_the_map_is_that_of_fit():
    X = np.random.default_rng(0).normal([3.0, -50.0], [2.0, 10.0], (200, 6, 2))
    space = WindowSpace.learn(X)
    inside = space.store(X).reshape(-1, 2)
    np.testing.assert_allclose(inside.mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(inside.std(0), 1, rtol=1e-5)
    np.testing.assert_allclose(space.store(X + 1)[..., 0] - space.store(X)[..., 0], 1 / X[..., 0].std(), rtol=1e-3)


@pytest.mark.parametrize("value", [0.0, 0.1, -1e9])
def test_a_feature_that_never_changes_is_only_shifted(value):
    space = WindowSpace.learn(np.full((4, 3, 1), value))
    assert space.scale == (1.0,)
    assert np.abs(space.store(np.full((2, 3, 1), value + 1)) - 1).max() < 1e-3


def test_flat_x_is_steps_of_one_feature():
    X = np.arange(12.0).reshape(3, 4)
    space = WindowSpace.learn(X)
    assert space.layout(None).shape == (4, 1)
    assert np.allclose(space.restore(space.store(X)), X, atol=1e-5)
    assert np.array_equal(space.store(X), WindowSpace.learn(X[..., None]).store(X[..., None])[..., 0])


def test_whole_numbers_come_back_as_such():
    X = np.arange(24).reshape(3, 4, 2)
    space = WindowSpace.learn(X)
    assert np.array_equal(space.as_seen(space.store(X)), X)
    assert space.as_seen(space.store(X)).dtype == X.dtype


@pytest.mark.parametrize("X", [np.zeros((3, 4, 2)), np.arange(12.0).reshape(3, 4)], ids=["windows", "flat"])
@pytest.mark.parametrize("kind", [WindowSpace, PixelSpace])
def test_a_space_comes_back_from_json(kind, X):
    space = kind.learn(X)
    assert kind.from_json(json.loads(json.dumps(space.to_json()))) == space
