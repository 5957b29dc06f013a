"""X goes to the 0..1 scale and comes back in its own units, shape and dtype; what is no X is refused in one line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.pixels import PixelSpace

shapes = st.sampled_from([(3, 4, 5), (2, 6, 6, 1), (2, 3, 4, 3), (5, 7)])
flat = hnp.arrays(np.float64, (4, 6), elements=st.integers(-(10**6), 10**6).map(lambda n: n / 100))
bytes_ = shapes.flatmap(lambda shape: hnp.arrays(np.uint8, shape))
unit_images = st.sampled_from([(3, 4, 5), (2, 6, 6, 1), (2, 3, 4, 3)]).flatmap(
    lambda shape: hnp.arrays(np.float64, shape, elements=st.floats(0, 1))
)


def on_unit_scale(space, X):
    stored = space.store(X)
    return stored / np.float32(255) if stored.dtype == np.uint8 else stored


@given(X=bytes_)
def test_bytes_come_back_exactly(X):
    space = PixelSpace.learn(X)
    unit = on_unit_scale(space, X)
    assert 0 <= unit.min() <= unit.max() <= 1
    assert np.array_equal(space.as_seen(unit), X)
    assert space.as_seen(unit).dtype == np.uint8
    assert np.allclose(space.restore(unit), X, atol=1e-3)
    assert space.restore(unit).dtype == np.float32


@given(X=unit_images)
def test_float_images_are_on_the_scale_already(X):
    space = PixelSpace.learn(X)
    assert np.array_equal(on_unit_scale(space, X), X.astype(np.float32))
    assert space.as_seen(on_unit_scale(space, X)).dtype == X.dtype
    assert np.allclose(space.as_seen(on_unit_scale(space, X)), X, atol=1e-6)


@given(X=flat)
def test_flat_numbers_have_one_map_for_all_features(X):
    space = PixelSpace.learn(X)
    unit = on_unit_scale(space, X)
    assert unit.dtype == np.float32
    assert -1e-6 <= unit.min() <= unit.max() <= 1 + 1e-6
    span = np.ptp(X) or 1.0
    assert np.allclose(space.restore(unit), X, atol=1e-5 * (span + np.abs(X).max()))


@given(X=flat, other=flat)
def test_the_map_is_that_of_fit(X, other):
    space = PixelSpace.learn(X)
    span = float(np.ptp(X)) or 1.0
    assert np.allclose(space.store(other), (other - X.min()) / span, rtol=1e-5, atol=1e-5)


def test_whole_numbers_other_than_bytes_come_back_as_such():
    X = np.array([[-3, 4, 10]], dtype=np.int64)
    space = PixelSpace.learn(X)
    assert np.array_equal(space.as_seen(on_unit_scale(space, X)), X)
    assert space.as_seen(on_unit_scale(space, X)).dtype == np.int64


def test_images_are_clipped_to_their_range_and_flat_numbers_are_not():
    images, numbers = np.zeros((2, 2, 2), np.uint8), np.array([[0.0, 10.0]])
    assert PixelSpace.learn(images).as_seen(np.array([[-1.0, 0, 2, 1]])).tolist() == [[[0, 0], [255, 255]]]
    assert PixelSpace.learn(numbers).as_seen(np.array([[-1.0, 2.0]])).tolist() == [[-10.0, 20.0]]


@pytest.mark.parametrize(
    ("X_shape", "given_shape", "expected"),
    [
        ((2, 5, 7), None, (5, 7, 1)),
        ((2, 5, 7, 3), None, (5, 7, 3)),
        ((2, 49), None, (7, 7, 1)),
        ((2, 50), None, (1, 50, 1)),
        ((2, 48), (6, 8), (6, 8, 1)),
        ((2, 48), (4, 4, 3), (4, 4, 3)),
    ],
)
def test_the_shape_of_an_image(X_shape, given_shape, expected):
    assert PixelSpace.learn(np.zeros(X_shape)).image_shape(given_shape) == expected


def test_an_image_shape_that_does_not_fit_is_refused():
    with pytest.raises(BadInputError, match="49 numbers but X has 50 features"):
        PixelSpace.learn(np.zeros((2, 50))).image_shape((7, 7))


@pytest.mark.parametrize("wrong", ["square", 7, (7,), (7, 7, 1, 1), (0, 49), (7.0, 7.0), (None, 49)])
def test_what_is_no_image_shape_is_refused(wrong):
    with pytest.raises(BadInputError, match=r"give \(height, width\)"):
        PixelSpace.learn(np.zeros((2, 49))).image_shape(wrong)


def test_images_have_the_shape_they_have():
    assert PixelSpace.learn(np.zeros((2, 4, 6))).image_shape((4, 6)) == (4, 6, 1)
    with pytest.raises(BadInputError, match="leave it out"):
        PixelSpace.learn(np.zeros((2, 4, 6))).image_shape((6, 4))


def test_bytes_are_rounded_and_not_cut():
    space = PixelSpace.learn(np.zeros((2, 1, 2), np.uint8))
    assert space.as_seen(np.array([[100.6 / 255, 100.4 / 255]])).tolist() == [[[101, 100]]]


def test_storing_bytes_copies_nothing():
    X = np.zeros((2, 3, 3), np.uint8)
    assert PixelSpace.learn(X).store(X) is X
