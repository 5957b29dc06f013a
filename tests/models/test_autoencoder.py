"""The autoencoder's mathematics, and its defaults."""

import numpy as np
import pytest
import sklearn
import torch
from scipy.linalg import subspace_angles
from sklearn.model_selection import GroupKFold, cross_validate

from tasvir import PCA, VAE, AugmentSpec, Autoencoder, DenseSpec, load_data
from tasvir.contracts.errors import BadInputError
from tasvir.models.autoencoder import EncoderDecoder, ReconstructionTask
from tasvir.nets.augment import Augment
from tasvir.nets.unit import Unit
from tasvir.train.engine import TorchEngineSpec
from tasvir.train.hooks import EarlyStopping
from tasvir.train.loop import fit_loop

UNCHANGED = Augment(0, 0, flip=False)


def test_a_linear_autoencoder_spans_the_plane_of_pca():
    """Baldi and Hornik 1989: the only minimum of a linear autoencoder's error is the plane of the first components."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((400, 6)) * [3.0, 2.0, 1.5, 0.3, 0.2, 0.1] @ np.linalg.qr(rng.standard_normal((6, 6)))[0]
    x = torch.from_numpy(X.astype(np.float32))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = EncoderDecoder(torch.nn.Linear(6, 3), torch.nn.Linear(3, 6))
    task = ReconstructionTask(net, TorchEngineSpec().build("cpu"), learning_rate=0.02, augment=UNCHANGED, seed=0)
    history = fit_loop(task, lambda epoch: [(x,)], max_epochs=500)
    pca = PCA(3).fit(X)
    plane = net.decoder.weight.detach().numpy()
    assert np.rad2deg(subspace_angles(plane, pca.components_.T)).max() < 1
    residual = np.square(X - pca.inverse_transform(pca.transform(X))).mean()
    assert history["loss"][-1] == pytest.approx(residual, rel=1e-2)


def test_by_default_it_is_the_net_784_500_200_100_30():
    X = np.random.default_rng(0).integers(0, 256, (12, 28, 28), dtype=np.uint8)
    net = Autoencoder(max_epochs=1).fit(X).net_
    widths = [tuple(layer.weight.shape[::-1]) for layer in net.modules() if isinstance(layer, torch.nn.Linear)]
    down = [(784, 500), (500, 200), (200, 100), (100, 30)]
    assert widths == down + [pair[::-1] for pair in reversed(down)]
    assert isinstance(list(net.decoder)[-2], Unit)


def test_hidden_layers_are_never_wider_than_the_input():
    net = Autoencoder(max_epochs=1).fit(np.random.default_rng(0).random((12, 8, 8))).net_
    widths = [layer.out_features for layer in net.encoder if isinstance(layer, torch.nn.Linear)]
    assert widths == [64, 64, 64, 30]


@pytest.mark.parametrize("net", ["dense", "conv"])
def test_it_learns_the_digits(net):
    X, _, _ = load_data("digits").part("train")
    fitted = Autoencoder(net=net, n_components=8, max_epochs=15, batch_size=32, learning_rate=3e-3, random_state=0).fit(X)
    spread = float(np.var(X / 255, axis=0).mean())
    assert -fitted.score(X) < 0.6 * spread
    assert fitted.history_["valid_loss"][-1] < fitted.history_["valid_loss"][0]


def test_groups_do_not_cross_the_inner_split(monkeypatch):
    import tasvir.models.trained as trained

    found = []
    real = trained.inner_split
    monkeypatch.setattr(trained, "inner_split", lambda *given, **how: found.append(real(*given, **how)) or found[-1])
    X = np.random.default_rng(0).random((40, 4, 4))
    groups = np.repeat(np.arange(8), 5)
    Autoencoder(max_epochs=1, validation_fraction=0.25).fit(X, groups=groups)
    (train, valid), *_ = found
    assert not set(groups[train]) & set(groups[valid])
    assert sorted([*train, *valid]) == list(range(40))


def test_groups_reach_fit_where_scikit_learn_routes_metadata():
    X, groups = np.random.default_rng(0).random((40, 4, 4)), np.repeat(np.arange(8), 5)
    seen = []

    class Watched(Autoencoder):
        def fit(self, X, y=None, *, groups=None, X_val=None, y_val=None):
            seen.append(np.unique(groups).size)
            return super().fit(X, y, groups=groups)

    with sklearn.config_context(enable_metadata_routing=True):
        watched = Watched(n_components=2, max_epochs=1).set_fit_request(groups=True)
        cross_validate(watched, X, cv=GroupKFold(4), params={"groups": groups}, error_score="raise")
    assert seen == [6, 6, 6, 6]


def test_hooks_are_begun_anew_at_each_fit():
    X = np.random.default_rng(0).random((30, 4, 4))
    hook = EarlyStopping(patience=2)
    estimator = Autoencoder(n_components=2, max_epochs=20, learning_rate=0.1, random_state=0, hooks=(hook,))
    first = estimator.fit(X).history_.rows
    assert estimator.fit(X).history_.rows == first
    assert estimator.hooks == (hook,)
    assert hook.waited == 0


def test_the_errors_of_codes_name_their_columns():
    fitted = Autoencoder(n_components=3, max_epochs=1).fit(np.random.default_rng(0).random((12, 4, 4)))
    with pytest.raises(ValueError, match="X has 2 columns: give codes with n_components=3"):
        fitted.inverse_transform(np.zeros((1, 2)))


def test_weight_decay_is_beside_the_gradient():
    """One step: Adam's own, less rate times decay times weight; so it is linear in the decay. Biases do not decay."""
    X, _, _ = load_data("digits").part("train")
    how = {"net": DenseSpec(hidden=(8,)), "n_components": 3, "max_epochs": 1, "batch_size": 50, "learning_rate": 0.01}
    nets = [
        Autoencoder(**how, weight_decay=decay, validation_fraction=None, device="cpu", random_state=0).fit(X[:50]).net_
        for decay in (0.0, 1.0, 2.0)
    ]
    for none, once, twice in zip(*(net.parameters() for net in nets), strict=True):
        torch.testing.assert_close(twice - none, 2 * (once - none), atol=1e-6, rtol=1e-3)
        assert torch.equal(none, once) == (none.ndim == 1)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"n_components": 0}, "n_components=0"),
        ({"n_components": 2.5}, "n_components=2.5"),
        ({"max_epochs": 0}, "max_epochs=0"),
        ({"batch_size": -1}, "batch_size=-1"),
        ({"learning_rate": 0}, "learning_rate=0"),
        ({"learning_rate": "fast"}, "learning_rate='fast'"),
        ({"validation_fraction": 1.0}, "validation_fraction=1.0"),
        ({"validation_fraction": True}, "validation_fraction=True"),
        ({"net": "denser"}, "net='denser'"),
        ({"image_shape": (3, 5)}, "image_shape"),
        ({"device": "abacus"}, "device='abacus'"),
        ({"engine": "steam"}, "engine='steam'"),
    ],
)
def test_a_setting_out_of_range_is_named_at_fit(settings, words):
    with pytest.raises(ValueError, match=words) as error:
        Autoencoder(**{"max_epochs": 1} | settings).fit(np.random.default_rng(0).random((12, 16)))
    assert "\n" not in str(error.value)
    assert "give" in str(error.value)


def test_a_validation_part_that_leaves_nothing_to_train_on_is_refused():
    with pytest.raises(BadInputError, match=r"validation_fraction=0.99 of 30 images leaves none to train on: give a smaller"):
        Autoencoder(validation_fraction=0.99).fit(np.zeros((30, 8, 8), np.uint8))


@pytest.mark.parametrize("estimator", [Autoencoder, VAE])
def test_codes_come_to_be_alike_for_what_the_encoder_was_shown(estimator):
    """Of 45-degree strokes and their mirror images: as far apart as two images can be, until mirror images are shown."""
    rng = np.random.default_rng(0)
    X = np.stack([np.roll(np.eye(8), rng.integers(8), axis=1) for _ in range(64)]).astype(np.float32)

    def apart(augment):
        settings = {"n_components": 2, "net": DenseSpec((32,)), "max_epochs": 60, "batch_size": 16, "learning_rate": 3e-3}
        codes = estimator(augment=augment, validation_fraction=None, random_state=0, **settings).fit(X)
        moved = np.linalg.norm(codes.transform(X) - codes.transform(X[:, :, ::-1]), axis=1).mean()
        return moved / np.linalg.norm(codes.transform(X) - codes.transform(X).mean(0), axis=1).mean()

    assert apart(AugmentSpec(max_shift=0.0, flip=True)) < 0.5 * apart("none")


def test_the_decoder_draws_the_image_as_it_is():
    """What the encoder is shown is moved by a pixel or two; what is asked of the decoder is not."""
    x = torch.rand(16, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    task = ReconstructionTask(
        torch.nn.Linear(8, 8), TorchEngineSpec().build("cpu"), learning_rate=0.1, augment=Augment(2, 2, flip=False), seed=0
    )
    task.begin(0)
    seen, wanted, _ = task.pair((x,))
    assert torch.equal(wanted, x)
    assert not torch.equal(seen, x)
    task.net.eval()
    seen, wanted, _ = task.pair((x,))
    assert torch.equal(seen, x)
