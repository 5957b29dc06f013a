"""The GAN as a sampler: labels, folders, what it refuses before it trains."""

import pickle

import numpy as np
import pytest
import torch

from tasvir import GAN, DCGANSpec, FCGANSpec, LeversSpec, PairSpec, RecorderSpec, load_data, load_model, save_model
from tasvir.contracts.errors import BadInputError, LossNotFiniteError

SMALL = {
    "net": DCGANSpec(generator=(8,), discriminator=(8,), dense=16),
    "recorder": RecorderSpec(measure_every=99, grid_every=99, grid_side=2),
    "validation_fraction": None,
    "n_components": 8,
    "max_epochs": 1,
    "random_state": 0,
    "device": "cpu",
}


@pytest.fixture(scope="module")
def images():
    X, y, _ = load_data("digits").part("train")
    return X[:200], y[:200]


@pytest.fixture(scope="module")
def fitted(images):
    return GAN(**SMALL).fit(*images)


def test_samples_come_in_training_proportion(images, fitted):
    X, y = images
    gan = GAN(**SMALL).fit(X[y < 2], np.array(["no", "yes"])[y[y < 2]])
    assert gan.class_prior_ == pytest.approx(np.bincount(y[y < 2]) / (y < 2).sum())
    assert gan.sample(4, "yes", random_state=1).shape == (4, 8, 8)


def test_a_class_is_drawn_as_itself():
    """Where the classes are black and white images, a short training draws them so."""
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = np.clip(rng.normal(40 + 180 * y[:, None, None], 10, (200, 8, 8)), 0, 255).astype(np.uint8)
    net = FCGANSpec(generator=(32,), discriminator=(32,))
    gan = GAN(**SMALL | {"net": net, "max_epochs": 60, "batch_size": 20, "learning_rate": 2e-3}).fit(X, y)
    dark, bright = (gan.sample(50, k, random_state=0).mean() for k in (0, 1))
    assert bright - dark > 100


def test_a_loaded_one_draws_the_same(tmp_path, fitted):
    loaded = load_model(save_model(fitted, tmp_path / "gan"))
    assert np.array_equal(loaded.sample(9, random_state=3), fitted.sample(9, random_state=3))
    assert loaded.record_ == fitted.record_
    assert (loaded.classes_ == fitted.classes_).all()


@pytest.mark.parametrize("shape", [(8, 8), (9, 13), (11, 11, 3), (28, 28), (64, 64, 3)])
@pytest.mark.parametrize("net", [None, FCGANSpec(generator=(8,), discriminator=(8,))])
def test_any_size_from_8_to_64(shape, net):
    X = np.random.default_rng(0).integers(0, 256, (6, *shape), dtype=np.uint8)
    drawn = GAN(**SMALL | {"net": net or "conv"}).fit(X).sample(2, random_state=0)
    assert (drawn.shape, drawn.dtype) == ((2, *shape), np.uint8)


def test_flat_numbers_are_padded_inside():
    X = np.random.default_rng(0).normal(5, 3, (30, 6))
    assert GAN(**SMALL).fit(X).sample(2, random_state=0).shape == (2, 6)


def test_spectral_norm_is_kept(tmp_path, images):
    gan = GAN(**SMALL, levers=LeversSpec(spectral_norm=True)).fit(*images)
    loaded = load_model(save_model(gan, tmp_path / "gan"))
    mine, other = gan.net_.state_dict(), loaded.net_.state_dict()
    assert mine.keys() == other.keys()
    assert all(torch.equal(mine[name], other[name]) for name in mine)


@pytest.mark.parametrize("loss", ["saturating", "least_squares", "hinge", "relativistic"])
def test_every_loss_trains(images, loss):
    assert np.isfinite(GAN(**SMALL, loss=loss).fit(*images).history_["generator_loss"]).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"loss": "wasserstein"}, "'wasserstein'.*'non_saturating'"),
        ({"net": "unet"}, "'unet'.*'conv', 'dense'"),
        ({"net": DCGANSpec(depth=4)}, "depth=4.*at most 3"),
        ({"levers": "strong"}, "'strong'.*'balanced'"),
        ({"levers": LeversSpec(smoothing=0.1), "loss": "hinge"}, "no target to smooth"),
        ({"n_components": 0}, "n_components=0"),
        ({"batch_size": 1}, "batch_size=1"),
        ({"learning_rate": float("inf")}, "learning_rate=inf"),
        ({"levers": LeversSpec(r1=float("inf"))}, "r1=inf"),
        ({"levers": LeversSpec(discriminator_ahead=1)}, "the generator would not learn at all"),
        ({"net": PairSpec("dense")}, "PairSpec\\(generator='dense'\\)"),
        ({"net": DCGANSpec(depth=10**6)}, "depth=1000000"),
        ({"net": FCGANSpec(generator=None)}, "generator=None"),
        ({"recorder": RecorderSpec(grid_every=0)}, "grid_every=0"),
    ],
)
def test_settings_that_cannot_be(images, change, words):
    with pytest.raises(BadInputError, match=words):
        GAN(**SMALL | change).fit(*images)


def test_images_that_cannot_be(images):
    X, y = images
    with pytest.raises(BadInputError, match=r"7 pixels a side.*at least 8"):
        GAN(**SMALL).fit(X[:, :7], y)
    with pytest.raises(BadInputError, match=r"class 3 has 1 sample.*at least 2"):
        GAN(**SMALL).fit(X[:5], [1, 1, 2, 2, 3])
    with pytest.raises(BadInputError, match="1 sample"):
        GAN(**SMALL).fit(X[:1])


def test_labels_that_cannot_be_drawn(images, fitted):
    with pytest.raises(BadInputError, match="label 12 was never seen"):
        fitted.sample(2, 12)
    with pytest.raises(BadInputError, match="fitted without labels"):
        GAN(**SMALL).fit(images[0]).sample(2, 1)
    with pytest.raises(BadInputError, match="label 11 was never seen"):
        GAN(**SMALL).fit(*images, X_val=images[0][:8], y_val=[11] * 8)


def test_one_layer_may_be_written_without_a_comma(images):
    assert GAN(**SMALL).set_params(net__generator=4, net__discriminator=(4,)).fit(*images)


def test_no_class_is_held_out_whole(images):
    """By groups, or because it has two images: then nothing is held out, and every class is learned."""
    X, y = images
    for how in ({"groups": y}, {}):
        labels = y if how else np.repeat(np.arange(100), 2)
        gan = GAN(**SMALL | {"validation_fraction": 0.1, "random_state": 1}).fit(X, labels, **how)
        assert len(gan.record_["variety"][0]) == len(gan.classes_)
        assert gan.record_["measured_epochs"] == ()
    with pytest.raises(BadInputError, match="leaves 1 image"):
        GAN(**SMALL | {"validation_fraction": 0.9}).fit(X[:10])


def test_a_net_with_spectral_norm_can_be_pickled(images):
    gan = GAN(**SMALL, levers=LeversSpec(spectral_norm=True)).fit(*images)
    copied = pickle.loads(pickle.dumps(gan))
    assert np.array_equal(copied.sample(3, random_state=0), gan.sample(3, random_state=0))


def test_a_training_that_diverges_at_once_is_an_error(images):
    with pytest.raises(LossNotFiniteError, match="before any state was worth keeping: lower learning_rate"):
        GAN(**SMALL | {"learning_rate": 1000.0, "max_epochs": 3}).fit(*images)
