"""class_weight and sample_weight mean what scikit-learn's mean."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import cross_validate
from torch.nn import functional

from tasvir import ImageClassifier, MLPSpec
from tasvir.contracts.checks.trial import example
from tasvir.models.classification_task import _cross_entropy
from tasvir.models.weights import training_weights

X, Y = example()
FEW = {"net": MLPSpec(hidden=(8,)), "max_epochs": 4, "batch_size": 8, "learning_rate": 0.02, "device": "cpu", "random_state": 0}


def fitted(X=X, y=Y, sample_weight=None, given=None, **settings):
    return ImageClassifier(**FEW | settings).fit(X, y, sample_weight, **given or {})


def same(a, b) -> bool:
    nets = zip(a.net_.state_dict().values(), b.net_.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in nets) and a.history_.rows == b.history_.rows


@pytest.mark.parametrize(
    ("settings", "weights"),
    [({}, np.full(36, 0.3)), ({"class_weight": "balanced"}, None), ({"class_weight": {"bee": 1.0}}, None)],
    ids=["equal weights", "balanced already", "all ones"],
)
def test_weights_that_change_nothing_change_no_bit(settings, weights):
    assert same(fitted(), fitted(sample_weight=weights, **settings))


def test_an_image_of_weight_zero_is_as_if_it_were_not_there():
    weights, groups = np.ones(36), np.repeat(np.arange(12), 3)
    weights[[0, 4, 5, 20]] = 0
    kept = weights > 0
    for more in ({}, {"groups": groups}):
        left = {name: value[kept] for name, value in more.items()}
        assert same(fitted(sample_weight=weights, given=more), fitted(X[kept], Y[kept], given=left))
    flat = X.reshape(36, -1) * 1.5
    flat[0] *= 100  # its units are not learned either
    assert same(fitted(flat, sample_weight=weights), fitted(flat[kept], Y[kept]))


def test_only_proportions_matter():
    weights = np.arange(1.0, 37)
    assert same(fitted(sample_weight=weights), fitted(sample_weight=8 * weights))


@pytest.mark.parametrize("class_weight", [{"ant": 4.0, "cat": 0.5}, {"ant": 8, "bee": 2, "cat": 1}])
def test_a_class_weight_is_the_weight_of_its_images(class_weight):
    weights = np.array([class_weight.get(label, 1.0) for label in Y])
    assert same(fitted(class_weight=class_weight), fitted(sample_weight=weights))


def test_balanced_is_in_inverse_proportion_and_by_sample_weight():
    labels, sample_weight = np.array(["a"] * 6 + ["b"] * 2), np.repeat([1.0, 3.0], [6, 2])
    np.testing.assert_allclose(
        training_weights(labels, class_weight="balanced", sample_weight=None), np.repeat([8 / 12, 8 / 4], [6, 2]), rtol=1e-6
    )
    found = training_weights(labels, class_weight="balanced", sample_weight=sample_weight)
    np.testing.assert_allclose(found, sample_weight / 1.5, rtol=1e-6)  # both classes weigh 6 already


@given(weights=st.lists(st.floats(0.01, 100), min_size=2, max_size=20))
def test_weights_have_a_mean_of_one(weights):
    found = training_weights(np.arange(len(weights)) % 2, class_weight=None, sample_weight=np.array(weights))
    assert found is None or found.mean() == pytest.approx(1, rel=1e-5)
    assert found is None or np.allclose(found, np.array(weights) / np.mean(weights), rtol=1e-5)


def test_the_loss_is_the_mean_of_weight_times_cross_entropy():
    logits, y = torch.randn(5, 3), torch.tensor([0, 1, 2, 1, 0])
    weights = torch.tensor([0.5, 2.0, 1.0, 0.0, 1.5])
    expected = (
        sum(w * functional.cross_entropy(row[None], label[None]) for w, row, label in zip(weights, logits, y, strict=True)) / 5
    )
    torch.testing.assert_close(_cross_entropy(logits, y, weights), expected)
    assert torch.equal(_cross_entropy(logits, y), functional.cross_entropy(logits, y))


def test_what_is_watched_counts_every_image_once():
    given = {"X_val": X[:6], "y_val": Y[:6]}
    heavy, plain = (fitted(max_epochs=1, learning_rate=1e-12, sample_weight=w, given=given) for w in (np.arange(1.0, 37), None))
    assert heavy.history_["valid_loss"] == pytest.approx(plain.history_["valid_loss"], rel=1e-5)
    assert heavy.history_["loss"][0] != pytest.approx(plain.history_["loss"][0], rel=1e-5)


def test_a_weighted_class_is_named_more_often():
    noise = np.random.default_rng(0).random((90, 4, 4))
    y = np.arange(90) % 3
    shares = [(fitted(noise, y, class_weight=w).predict(noise) == 0).mean() for w in (None, {0: 50, 1: 1, 2: 1})]
    assert shares[1] > 0.9 > shares[0]


def test_weights_reach_each_fold():
    found = cross_validate(
        ImageClassifier(**FEW), X, Y, cv=3, params={"sample_weight": np.ones(36)}, error_score="raise", return_estimator=True
    )
    plain = cross_validate(ImageClassifier(**FEW), X, Y, cv=3, return_estimator=True)
    assert all(map(same, found["estimator"], plain["estimator"]))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"class_weight": "even"}, "class_weight='even': give None, 'balanced' or a dict"),
        ({"class_weight": {"yak": 2.0}}, "y has ant, bee, cat"),
        ({"class_weight": {"ant": -1}}, "class_weight has -1 for a class"),
        ({"class_weight": {"ant": "much"}}, "class_weight has 'much' for a class"),
        ({"class_weight": dict.fromkeys(("ant", "bee", "cat"), 0)}, "weight of zero"),
        ({"sample_weight": np.zeros(36)}, "non-zero"),
        ({"sample_weight": np.ones(5)}, "sample_weight"),
        ({"sample_weight": -np.ones(36)}, "[Nn]egative"),
        ({"sample_weight": np.full(36, np.nan)}, "NaN"),
        ({"sample_weight": (Y == "ant").astype(float)}, "one class"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_weights_that_are_none_are_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        fitted(**wrong)
