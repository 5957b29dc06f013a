"""The VAE's mathematics: its bound, its limits, its labels."""

import numpy as np
import pytest
import torch
from scipy import integrate, stats

from tasvir import VAE, load_model, save_model
from tasvir.contracts.errors import BadInputError
from tasvir.models.autoencoder import EncoderDecoder, ReconstructionTask
from tasvir.models.labels import targets_to_draw
from tasvir.models.variational_task import (
    VariationalNet,
    VariationalTask,
    kl_to_standard_normal,
    log_likelihood,
    standardise_codes,
)
from tasvir.nets.augment import Augment
from tasvir.nets.dense import DenseSpec
from tasvir.train.engine import TorchEngine

SMALL = {"net": DenseSpec(hidden=(16,)), "n_components": 2, "max_epochs": 2, "device": "cpu", "random_state": 0}


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 120)
    X = np.clip(rng.normal(60 + 60 * y[:, None, None], 20, (120, 6, 6)), 0, 255).astype(np.uint8)
    return X, np.array(["a", "b", "c"])[y]


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (1.3, 0.4), (-0.5, 2.0)])
def test_kl_is_the_integral_of_its_definition(mean, sd):
    p, q = stats.norm(mean, sd), stats.norm(0, 1)
    expected, _ = integrate.quad(lambda z: p.pdf(z) * (p.logpdf(z) - q.logpdf(z)), mean - 12 * sd, mean + 12 * sd)
    found = kl_to_standard_normal(torch.tensor([[mean]]), torch.tensor([[2 * np.log(sd)]]))
    assert found.item() == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_likelihoods_are_the_densities_of_scipy():
    rng = np.random.default_rng(1)
    x, drawn = rng.random((3, 1, 2, 2)), rng.uniform(0.1, 0.9, (3, 1, 2, 2))
    gaussian = stats.norm(drawn, 0.2).logpdf(x).sum((1, 2, 3))
    bernoulli = stats.bernoulli(drawn).logpmf(np.rint(x)).sum((1, 2, 3))
    tensors = torch.from_numpy(x), torch.from_numpy(drawn)
    np.testing.assert_allclose(log_likelihood(*tensors, "gaussian", sd=0.2), gaussian)
    np.testing.assert_allclose(log_likelihood(tensors[0].round(), tensors[1], "bernoulli", sd=1.0), bernoulli)


def test_beta_0_without_noise_is_an_autoencoder():
    """The same weights, the same batches: the Gaussian likelihood's gradient is the squared error's, scaled; Adam forgets it."""
    torch.manual_seed(0)
    encoder, decoder = DenseSpec(hidden=(8,)).build((4, 4, 1), 2, 2)
    wide = DenseSpec(hidden=(8,)).build((4, 4, 1), 4, 2)[0]
    for own, other in zip(wide, encoder, strict=True):
        if isinstance(own, torch.nn.Linear):
            own.weight.data[: len(other.weight)] = other.weight.data
            own.bias.data[: len(other.bias)] = other.bias.data
    vae_net = VariationalNet(wide, DenseSpec(hidden=(8,)).build((4, 4, 1), 4, 2)[1], 0)
    vae_net.decoder.load_state_dict(decoder.state_dict())
    engine, unchanged = TorchEngine(torch.device("cpu")), Augment(0, 0, flip=False)
    vae = VariationalTask(vae_net, engine, (0.0, "gaussian", 1.0), learning_rate=1e-2, augment=unchanged, seed=0, noise=0.0)
    autoencoder = ReconstructionTask(EncoderDecoder(encoder, decoder), engine, learning_rate=1e-2, augment=unchanged, seed=0)
    x = torch.rand(20, 1, 4, 4)
    vae.begin(0)
    autoencoder.begin(0)
    for _ in range(5):
        vae.train_step((x,))
        autoencoder.train_step((x,))
    drawn = vae.net.decode(vae.net.encode(x)[0], None)
    torch.testing.assert_close(drawn, autoencoder.net(x), rtol=1e-3, atol=1e-4)


def test_history_is_in_nats_and_adds_up(images):
    history = VAE(beta=2.0, **SMALL).fit(*images).history_
    for start in ("", "valid_"):
        reconstruction, kl = np.array(history[f"{start}reconstruction"]), np.array(history[f"{start}kl"])
        np.testing.assert_allclose(history[f"{start}elbo"], -(reconstruction + kl), rtol=1e-5)
        np.testing.assert_allclose(history[f"{start}loss"], reconstruction + 2.0 * kl, rtol=1e-5)
        np.testing.assert_allclose(np.add(history[f"{start}kl_0"], history[f"{start}kl_1"]), kl, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("net", ["dense", "conv"])
def test_codes_have_the_mean_and_the_mean_square_of_the_prior(images, net, conditional):
    """For a decoder that can shift and stretch codes, the bound is largest there."""
    vae = VAE(conditional=conditional, **(SMALL | {"net": net})).fit(*images)
    mean, log_variance = vae._posterior(images[0])
    np.testing.assert_allclose(mean.mean(0), 0, atol=1e-4)
    np.testing.assert_allclose((mean**2 + np.exp(log_variance)).mean(0), 1, rtol=1e-3)
    np.testing.assert_allclose(vae.kl_per_latent_, -0.5 * log_variance.mean(0), atol=1e-3)


def test_standardised_codes_draw_the_same_images_at_the_least_kl():
    torch.manual_seed(0)
    x = torch.rand(50, 1, 4, 4)
    encoder, decoder = DenseSpec(hidden=(8,)).build((4, 4, 1), 4, 2 + 3)
    net, y = VariationalNet(encoder, decoder, 3), torch.arange(50) % 3
    encoder[-1].bias.data += torch.tensor([3.0, -2.0, -1.0, 1.0])
    with torch.no_grad():
        mean, log_variance = net.encode(x)
        drawn = net.decode(mean + (0.5 * log_variance).exp(), y)
        kl = [
            kl_to_standard_normal((mean - shift) / stretch, log_variance - 2 * np.log(stretch)).mean(0)
            for shift in np.linspace(-4, 4, 81)
            for stretch in np.linspace(0.2, 3, 81)
        ]
        standardise_codes(net, mean.numpy(), log_variance.numpy())
        new_mean, new_log_variance = net.encode(x)
        torch.testing.assert_close(net.decode(new_mean + (0.5 * new_log_variance).exp(), y), drawn, rtol=1e-4, atol=1e-5)
        least = torch.stack(kl).amin(0)
        found = kl_to_standard_normal(new_mean, new_log_variance).mean(0)
    assert (found <= least + 1e-5).all()
    torch.testing.assert_close(found, least, rtol=0.02, atol=1e-3)


def test_transform_is_the_posterior_mean_and_ignores_labels(images):
    X, y = images
    vae = VAE(conditional=True, **SMALL).fit(X, y)
    with torch.no_grad():
        mean, _ = vae.net_.encode(torch.from_numpy(X)[:, None] / 255)
    np.testing.assert_allclose(vae.transform(X), mean.numpy(), atol=1e-6)


def test_a_label_changes_what_is_drawn(images):
    X, y = images
    vae = VAE(conditional=True, **(SMALL | {"max_epochs": 60, "learning_rate": 1e-2})).fit(X, y)
    brightness = [vae.sample(50, label, random_state=0).mean() for label in "abc"]
    assert brightness[0] < brightness[1] < brightness[2]


@pytest.mark.parametrize("net", ["dense", "conv"])
def test_samples_look_like_X(images, net):
    vae = VAE(**(SMALL | {"net": net})).fit(images[0])
    drawn = vae.sample(7, random_state=1)
    assert drawn.shape == (7, 6, 6)
    assert drawn.dtype == np.uint8
    np.testing.assert_array_equal(drawn, vae.sample(7, random_state=1))
    assert (drawn != vae.sample(7, random_state=2)).any()


def test_labels_are_drawn_in_training_proportion():
    drawn = targets_to_draw(np.array([0, 1]), np.array([0.9, 0.1]), None, n_samples=10_000, rng=np.random.default_rng(0))
    assert np.mean(drawn) == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(
    ("conditional", "call", "words"),
    [
        (True, lambda vae: vae.sample(2, "z"), "label z was never seen"),
        (True, lambda vae: vae.sample(0), "n_samples=0"),
        (True, lambda vae: vae.sample(3, ["a"]), "1 labels for n_samples=3"),
        (True, lambda vae: vae.inverse_transform(np.zeros((1, 2))), "use sample"),
        (False, lambda vae: vae.sample(2, "a"), "fitted without labels"),
        (False, lambda vae: vae.inverse_transform(np.zeros((1, 5))), "n_components=2"),
    ],
)
def test_bad_requests(images, conditional, call, words):
    vae = VAE(conditional=conditional, **SMALL).fit(*images)
    with pytest.raises(BadInputError, match=words):
        call(vae)


@pytest.mark.parametrize("settings", [{"beta": -1.0}, {"likelihood": "poisson"}, {"likelihood_sd": 0.0}, {"n_components": 0}])
def test_bad_settings_are_told_before_any_training(images, settings):
    with pytest.raises(BadInputError, match=next(iter(settings))):
        VAE(**(SMALL | settings)).fit(*images)


def test_conditional_without_labels_is_told(images):
    with pytest.raises(BadInputError, match="requires y"):
        VAE(conditional=True, **SMALL).fit(images[0])


@pytest.mark.parametrize("conditional", [False, True])
def test_saved_and_loaded_it_draws_the_same(images, conditional, tmp_path):
    vae = VAE(conditional=conditional, **SMALL).fit(*images)
    again = load_model(save_model(vae, tmp_path / "vae"))
    np.testing.assert_array_equal(again.sample(5, random_state=3), vae.sample(5, random_state=3))
    np.testing.assert_array_equal(again.transform(images[0]), vae.transform(images[0]))
    assert again.score(*images) == vae.score(*images)


def test_a_learned_width_is_the_best_one_for_the_images():
    x, drawn = torch.rand(5, 1, 4, 4), torch.rand(5, 1, 4, 4)
    widths = np.linspace(0.05, 2.0, 400)
    found = [log_likelihood(x, drawn, "gaussian", sd=float(sd)).mean().item() for sd in widths]
    best = (x - drawn).square().mean().sqrt().item()
    assert widths[int(np.argmax(found))] == pytest.approx(best, abs=0.01)
    assert log_likelihood(x, drawn, "gaussian", sd=None).mean().item() == pytest.approx(max(found), abs=1e-2)


def test_what_the_decoder_leaves_out_is_drawn_too(images):
    """Samples of a learned width scatter as the images do, though two latents cannot."""
    X, _ = images
    learned = VAE(likelihood="gaussian", likelihood_sd=None, **SMALL | {"max_epochs": 30}).fit(X)
    fixed = VAE(likelihood="gaussian", likelihood_sd=0.1, **SMALL | {"max_epochs": 30}).fit(X)
    rough = [np.diff(v.sample(500, random_state=0).astype(float), axis=2).std() for v in (learned, fixed)]
    real = np.diff(X.astype(float), axis=2).std()
    assert fixed.residual_ is None
    assert rough[1] < 0.6 * real < rough[0]
    assert rough[0] == pytest.approx(real, rel=0.15)


@pytest.mark.parametrize(
    "how", [{}, {"conditional": True}, {"codes": "prior"}, {"likelihood": "gaussian", "likelihood_sd": None}]
)
def test_a_kept_model_draws_the_same_images(images, tmp_path, how):
    vae = VAE(**how, **SMALL).fit(*images)
    save_model(vae, tmp_path / "vae")
    again = load_model(tmp_path / "vae")
    np.testing.assert_array_equal(again.sample(7, random_state=1), vae.sample(7, random_state=1))
    assert (again.density_ is None) == (how == {"codes": "prior"})
