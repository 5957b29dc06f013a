"""Laws of the generator measures: what the real distribution gives, what collapse and noise give."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from tasvir.contracts.errors import BadInputError
from tasvir.measures.gan_train import gan_train
from tasvir.measures.prdc import K, prdc
from tasvir.measures.sharpness import sharpness


@pytest.fixture(scope="module")
def two_draws():
    rng = np.random.default_rng(0)
    return rng.normal(size=(600, 4)), rng.normal(size=(600, 4))


def test_the_real_distribution_has_the_published_expectations(two_draws):
    """Naeem et al., lemma 2: coverage 1 - 2^-k for N = M large, density 1."""
    found = prdc(*two_draws)
    assert found.coverage == pytest.approx(1 - 2**-5, abs=0.02)
    assert found.density == pytest.approx(1.0, abs=0.08)


@given(seed=st.integers(0, 2**31), k=st.integers(1, 8), n_generated=st.integers(9, 40))
def test_one_computation_gives_what_three_gave(seed, k, n_generated):
    """The three formulas as they stood, each with distances of its own; points on a grid, so that there are ties."""
    rng = np.random.default_rng(seed)
    real, generated = rng.integers(0, 6, (30, 2)) / 3, rng.integers(0, 6, (n_generated, 2)) / 3

    def radii(points):
        return NearestNeighbors(n_neighbors=k).fit(points).kneighbors()[0][:, -1]

    found = prdc(real, generated, k)
    assert found.coverage == float((cdist(real, generated) <= radii(real)[:, None]).any(axis=1).mean())
    assert found.density == float((cdist(real, generated) <= radii(real)[:, None]).sum() / (k * n_generated))
    assert found.recall == float((cdist(real, generated) <= radii(generated)[None, :]).any(axis=1).mean())


def test_distances_are_computed_once(two_draws, monkeypatch):
    calls = []
    monkeypatch.setattr("scipy.spatial.distance.cdist", lambda a, b: calls.append(1) or cdist(a, b))
    prdc(*two_draws, K)
    assert len(calls) == 1


def test_by_hand_on_a_line():
    real = np.array([[0.0], [1.0], [3.0]])
    generated = np.array([[0.5], [10.0]])
    found = prdc(real, generated, k=1)
    assert found.coverage == pytest.approx(2 / 3)  # radii 1, 1, 2: 0.5 lies in the balls of 0 and 1
    assert found.density == pytest.approx(2 / 2)
    recall = prdc(real, np.array([[0.5], [1.2]]), k=1).recall
    assert recall == pytest.approx(2 / 3)  # both radii 0.7: 0 and 1 are inside, 3 is not


def test_collapse_loses_coverage_and_recall_but_not_density(two_draws):
    real, _ = two_draws
    collapsed = np.random.default_rng(1).normal(0, 0.05, (600, 4))
    found = prdc(real, collapsed)
    assert found.density > 1.2
    assert found.coverage < 0.3
    assert found.recall < 0.05


@pytest.mark.parametrize("good", [0.0, 0.3, 0.7, 1.0])
def test_clipped_scores_read_as_the_share_of_good_samples(good):
    """Some samples are of the real distribution, the others far from everything; half of these in a crowd."""
    rng, found = np.random.default_rng(0), []
    for _ in range(5):
        real, samples = rng.normal(size=(600, 4)), rng.normal(size=(600, 4))
        samples[round(600 * good) :] *= 100
        samples[round(600 * good) : 300 + round(300 * good)] = 50
        found.append(prdc(real, samples))
    assert np.mean([one.clipped_coverage for one in found]) == pytest.approx(good, abs=0.04)
    assert np.mean([one.clipped_density for one in found]) == pytest.approx(good, abs=0.06)


def test_a_crowd_buys_less_clipped_density():
    """Samples where real points are densest lie in many balls."""
    rng = np.random.default_rng(0)
    found = prdc(rng.normal(size=(600, 4)), rng.normal(0, 0.05, (600, 4)))
    assert found.density > 1.2
    assert found.clipped_density == 1


def test_one_far_real_point_buys_no_clipped_density():
    """Its ball holds everything."""
    rng = np.random.default_rng(0)
    real = np.vstack([rng.normal(size=(100, 2)), [[1000.0, 0.0]]])
    samples = np.full((100, 2), 500.0)
    assert prdc(real, samples).density > 0
    assert prdc(real, samples).clipped_density == 0


def test_one_far_point_does_not_buy_coverage_but_buys_recall(two_draws):
    """The reason why coverage is shown beside recall."""
    real, _ = two_draws
    spoiled = np.vstack([np.random.default_rng(2).normal(0, 0.01, (594, 4)), np.full((3, 4), 30.0), np.full((3, 4), -30.0)])
    found = prdc(real, spoiled)
    assert found.recall > 0.9
    assert found.coverage < 0.1


@given(st.integers(0, 2**31), st.floats(0.1, 10), st.floats(-5, 5))
def test_scale_shift_and_order_do_not_matter(seed, scale, shift):
    rng = np.random.default_rng(seed)
    real, generated = rng.normal(size=(30, 3)), rng.normal(size=(25, 3))
    mixed = rng.permutation(generated)
    moved, found = prdc(real * scale + shift, mixed * scale + shift), prdc(real, generated)
    assert astuple(moved) == pytest.approx(astuple(found), abs=0.05)


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
    assert gan_train(KNeighborsClassifier(), X[:100], y[:100], X_valid=X[100:], y_valid=y[100:]).value > 0.95
    assert gan_train(KNeighborsClassifier(), X[:100], 1 - y[:100], X_valid=X[100:], y_valid=y[100:]).value < 0.05


@pytest.mark.parametrize(
    "call",
    [
        lambda: prdc(np.zeros((5, 2)), np.zeros((9, 2)), k=5),
        lambda: prdc(np.zeros((9, 2)), np.zeros((5, 2)), k=5),
        lambda: prdc(np.zeros((9, 2)), np.zeros((9, 3))),
        lambda: sharpness(np.zeros((2, 8, 8)), np.zeros((2, 8, 8))),
        lambda: sharpness(np.zeros((2, 8, 8)), np.ones((2, 9, 9))),
        lambda: gan_train(KNeighborsClassifier(), np.zeros((9, 2)), np.zeros(9), X_valid=np.zeros((9, 2)), y_valid=np.zeros(9)),
    ],
)
def test_bad_input(call):
    with pytest.raises(BadInputError):
        call()
