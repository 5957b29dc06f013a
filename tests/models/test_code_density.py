"""A smoothed bootstrap keeps mean and covariance, and its bandwidth keeps away from the training codes."""

from dataclasses import replace

import numpy as np
import pytest

from tasvir.models.code_density import CodeDensity


@pytest.fixture(scope="module")
def codes():
    rng = np.random.default_rng(0)
    targets = np.repeat([0, 1], [300, 100])
    return rng.standard_normal((400, 3)) * [1.0, 0.5, 2.0] + 4.0 * targets[:, None], targets


def density(codes, *, variance=0.0):
    found, targets = codes
    return CodeDensity.fitted(found.astype(np.float32), np.full(found.shape, variance), targets, seed=0)


@pytest.mark.parametrize("bandwidth", [0.05, 0.5, 1.0])
def test_mean_and_covariance_of_a_class_stay_whatever_the_bandwidth(codes, bandwidth):
    drawn = replace(density(codes), bandwidth=bandwidth).draw(np.zeros(20_000, int), np.random.default_rng(1))
    own = codes[0][codes[1] == 0]
    np.testing.assert_allclose(drawn.mean(0), own.mean(0), atol=0.05)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(own.T), rtol=0.06, atol=0.06)


def test_drawn_codes_keep_away_from_the_training_codes(codes):
    found, usual = density(codes), density(codes).nearest(*codes, of_themselves=True)
    drawn = found.draw(codes[1], np.random.default_rng(2))
    assert found.nearest(drawn, codes[1]) == pytest.approx(0.7 * usual, rel=0.15)
    assert 0.05 < found.bandwidth < 1.0


def test_near_duplicates_among_the_training_images_hardly_narrow_it():
    rng = np.random.default_rng(0)
    codes = rng.standard_normal((300, 8)).astype(np.float32)
    twins = codes.copy()
    twins[240:] = codes[:60] + 0.01 * rng.standard_normal((60, 8))  # two fifths have a twin
    plain, narrowed = (CodeDensity.fitted(c, np.zeros_like(c), np.zeros(300, int), seed=0).bandwidth for c in (codes, twins))
    assert 0.8 * plain < narrowed <= plain


def test_codes_on_a_ring_are_drawn_near_the_ring():
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 500)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    found = CodeDensity.fitted(ring, np.zeros_like(ring), np.zeros(500, int), seed=0)
    radius = np.linalg.norm(found.draw(np.zeros(2000, int), np.random.default_rng(1)), axis=1)
    assert found.bandwidth < 0.3
    assert np.mean(np.abs(radius - 1) < 0.3) > 0.9


def test_codes_of_an_image_are_not_repeated(codes):
    drawn = density(codes).draw(codes[1], np.random.default_rng(3))
    assert np.abs(drawn[:, None] - codes[0][None]).max(-1).min() > 1e-4


def test_the_images_own_variance_widens_a_class(codes):
    narrow, wide = (replace(density(codes, variance=v), bandwidth=1.0) for v in (0.0, 1.0))
    spread = [np.cov(one.draw(np.zeros(20_000, int), np.random.default_rng(4)).T).trace() for one in (narrow, wide)]
    assert spread[1] - spread[0] == pytest.approx(3.0, abs=0.2)


def test_a_class_of_one_image_is_as_wide_as_the_others():
    rng = np.random.default_rng(5)
    codes = np.vstack([rng.standard_normal((50, 4)), [[9.0] * 4]]).astype(np.float32)
    found = CodeDensity.fitted(codes, np.zeros_like(codes), np.repeat([0, 1], [50, 1]), seed=0)
    drawn = found.draw(np.ones(500, int), rng)
    np.testing.assert_allclose(drawn.mean(0), 9.0, atol=0.2)
    assert 0.1 < drawn.std() < 1.5


def test_one_code_alone_can_be_drawn_from():
    found = CodeDensity.fitted(np.ones((1, 2), np.float32), np.full((1, 2), 0.25), np.zeros(1, int), seed=0)
    assert np.isfinite(found.draw(np.zeros(5, int), np.random.default_rng(0))).all()


def test_it_comes_back_from_its_arrays(codes):
    found = density(codes)
    again = CodeDensity.from_arrays(found.arrays())
    one, other = (part.draw(codes[1], np.random.default_rng(6)) for part in (found, again))
    np.testing.assert_array_equal(one, other)
