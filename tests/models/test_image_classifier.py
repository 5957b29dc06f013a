"""The classifier's schedule, its regularisation, and what it learns."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tasvir import ImageClassifier, load_data, load_model, save_model
from tasvir.models.image_classifier import OneCycle
from tasvir.nets.augment import AugmentSpec
from tasvir.nets.resnet import ResNetSpec

SMALL = {"net": ResNetSpec(widths=(4, 8)), "device": "cpu", "random_state": 0}


@given(peak=st.floats(1e-5, 1), n_steps=st.integers(2, 5000))
def test_one_cycle_goes_up_then_down(peak, n_steps):
    rates = [OneCycle(peak, n_steps)(step) for step in range(n_steps + 1)]
    top = int(np.argmax(rates))
    assert all(np.diff(rates[: top + 1]) >= 0)
    assert all(np.diff(rates[top:]) <= 0)
    assert max(rates) <= peak * (1 + 1e-12)
    assert rates[0] == pytest.approx(peak / 25)
    assert rates[-1] == pytest.approx(peak * 1e-4)
    assert n_steps < 10 or abs(top / n_steps - 0.3) < 0.11


def test_past_its_end_the_rate_stays():
    """A training that goes on beyond the epochs it was made for."""
    schedule = OneCycle(1.0, 100)
    assert schedule(500) == schedule(100) == pytest.approx(1e-4)


def test_weights_decay_and_biases_and_norms_do_not():
    X, y, _ = load_data("digits").part("train")
    few = {"max_epochs": 1, "batch_size": 20, "validation_fraction": None, "learning_rate": 1e-3}
    free, decayed = (ImageClassifier(**SMALL, **few, weight_decay=w).fit(X[:20], y[:20]) for w in (0.0, 10.0))
    for (name, a), b in zip(free.net_.named_parameters(), decayed.net_.parameters(), strict=True):
        assert torch.equal(a, b) == (a.ndim == 1 or not a.any()), name


def test_it_learns_the_digits():
    data = load_data("digits")
    X, y, _ = data.part("train")
    X_test, y_test, _ = data.part("test")
    net = ResNetSpec(widths=(8, 16, 32))
    fitted = ImageClassifier(net=net, augment="shift", max_epochs=6, learning_rate=1e-2, random_state=0, device="cpu").fit(X, y)
    assert fitted.score(X_test, y_test) > 0.85
    assert fitted.history_["accuracy"][-1] > fitted.history_["accuracy"][0]
    assert set(fitted.history_.names) == {"loss", "accuracy", "valid_loss", "valid_accuracy"}


def test_what_is_watched_is_what_the_validation_images_give():
    X, y, _ = load_data("digits").part("train")
    seen, held = slice(0, 80), slice(80, 120)
    fitted = ImageClassifier(**SMALL, max_epochs=2).fit(X[seen], y[seen], X_val=X[held], y_val=y[held])
    probability = fitted.predict_proba(X[held])[np.arange(40), y[held]]
    assert fitted.history_["valid_accuracy"][-1] == pytest.approx(fitted.score(X[held], y[held]))
    assert fitted.history_["valid_loss"][-1] == pytest.approx(-np.log(probability).mean(), rel=1e-4)


def test_convolutions_lie_channels_last_in_memory_trained_or_loaded(tmp_path):
    fitted = ImageClassifier(**SMALL, max_epochs=1).fit(np.random.default_rng(0).random((12, 8, 8, 3)), np.arange(12) % 2)
    for model in (fitted, load_model(save_model(fitted, tmp_path / "model"))):
        kernels = [parameter for parameter in model.net_.parameters() if parameter.ndim == 4]
        assert kernels
        assert all(kernel.is_contiguous(memory_format=torch.channels_last) for kernel in kernels)


def test_augmentation_is_for_training_only():
    X, y, _ = load_data("digits").part("train")
    fitted = ImageClassifier(**SMALL, augment=AugmentSpec(max_shift=0.4, flip=True), max_epochs=1).fit(X[:40], y[:40])
    assert np.array_equal(fitted.predict_proba(X[:5]), fitted.predict_proba(X[:5]))


def test_augmentation_changes_what_is_learned_and_is_seeded():
    X, y, _ = load_data("digits").part("train")

    def first_loss(augment):
        fitted = ImageClassifier(**SMALL, augment=augment, max_epochs=1, batch_size=20, validation_fraction=None)
        return fitted.fit(X[:20], y[:20]).history_["loss"]

    assert first_loss("shift") == first_loss("shift")
    assert first_loss("shift") != first_loss("none")
    assert first_loss(None) == first_loss("none")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"weight_decay": -1}, "weight_decay=-1"),
        ({"augment": "spin"}, "augment='spin'"),
        ({"augment": AugmentSpec(max_shift=0.5)}, "max_shift=0.5"),
        ({"net": "transformer"}, "net='transformer'"),
        ({"net": ResNetSpec(widths=())}, "widths"),
        ({"net": ResNetSpec(widths=(4, 0))}, "widths"),
        ({"net": ResNetSpec(widths=(4,), dropout=1.5)}, "dropout"),
        ({"net": ResNetSpec(widths=(4,), stem_stride=0)}, "stem_stride"),
    ],
)
def test_a_setting_out_of_range_is_named_at_fit(settings, words):
    with pytest.raises(ValueError, match=words) as error:
        ImageClassifier(**{"max_epochs": 1} | settings).fit(np.zeros((12, 4, 4)), np.arange(12) % 2)
    assert "\n" not in str(error.value)
    assert "give" in str(error.value)
