"""Laws of the generator measures: what the real distribution gives, what collapse and noise give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from sklearn.neighbors import KNeighborsClassifier

from tasvir.contracts.errors import BadInputError
from tasvir.measures.gan_train import gan_train
from tasvir.measures.prdc import coverage, density, recall
from tasvir.measures.sharpness import sharpness


@pytest.fixture(scope="module")
def two_draws():
    rng = np.random.default_rng(0)
    return rng.normal(size=(600, 4)), rng.normal(size=(600, 4))


def test_the_real_distribution_has_the_published_expectations(two_draws):
    """Naeem et al., lemma 2: coverage 1 - 2^-k for N = M large, density 1."""
    assert coverage(*two_draws) == pytest.approx(1 - 2**-5, abs=0.02)
    assert density(*two_draws) == pytest.approx(1.0, abs=0.08)


def test_by_hand_on_a_line():
    real = np.array([[0.0], [1.0], [3.0]])
    generated = np.array([[0.5], [10.0]])
    assert coverage(real, generated, k=1) == pytest.approx(2 / 3)  # radii 1, 1, 2: 0.5 lies in the balls of 0 and 1
    assert density(real, generated, k=1) == pytest.approx(2 / 2)
    assert recall(real, np.array([[0.5], [1.2]]), k=1) == pytest.approx(2 / 3)  # both radii 0.7: 0 and 1 are inside, 3 is not


def test_collapse_loses_coverage_and_recall_but_not_density(two_draws):
    real, _ = two_draws
    collapsed = np.random.default_rng(1).normal(0, 0.05, (600, 4))
    assert density(real, collapsed) > 1.2
    assert coverage(real, collapsed) < 0.3
    assert recall(real, collapsed) < 0.05


def test_one_far_point_does_not_buy_coverage_but_buys_recall(two_draws):
    """The reason why coverage is shown beside recall."""
    real, _ = two_draws
    spoiled = np.vstack([np.random.default_rng(2).normal(0, 0.01, (594, 4)), np.full((3, 4), 30.0), np.full((3, 4), -30.0)])
    assert recall(real, spoiled) > 0.9
    assert coverage(real, spoiled) < 0.1


@given(st.integers(0, 2**31), st.floats(0.1, 10), st.floats(-5, 5))
def test_scale_shift_and_order_do_not_matter(seed, scale, shift):
    rng = np.random.default_rng(seed)
    real, generated = rng.normal(size=(30, 3)), rng.normal(size=(25, 3))
    mixed = rng.permutation(generated)
    for measure in (coverage, density, recall):
        assert measure(real * scale + shift, mixed * scale + shift) == pytest.approx(measure(real, generated), abs=0.05)


def test_blur_is_below_1_and_noise_above():
    rng = np.random.default_rng(0)
    real = np.stack([gaussian_filter(rng.random((16, 16)), 1) for _ in range(20)])
    assert sharpness(gaussian_filter(real, (0, 1, 1)), real) < 0.5
    assert sharpness(real + rng.normal(0, 0.1, real.shape), real) > 1.5
    assert sharpness(np.repeat(real[..., None], 3, axis=3), np.repeat(real[..., None], 3, axis=3)) == pytest.approx(1.0)


def test_gan_train_tells_good_samples_from_mislabelled_ones():
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = rng.normal(size=(200, 2)) + 4 * y[:, None]
    assert gan_train(KNeighborsClassifier(), X[:100], y[:100], X[100:], y[100:]).value > 0.95
    assert gan_train(KNeighborsClassifier(), X[:100], 1 - y[:100], X[100:], y[100:]).value < 0.05


@pytest.mark.parametrize(
    "call",
    [
        lambda: coverage(np.zeros((5, 2)), np.zeros((5, 2)), k=5),
        lambda: recall(np.zeros((9, 2)), np.zeros((9, 3))),
        lambda: sharpness(np.zeros((2, 8, 8)), np.zeros((2, 8, 8))),
        lambda: sharpness(np.zeros((2, 8, 8)), np.ones((2, 9, 9))),
        lambda: gan_train(KNeighborsClassifier(), np.zeros((9, 2)), np.zeros(9), np.zeros((9, 2)), np.zeros(9)),
    ],
)
def test_bad_input(call):
    with pytest.raises(BadInputError):
        call()
