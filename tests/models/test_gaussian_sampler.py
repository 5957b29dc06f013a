"""The Gaussian sampler is probabilistic PCA, class by class."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from tasvir import GaussianSampler, load_model, save_model
from tasvir.contracts.errors import BadInputError


@pytest.fixture(scope="module")
def flat():
    rng = np.random.default_rng(0)
    X = rng.normal(0, 1, (400, 3)) @ rng.normal(0, 1, (3, 8)) + rng.normal(0, 0.3, (400, 8))
    return X, np.repeat(["a", "b"], 200)


def test_likelihood_is_that_of_probabilistic_pca(flat):
    X, _ = flat
    unit = (X - X.min()) / (X.max() - X.min())
    assert GaussianSampler(n_components=3).fit(X).score(X) == pytest.approx(PCA(3).fit(unit).score(unit), rel=1e-9)


def test_samples_have_the_model_s_mean_and_covariance(flat):
    X, _ = flat
    drawn = GaussianSampler(n_components=3).fit(X).sample(40_000, random_state=0)
    model = PCA(3).fit(X)
    np.testing.assert_allclose(drawn.mean(0), X.mean(0), atol=0.05)
    np.testing.assert_allclose(np.cov(drawn.T), model.get_covariance(), atol=0.15)


def test_classes_are_kept_apart(flat):
    X, y = flat
    X = X + 20.0 * (y == "b")[:, None]
    sampler = GaussianSampler().fit(X, y)
    assert sampler.sample(50, "b", random_state=0).mean() > sampler.sample(50, "a", random_state=0).mean() + 15
    assert sampler.score(X, y) >= sampler.score(X)  # log p(x | y) + log p(y) <= log p(x); classes far apart: log p(y) is all


def test_two_images_of_a_class_are_enough_and_one_is_not():
    X = np.random.default_rng(0).integers(0, 256, (4, 5, 5)).astype(np.uint8)
    assert np.isfinite(GaussianSampler().fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1]))
    with pytest.raises(BadInputError, match="class 1 has 1 sample"):
        GaussianSampler().fit(X, [0, 0, 0, 1])


@pytest.mark.parametrize("n_components", [0, 1.0, -0.5, "all"])
def test_bad_settings(flat, n_components):
    with pytest.raises(BadInputError, match="n_components"):
        GaussianSampler(n_components=n_components).fit(flat[0])


@pytest.mark.parametrize(("y", "words"), [("z", "never seen"), (["a"], "1 labels for n_samples=2")])
def test_bad_labels(flat, y, words):
    with pytest.raises(BadInputError, match=words):
        GaussianSampler().fit(*flat).sample(2, y)


def test_saved_and_loaded_it_draws_the_same(flat, tmp_path):
    sampler = GaussianSampler().fit(*flat)
    again = load_model(save_model(sampler, tmp_path / "sampler"))
    np.testing.assert_array_equal(again.sample(5, random_state=1), sampler.sample(5, random_state=1))
    assert again.score(*flat) == sampler.score(*flat)
