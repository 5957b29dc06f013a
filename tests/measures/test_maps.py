"""Measures of heat maps: deletion and insertion, agreement, ink. Known values, laws, and what is planted is found."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from tasvir.contracts.errors import BadInputError
from tasvir.measures.ink import blank_of, has_ground, ink_of, mass_on
from tasvir.measures.map_agreement import map_agreement
from tasvir.measures.removal import removal_area, removal_curve

RNG = np.random.default_rng(0)


def of_one_pixel(images: np.ndarray) -> np.ndarray:
    """A classifier that looks at one pixel only."""
    return images[:, 2, 1] / 255


@pytest.mark.parametrize("shape", [(5, 6), (5, 6, 3)])
def test_the_pixel_that_counts_is_found_first_or_last(shape):
    images = np.full((3, *shape), 255, np.uint8)
    blank = np.zeros(shape[2:], np.uint8)
    first, last = np.zeros((3, 5, 6)), np.ones((3, 5, 6))
    first[:, 2, 1], last[:, 2, 1] = 1, 0

    def probability(given: np.ndarray) -> np.ndarray:
        return of_one_pixel(given).reshape(len(given), -1)[:, 0]

    curves = {
        (way, name): removal_curve(probability, images, maps, blank=blank, insert=way, steps=30)
        for way in (False, True)
        for name, maps in {"first": first, "last": last}.items()
    }
    assert curves[False, "first"].tolist() == [[1, *[0] * 30]] * 3
    assert curves[False, "last"].tolist() == [[*[1] * 30, 0]] * 3
    assert curves[True, "first"].tolist() == [[0, *[1] * 30]] * 3
    assert curves[True, "last"].tolist() == [[*[0] * 30, 1]] * 3
    areas = {name: removal_area(curve)[0] for name, curve in curves.items()}
    assert areas[False, "first"] == pytest.approx(1 / 60)
    assert areas[True, "first"] == pytest.approx(1 - 1 / 60)


@given(st.integers(0, 10**6), st.integers(1, 20), st.booleans())
def test_ends_do_not_depend_on_the_order(seed, steps, insert):
    rng = np.random.default_rng(seed)
    images, maps = rng.integers(0, 256, (4, 4, 5), dtype=np.uint8), rng.random((4, 4, 5))

    def probability(given: np.ndarray) -> np.ndarray:
        return given.mean(axis=(1, 2)) / 255

    curve = removal_curve(probability, images, maps, blank=np.uint8(7), insert=insert, steps=steps)
    ends = probability(images), np.full(4, 7 / 255)
    assert curve.shape == (4, steps + 1)
    assert np.allclose(curve[:, 0], ends[insert])
    assert np.allclose(curve[:, -1], ends[not insert])
    assert images.dtype == np.uint8


def test_a_random_order_gains_nothing_on_another():
    """What the study judges by: over images the mean difference of two orders that know nothing is 0, by its interval too."""
    images = RNG.integers(0, 256, (400, 5, 6), dtype=np.uint8)
    areas = [
        removal_area(removal_curve(of_one_pixel, images, RNG.random((400, 5, 6)), blank=np.uint8(0), steps=30)) for _ in range(2)
    ]
    difference = areas[0] - areas[1]
    assert abs(difference.mean()) < 3 * difference.std() / 20


def test_maps_that_do_not_fit_are_refused():
    images = np.zeros((2, 3, 3))
    for maps, steps in ((np.zeros((2, 4, 4)), 3), (np.zeros((2, 3, 3)), 0), (np.zeros((2, 3, 3)), 10)):
        with pytest.raises(BadInputError, match=r"give \(n, h, w\[, c\]\), \(n, h, w\) and 1 to"):
            removal_curve(of_one_pixel, images, maps, blank=np.uint8(0), steps=steps)


def test_agreement_is_spearmans_with_ties():
    a, b = RNG.integers(0, 4, (2, 30, 3, 4)).astype(float)
    wanted = [spearmanr(one.ravel(), other.ravel()).statistic for one, other in zip(a, b, strict=True)]
    assert np.allclose(map_agreement(a, b), wanted)
    assert np.allclose(map_agreement(a, b), map_agreement(b, a))
    assert np.allclose(map_agreement(a, np.exp(a)), 1)
    assert np.isnan(map_agreement(a, np.zeros_like(a))).all()
    with pytest.raises(BadInputError, match="give two of one shape"):
        map_agreement(a, b[:, :2])


def test_ink_is_what_differs_from_a_plain_ground():
    images = np.full((5, 8, 8), 250, np.uint8)  # white paper
    images[:, 2:4, 2:4] = 20
    blank = blank_of(images)
    assert blank == 250
    assert has_ground(images, blank)
    assert ink_of(images, blank).sum(axis=(1, 2)).tolist() == [4] * 5
    colours = np.stack([images, np.full_like(images, 250), images], axis=-1)
    assert np.array_equal(ink_of(colours, blank_of(colours)), ink_of(images, blank))
    noise = RNG.integers(0, 256, (50, 8, 8), dtype=np.uint8)
    assert not has_ground(noise, blank_of(noise))


def test_mass_lies_where_it_is_put():
    where = np.zeros((3, 4, 4), bool)
    where[:, 0] = True
    maps = np.zeros((3, 4, 4))
    maps[0, 0, 1], maps[1] = 2, 1
    assert mass_on(maps, where)[:2].tolist() == [1.0, 0.25]
    assert np.isnan(mass_on(maps, where)[2])
    with pytest.raises(BadInputError, match="maps of at least 0"):
        mass_on(-maps, where)
