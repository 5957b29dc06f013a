"""Over-fitting is read from the validation loss, with a level."""

import numpy as np
import pytest

from tasvir.report.cells import Curve
from tasvir.report.fitting import fitting_sentence, read_training
from tasvir.report.words.language import language

TURNED = (1.0, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75)


def loss(*valid: float) -> Curve:
    x = tuple(float(i) for i in range(1, len(valid) + 1))
    return Curve(x, "epoch", {"train": tuple(1 / i for i in x), "valid": valid}, "cell loss")


def test_the_lowest_epoch_and_the_rise_after_it():
    training = read_training(loss(*TURNED))
    assert (training.best_epoch, training.last_epoch, training.rise) == (2, 7, pytest.approx(0.5))
    assert training.overfits


def test_epochs_that_were_not_finite_are_passed_over():
    training = read_training(loss(1.0, 0.5, float("nan")))
    assert (training.best_epoch, training.last_epoch) == (2, 2)


@pytest.mark.parametrize(
    ("valid", "words"),
    [
        (TURNED, "over-fits: its validation loss was lowest at epoch 2 of 7 and then rose steadily, by 50"),
        ((1.0, 0.8, 0.6, 0.4), "still falling at the last epoch, 4"),
        ((1.0, 0.5, 0.501, 0.499), "shows no over-fitting"),
        ((1.0, 0.5, 0.9, 0.6, 0.8, 0.55, 0.9), "shows no over-fitting"),  # it wanders
        ((1.0, 0.5, 0.6, 0.7), "shows no over-fitting"),  # two epochs are no trend
    ],
)
def test_the_sentence_follows_the_curve(valid, words):
    assert words in language()(fitting_sentence("The net", read_training(loss(*valid))))


@pytest.mark.parametrize("kept", [0.0, 0.3])
def test_a_loss_that_wanders_is_seldom_said_to_rise(kept):
    """1 % is the level for epochs that do not know of each other; where each keeps a part of the one before, it is more."""
    rng, said = np.random.default_rng(0), 0
    for _ in range(600):
        noise = rng.standard_normal(40)
        for epoch in range(1, 40):
            noise[epoch] += kept * noise[epoch - 1]
        said += read_training(loss(*(1 + np.exp(-np.arange(40)) + 0.3 * noise - noise.min()))).overfits
    assert said / 600 <= (0.015 if kept == 0 else 0.08)


def test_a_loss_that_turned_is_found_in_the_noise():
    rng, said = np.random.default_rng(0), 0
    for _ in range(200):
        curve = 1 + np.exp(-np.arange(40)) + 0.02 * np.clip(np.arange(40) - 10, 0, None) + 0.1 * rng.standard_normal(40)
        said += read_training(loss(*curve)).overfits
    assert said / 200 > 0.95


def test_without_validation_nothing_is_said():
    curve = Curve((1.0,), "epoch", {"train": (1.0,)}, "cell loss")
    assert read_training(curve) is None
    assert read_training(None) is None
    assert fitting_sentence("The net", None) is None
