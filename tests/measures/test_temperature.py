"""The temperature: known where it can be, and bounded where validation images are few."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax

from tasvir.contracts.errors import BadInputError
from tasvir.measures.temperature import HOTTEST, fitted_temperature, log_probabilities, softened


def drawn(scores: np.ndarray, seed: int = 1) -> np.ndarray:
    """Labels that are as frequent as the softmax of the scores says."""
    return (np.random.default_rng(seed).random((len(scores), 1)) > softmax(scores, axis=1).cumsum(axis=1)).sum(axis=1)


@pytest.mark.parametrize("true", [0.5, 1.0, 3.0])
def test_scores_that_were_multiplied_are_divided_again(true):
    scores = np.random.default_rng(0).normal(0, 2, (20_000, 4))
    assert fitted_temperature(drawn(scores), scores * true) == pytest.approx(true, rel=0.05)


def test_the_loss_on_the_images_that_it_was_chosen_on_is_not_greater():
    scores = np.random.default_rng(0).normal(0, 5, (200, 3))
    y = drawn(scores / 4)
    temperature = fitted_temperature(y, scores)
    before, after = (-log_softmax(scores / t, axis=1)[np.arange(200), y].mean() for t in (1.0, temperature))
    assert after < before


def test_images_that_are_all_right_ask_for_no_certainty():
    y = np.array([0, 1] * 10)
    scores = log_probabilities(np.where(np.eye(2)[y] > 0, 0.9, 0.1))
    temperature = fitted_temperature(y, scores)
    assert 1 / HOTTEST < temperature < 1
    assert 0.95 < softened(scores, temperature).max() < 0.999


def test_the_most_probable_class_stays():
    proba = np.random.default_rng(2).dirichlet(np.ones(5), 50)
    for temperature in (0.1, 1, 10):
        found = softened(log_probabilities(proba), temperature)
        assert (found.argmax(1) == proba.argmax(1)).all()
        np.testing.assert_allclose(found.sum(1), 1)
    np.testing.assert_allclose(softened(log_probabilities(proba), 1), proba)


@pytest.mark.parametrize(
    ("y", "scores", "words"),
    [
        ([0, 1], [[0.0, 1.0]], "scores of shape"),
        ([0, 2], [[0.0, 1.0]] * 2, "labels from 0 to 2 for 2 columns"),
        ([0, 1], [[0.0, -np.inf]] * 2, "not finite"),
    ],
)
def test_what_does_not_fit_is_refused(y, scores, words):
    with pytest.raises(BadInputError, match=words):
        fitted_temperature(np.array(y), np.array(scores))
