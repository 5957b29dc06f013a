"""The numpy pass beside torch's: the same numbers while training, after it, and in the running averages."""

import numpy as np
import pytest
import torch
from torch import nn

from tasvir.contracts.errors import BadInputError
from tasvir.nets.batch_norm import BatchNorm, Moments, moments, normalise


def twins(n_features, *, dims, epsilon, momentum, dtype, rng):
    """Ours and torch's with the same gamma and beta."""
    kind = nn.BatchNorm1d if dims == 2 else nn.BatchNorm2d
    ours, theirs = BatchNorm(n_features, epsilon, momentum), kind(n_features, eps=epsilon, momentum=momentum, dtype=dtype)
    ours.gamma, ours.beta = rng.normal(1, 0.5, n_features), rng.normal(size=n_features)
    with torch.no_grad():
        theirs.weight.copy_(torch.from_numpy(ours.gamma))
        theirs.bias.copy_(torch.from_numpy(ours.beta))
    return ours, theirs


@pytest.mark.parametrize("seed", range(40))
def test_it_is_torchs_in_both_modes_and_in_the_running_averages(seed):
    """Random shapes, epsilons, momenta and numbers, six batches of different sizes in turn."""
    rng = np.random.default_rng(seed)
    dims, n_features = (2, 4)[seed % 2], int(rng.integers(1, 9))
    how = {"epsilon": float(10 ** rng.uniform(-6, 0)), "momentum": float(rng.uniform(0.01, 1))}
    dtype, close = ((torch.float64, 1e-10), (torch.float32, 1e-6))[seed % 4 // 2]
    ours, theirs = twins(n_features, dims=dims, dtype=dtype, rng=rng, **how)
    centre, spread = rng.normal(size=n_features), rng.uniform(0.1, 2, n_features)
    for _ in range(6):
        shape = (int(rng.integers(2, 20)), n_features, *(int(side) for side in rng.integers(1, 5, dims - 2)))
        x = rng.normal(size=shape) * spread.reshape(-1, *(1,) * (dims - 2)) + centre.reshape(-1, *(1,) * (dims - 2))
        given = torch.from_numpy(x).to(dtype)
        for mine, training in ((ours.train, True), (ours.infer, False)):
            found = theirs.train(training)(given).detach().numpy()
            size = max(1.0, np.abs(found).max())
            np.testing.assert_allclose(mine(given.numpy()), found, rtol=0, atol=close * size)
        for mine, torchs in ((ours.running_mean, theirs.running_mean), (ours.running_variance, theirs.running_var)):
            np.testing.assert_allclose(mine, torchs.numpy(), rtol=close, atol=close)


@pytest.mark.parametrize("shape", [(7, 3), (4, 3, 5, 2)])
def test_a_batch_comes_out_with_mean_0_and_variance_1(shape):
    x = np.random.default_rng(0).normal(5, 3, shape)
    found = moments(normalise(x, moments(x), epsilon=0))
    np.testing.assert_allclose(found.mean, 0, atol=1e-12)
    np.testing.assert_allclose(found.variance, 1, atol=1e-12)
    assert found.n == x.size // 3


def test_shift_and_scale_of_what_goes_in_fall_out():
    x = np.random.default_rng(0).normal(size=(9, 4))
    moved = x * [0.01, 1, 10, 300] + [5, -3, 0, 1]
    np.testing.assert_allclose(normalise(moved, moments(moved), epsilon=0), normalise(x, moments(x), epsilon=0), atol=1e-9)


def test_what_epsilon_is_for():
    """A constant feature is 0 / 0 without it; with it a variance far below it is hardly stretched."""
    x = np.column_stack([np.full(4, 0.3), [0, 0, 0, 1e-4], [0.0, 1, 2, 3]])
    of = Moments(np.array([0.3, *moments(x).mean[1:]]), np.array([0.0, *moments(x).variance[1:]]), 4)
    without, withit = (normalise(x, of, epsilon=epsilon) for epsilon in (0, 1e-3))
    assert np.isnan(without[:, 0]).all()
    assert np.array_equal(withit[:, 0], np.zeros(4))
    assert np.abs(without[:, 1]).max() == pytest.approx(np.sqrt(3))
    assert np.abs(withit[:, 1]).max() < 0.003
    np.testing.assert_allclose(withit[:, 2], without[:, 2], rtol=1e-3)


def test_of_a_batch_of_one_only_beta_is_left():
    x = np.random.default_rng(0).normal(size=(1, 5))
    assert np.array_equal(normalise(x, moments(x), gamma=3.0, beta=0.25), np.full((1, 5), 0.25))


def test_one_value_a_feature_is_no_training_as_in_torch():
    x = np.ones((1, 3))
    with pytest.raises(BadInputError, match="trained on 1 value a feature"):
        BatchNorm(3).train(x)
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        nn.BatchNorm1d(3)(torch.from_numpy(x).float())
    assert BatchNorm(3).infer(x).shape == (1, 3)
    assert BatchNorm(3).train(np.ones((1, 3, 2, 1))).shape == (1, 3, 2, 1)  # its pixels are several


@pytest.mark.parametrize(("x", "said"), [(np.ones(3), r"shape \(3,\)"), (np.ones((2, 4)), "3 features is given 4")])
def test_what_it_cannot_take_is_refused(x, said):
    with pytest.raises(BadInputError, match=said):
        BatchNorm(3).infer(x)
