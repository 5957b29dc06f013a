"""A decoder's arrays, rounded to 16 bits, draw what `inverse_transform` draws, to a step of 255."""

import numpy as np
import pytest

from tasvir import VAE, Autoencoder, DenseSpec
from tasvir.contracts.errors import BadInputError
from tasvir.explain.dense_decoder import dense_decoder, named_arrays, run_layers
from tasvir.explain.whitened import Whitened

RNG = np.random.default_rng(0)


def fitted(estimator, *shape: int):
    X = RNG.integers(0, 256, (30, *shape), dtype=np.uint8)
    return estimator.set_params(n_components=2, max_epochs=3, random_state=0, device="cpu", learning_rate=0.01).fit(X)


@pytest.mark.parametrize("shape", [(8, 8), (7, 5, 3), (16, 16, 3)])
@pytest.mark.parametrize("estimator", [VAE, Autoencoder])
def test_its_arrays_draw_what_it_draws(shape, estimator):
    net = fitted(estimator(net=DenseSpec((40, 20))), *shape)
    layers = dense_decoder(net)
    assert [layer.weights.shape[0] for layer in layers] == [20, 40, np.prod(shape)]
    assert all(layer.weights.dtype == np.int16 for layer in layers)
    codes = RNG.normal(size=(200, 2)).astype(np.float32) * 3
    wanted = net.inverse_transform(codes)
    drawn = run_layers(layers, codes).reshape(-1, *shape) * 255
    assert np.abs(drawn - wanted).max() <= 1
    assert np.abs(drawn - wanted).max() < 0.2  # far less in fact
    assert wanted.std(axis=0).max() > 1  # the net draws something


def test_large_weights_stay_within_a_step():
    """What is rounded is a share of a row's largest weight."""
    net = fitted(VAE(net=DenseSpec((64, 64))), 8, 8)
    for module in net.net_.decoder:
        if hasattr(module, "weight"):
            module.weight.data *= 4
    codes = RNG.normal(size=(300, 2)).astype(np.float32)
    drawn = run_layers(dense_decoder(net), codes).reshape(-1, 8, 8)
    assert np.abs(drawn - net.inverse_transform(codes) / 255).max() <= 1 / 255


def test_a_layer_that_does_nothing_is_written_too():
    net = fitted(Autoencoder(net=DenseSpec((6,))), 4, 4)
    for module in net.net_.decoder:
        if hasattr(module, "weight"):
            module.weight.data.zero_()
    codes = RNG.normal(size=(3, 2))
    assert run_layers(dense_decoder(net), codes) * 255 == pytest.approx(net.inverse_transform(codes).reshape(3, -1), abs=0.01)


def test_each_array_has_a_name():
    net = fitted(Autoencoder(net=DenseSpec((6,))), 4, 4)
    assert [name for name, _ in named_arrays(dense_decoder(net))] == [
        f"decoder_{place}_{part}" for place in (0, 1) for part in ("weights", "scales", "bias")
    ]


def test_convolutions_are_refused():
    with pytest.raises(BadInputError, match="only one of dense layers"):
        dense_decoder(fitted(Autoencoder(net="conv"), 8, 8))


class Shifted:
    """Codes far from 0, that hang together."""

    space_ = None
    turn = np.array([[3.0, 1.0], [1.0, 2.0]])

    def transform(self, X):
        return X @ self.turn.T + 7

    def inverse_transform(self, codes):
        return codes


def test_whitened_codes_have_mean_0_and_covariance_1_and_draw_the_same():
    X = RNG.normal(size=(500, 2))
    whitened = Whitened(Shifted(), Shifted().transform(X))
    codes = whitened.transform(X)
    assert codes.mean(0) == pytest.approx([0, 0], abs=1e-4)
    assert np.cov(codes.T) == pytest.approx(np.eye(2), abs=2e-3)
    assert whitened.inverse_transform(codes) == pytest.approx(Shifted().transform(X), abs=1e-3)


def test_a_latent_that_never_changes_stays_finite():
    codes = np.stack([RNG.normal(size=50), np.zeros(50)], axis=1)
    whitened = Whitened(Shifted(), codes)
    assert np.isfinite(whitened.transform(RNG.normal(size=(5, 2)))).all()
    assert np.isfinite(Whitened(Shifted(), np.zeros((9, 2))).stretch).all()
