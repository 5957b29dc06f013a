"""Over-fitting is read from the validation loss."""

import pytest

from tasvir.report.cells import Curve
from tasvir.report.fitting import fitting_sentence, read_training


def loss(*valid: float) -> Curve:
    x = tuple(float(i) for i in range(1, len(valid) + 1))
    return Curve(x, "epoch", {"train": tuple(1 / i for i in x), "valid": valid}, "cell loss")


def test_the_lowest_epoch_and_the_rise_after_it():
    training = read_training(loss(1.0, 0.5, 0.6, 0.75))
    assert (training.best_epoch, training.last_epoch, training.rise) == (2, 4, pytest.approx(0.5))
    assert training.overfits


def test_epochs_that_were_not_finite_are_passed_over():
    training = read_training(loss(1.0, 0.5, float("nan")))
    assert (training.best_epoch, training.last_epoch) == (2, 2)


@pytest.mark.parametrize(
    ("valid", "words"),
    [
        ((1.0, 0.5, 0.6, 0.75), "over-fits: its validation loss was lowest at epoch 2 of 4 and then rose by 50"),
        ((1.0, 0.8, 0.6, 0.4), "still falling at the last epoch, 4"),
        ((1.0, 0.5, 0.501, 0.499), "shows no over-fitting"),
    ],
)
def test_the_sentence_follows_the_curve(valid, words):
    assert words in str(fitting_sentence("The net", read_training(loss(*valid))))


def test_without_validation_nothing_is_said():
    curve = Curve((1.0,), "epoch", {"train": (1.0,)}, "cell loss")
    assert read_training(curve) is None
    assert read_training(None) is None
    assert fitting_sentence("The net", None) is None
