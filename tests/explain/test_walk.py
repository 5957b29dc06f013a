"""Ways between codes keep the laws of the line and of the sphere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasvir.contracts.errors import BadInputError
from tasvir.explain.walk import interpolate, traverse

CODES = st.lists(st.floats(-5, 5, width=32), min_size=3, max_size=3).map(np.array)


@settings(max_examples=40)
@given(CODES, CODES, st.sampled_from(["straight", "spherical"]))
def test_a_way_begins_and_ends_at_its_codes_and_is_the_same_from_behind(a, b, path):
    way = interpolate(a, b, 7, path=path)
    assert np.isfinite(way).all()
    assert way[[0, -1]] == pytest.approx(np.stack([a, b]))
    assert interpolate(b, a, 7, path=path)[::-1] == pytest.approx(way, abs=1e-3)


def test_straight_is_a_line():
    way = interpolate([0.0, 2.0], [4.0, 0.0], 5)
    assert np.diff(way, axis=0) == pytest.approx(np.tile([1.0, -0.5], (4, 1)))


def test_spherical_keeps_the_length_and_turns_steadily():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 12))
    a, b = 3 * a / np.linalg.norm(a), 3 * b / np.linalg.norm(b)
    way = interpolate(a, b, 9, path="spherical")
    assert np.linalg.norm(way, axis=1) == pytest.approx(np.full(9, 3.0), abs=1e-5)
    angles = np.arccos(np.clip((way[:-1] * way[1:]).sum(1) / 9, -1, 1))
    assert angles == pytest.approx(np.full(8, angles[0]), abs=1e-3)
    assert np.linalg.norm(interpolate(a, b, 9)[4]) < 2.9  # the straight one cuts the corner


def test_between_lengths_the_length_goes_steadily():
    way = interpolate([1.0, 0.0], [0.0, 3.0], 5, path="spherical")
    assert np.linalg.norm(way, axis=1) == pytest.approx([1, 1.5, 2, 2.5, 3])


@pytest.mark.parametrize("b", [[2.0, 0.0], [-1.0, 0.0], [0.0, 0.0], [1.0, 1e-7]])
def test_where_there_is_no_one_circle_the_way_is_straight(b):
    assert interpolate([1.0, 0.0], b, 5, path="spherical") == pytest.approx(interpolate([1.0, 0.0], b, 5), abs=1e-6)
    assert interpolate([0.0, 0.0], b, 3, path="spherical") == pytest.approx(interpolate([0.0, 0.0], b, 3))


def test_along_a_latent_the_others_stay():
    rows = traverse([1.0, 2.0, 3.0], 5, scale=2)
    assert rows.shape == (3, 5, 3)
    for latent in range(3):
        assert rows[latent, :, latent].tolist() == [-2, -1, 0, 1, 2]
        assert (np.delete(rows[latent], latent, axis=1) == np.delete([1.0, 2.0, 3.0], latent)).all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: interpolate([1.0], [1.0, 2.0]), "first has 1 numbers and last 2"),
        (lambda: interpolate([[1.0]], [1.0]), r"first has shape \(1, 1\)"),
        (lambda: interpolate([1.0], [np.nan]), "last has shape"),
        (lambda: interpolate([1.0], [2.0], 1), "n=1: give a whole number of at least 2"),
        (lambda: interpolate([1.0], [2.0], path="round"), "path='round': give one of straight, spherical"),
        (lambda: traverse([]), "code has shape"),
        (lambda: traverse([0.0], 1), "n=1"),
        (lambda: traverse([0.0], scale=-1), "scale=-1: give a number above 0"),
    ],
)
def test_bad_walks_are_refused(call, said):
    with pytest.raises(BadInputError, match=said):
        call()
