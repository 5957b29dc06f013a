"""Integers and booleans are taken as they are meant; the advice for other ranges loses nothing."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tasvir import Autoencoder, DenseSpec
from tasvir.contracts.errors import BadInputError
from tasvir.contracts.image_range import taken_as_pixels

SHAPE = (12, 4, 4)
kinds = st.sampled_from(["int8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])


@given(pixels=hnp.arrays(np.uint8, SHAPE, elements=st.integers(0, 127)), kind=kinds)
def test_whole_numbers_within_bytes_are_bytes(pixels, kind):
    taken = taken_as_pixels(pixels.astype(kind))
    assert taken.dtype == np.uint8
    assert np.array_equal(taken, pixels)


def test_booleans_are_black_and_white():
    assert taken_as_pixels(np.array([[[False, True]]])).tolist() == [[[0, 255]]]


def test_bytes_and_unit_floats_are_taken_as_they_are():
    for X in (np.full(SHAPE, 7, np.uint8), np.full(SHAPE, 0.5, np.float32), np.ones(SHAPE)):
        assert taken_as_pixels(X) is X


@pytest.mark.parametrize(
    ("low", "high", "dtype", "words"),
    [
        (0, 256, "int64", "divide by 1023 (10 bits)"),
        (0, 4080, "uint16", "X has values up to 4080: divide by 4095 (12 bits) to get floats 0..1"),
        (0, 16383, "uint16", "divide by 16383 (14 bits)"),
        (0, 65535, "uint16", "X has values up to 65535: divide by 65535 (16 bits)"),
        (0, 65536, "int32", "divide by the most that their source can give"),
        (-5, 200, "int16", "X has values from -5 to 200: bring them to floats 0..1 as (X - low) / (high - low)"),
        (-1, 1, "float64", "X has values from -1 to 1: bring them to floats 0..1"),
        (0, 255, "float64", "divide by 255 (8 bits)"),
        (0, 4080, "float32", "divide by 4095 (12 bits)"),
        (0, 1.02, "float64", "np.clip(X, 0, 1) where they overshoot"),
    ],
)
def test_another_range_is_refused_with_what_to_do(low, high, dtype, words):
    X = np.linspace(low, high, 192).reshape(SHAPE).astype(dtype)
    with pytest.raises(BadInputError, match=re.escape(words)) as error:
        taken_as_pixels(X)
    assert "\n" not in str(error.value)
    assert "astype" not in str(error.value)


@given(high=st.integers(256, 65535))
def test_what_is_advised_keeps_every_value_apart(high):
    X = np.array([[[0, high - 1, high]]], dtype=np.uint16)
    with pytest.raises(BadInputError) as error:
        taken_as_pixels(X)
    unit = X / int(re.search(r"divide by (\d+)", str(error.value)).group(1))
    assert len(np.unique(taken_as_pixels(unit))) == len(np.unique(X))


def test_numbers_that_are_no_pixels_are_refused():
    with pytest.raises(BadInputError, match="dtype datetime64"):
        taken_as_pixels(np.zeros(SHAPE, "datetime64[s]"))


@pytest.fixture(scope="module")
def fitted():
    X = np.random.default_rng(0).integers(0, 256, SHAPE).astype(np.uint8)
    return X, Autoencoder(net=DenseSpec(hidden=(4,)), n_components=2, max_epochs=1, device="cpu", random_state=0).fit(X)


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int64"])
def test_they_are_taken_alike_at_fit_and_afterwards(fitted, dtype):
    X, autoencoder = fitted
    twin = Autoencoder(**autoencoder.get_params(deep=False)).fit(X.astype(dtype))
    assert np.array_equal(twin.transform(X), autoencoder.transform(X.astype(dtype)))
    assert twin.space_ == autoencoder.space_


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda X: X.astype(np.uint16) * 16, "divide by 4095"),
        (lambda X: X.astype(np.int16) - 300, "bring them to floats"),
        (lambda X: X.astype(float), "divide by 255"),
    ],
)
def test_values_are_held_to_the_range_after_fit_too(fitted, change, words):
    X, autoencoder = fitted
    with pytest.raises(BadInputError, match=words):
        autoencoder.transform(change(X))


def test_flat_numbers_are_not_pixels():
    X = np.arange(48).reshape(12, 4) * 100 - 7
    assert Autoencoder(n_components=1, max_epochs=1, device="cpu").fit(X).transform(X).shape == (12, 1)
