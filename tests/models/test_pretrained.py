import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_validate

from tasvir import Autoencoder, ImageClassifier, load_model, save_model
from tasvir.contracts.checks.trial import example
from tasvir.contracts.errors import BadInputError
from tasvir.nets.conv import ConvSpec
from tasvir.nets.dense import DenseSpec
from tasvir.nets.trunk import EncoderTrunkSpec
from tasvir.train.checkpoint import Checkpoint

X, Y = example()


def fitted_autoencoder(X=X, net=None, seed=0, **more):
    net = net or ConvSpec(filters=(4,))
    return Autoencoder(net=net, n_components=5, max_epochs=2, device="cpu", random_state=seed, **more).fit(X)


def classifier(pretrained, **more):
    settings = {"max_epochs": 2, "batch_size": 8, "device": "cpu", "random_state": 0} | more
    return ImageClassifier(pretrained=pretrained, **settings)


@pytest.fixture(scope="module")
def autoencoder():
    return fitted_autoencoder()


@pytest.mark.parametrize("net", [ConvSpec(filters=(4,)), DenseSpec(hidden=(6,))], ids=lambda net: type(net).__name__)
def test_a_frozen_trunk_embeds_as_the_autoencoder_transforms(net):
    """All of the encoder stays as it is: weights, and the statistics of batch norm."""
    autoencoder = fitted_autoencoder(net=net)
    fitted = classifier(autoencoder, freeze_trunk=True, learning_rate=0.1).fit(X, Y)
    assert np.array_equal(fitted.embed(X), autoencoder.transform(X))


def test_a_frozen_trunk_still_learns_its_head(autoencoder):
    fitted = classifier(autoencoder, freeze_trunk=True, max_epochs=40, learning_rate=0.1).fit(X, Y)
    assert fitted.history_["loss"][-1] < 0.9 * fitted.history_["loss"][0]


def test_a_trunk_that_is_not_frozen_begins_as_the_encoder_and_moves(autoencoder):
    hardly = classifier(autoencoder, learning_rate=1e-9, weight_decay=0, max_epochs=1).fit(X, Y)
    for name, tensor in autoencoder.net_.encoder.named_parameters():
        np.testing.assert_allclose(hardly.net_.features.get_parameter(name).detach(), tensor.detach(), atol=1e-6)
    moved = classifier(autoencoder, learning_rate=1e-2).fit(X, Y)
    assert not np.allclose(moved.embed(X), autoencoder.transform(X), atol=1e-3)


def test_the_autoencoder_is_left_as_it_was(autoencoder):
    before = autoencoder.transform(X)
    classifier(autoencoder, learning_rate=0.1).fit(X, Y)
    assert np.array_equal(autoencoder.transform(X), before)


@pytest.mark.parametrize("freeze_trunk", [False, True])
def test_a_model_folder_keeps_the_trunk_but_not_the_autoencoder(freeze_trunk, autoencoder, tmp_path):
    fitted = classifier(autoencoder, freeze_trunk=freeze_trunk).fit(X, Y)
    loaded = load_model(save_model(fitted, tmp_path / "model"))
    assert np.array_equal(loaded.predict_proba(X), fitted.predict_proba(X))
    assert np.array_equal(loaded.embed(X), fitted.embed(X))
    assert loaded.pretrained is None
    assert loaded.freeze_trunk is freeze_trunk
    assert loaded.net_spec_ == EncoderTrunkSpec(ConvSpec(filters=(4,)), 5)


def test_clones_and_cross_validation_keep_it_fitted(autoencoder):
    twin = clone(classifier(autoencoder, freeze_trunk=True))
    assert twin.pretrained is autoencoder
    assert not hasattr(twin, "net_")
    found = cross_validate(twin, X, Y, cv=2, error_score="raise", return_estimator=True)
    assert all(np.array_equal(e.embed(X), autoencoder.transform(X)) for e in found["estimator"])


def test_its_settings_are_reached_like_any_nested_estimators(autoencoder):
    params = classifier(autoencoder).get_params()
    assert params["pretrained"] is autoencoder
    assert params["pretrained__n_components"] == 5
    assert params["pretrained__net__filters"] == (4,)


def test_flat_numbers_keep_the_units_that_the_encoder_learned_with():
    X, y = example("flat float32")
    autoencoder = fitted_autoencoder(X, net=DenseSpec(hidden=(6,)))
    fitted = classifier(autoencoder, freeze_trunk=True).fit(X[:20], y[:20])
    assert np.array_equal(fitted.embed(X), autoencoder.transform(X))


def test_another_autoencoder_is_another_training(tmp_path):
    """A checkpoint knows whose weights its training began with."""
    hooks = (Checkpoint(tmp_path / "training.safetensors"),)
    first, second = fitted_autoencoder(), fitted_autoencoder(X[::-1])
    classifier(first, hooks=hooks).fit(X, Y)
    classifier(fitted_autoencoder(), hooks=hooks).fit(X, Y)  # the same weights again
    with pytest.raises(BadInputError, match="other data or settings"):
        classifier(second, hooks=hooks).fit(X, Y)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"pretrained": "encoder"}, "fitted Autoencoder"),
        ({"pretrained": Autoencoder()}, "not fitted"),
        ({"pretrained": fitted_autoencoder(example("odd float64")[0])}, r"\(11, 9, 1\)"),
        ({"freeze_trunk": True}, "without pretrained"),
    ],
    ids=["no autoencoder", "not fitted", "another size", "frozen nothing"],
)
def test_what_cannot_be_a_trunk_is_refused(wrong, word):
    with pytest.raises(BadInputError, match=word):
        ImageClassifier(max_epochs=1, device="cpu", **wrong).fit(X, Y)
