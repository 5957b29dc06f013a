"""Scores agree with scikit-learn's, intervals are sound, and ten thousand images take seconds."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from tasvir.contracts.errors import BadInputError
from tasvir.measures.classification import (
    accuracy,
    auc,
    auc_of_weights,
    balanced_accuracy,
    balanced_accuracy_of_weights,
    confusion,
    roc_curve,
    score_classifier,
)


def simulated(n, K, seed=0, skill=1.0, ties=False):
    rng = np.random.default_rng(seed)
    y = np.r_[np.arange(K), np.arange(K), rng.integers(0, K, n - 2 * K)]
    logits = rng.normal(size=(n, K)) + skill * np.eye(K)[y]
    if ties:
        logits = logits.round()
    proba = np.exp(logits)
    return y, proba / proba.sum(axis=1, keepdims=True)


@given(n=st.integers(20, 200), K=st.integers(2, 5), seed=st.integers(0, 99), ties=st.booleans())
def test_scores_are_scikit_learns(n, K, seed, ties):
    y, proba = simulated(n, K, seed, ties=ties)
    pred = proba.argmax(axis=1)
    assert accuracy(y, pred) == pytest.approx(metrics.accuracy_score(y, pred))
    assert balanced_accuracy(y, pred) == pytest.approx(metrics.balanced_accuracy_score(y, pred))
    np.testing.assert_array_equal(confusion(y, pred, K), metrics.confusion_matrix(y, pred, labels=range(K)))
    theirs = metrics.roc_auc_score(y, proba[:, 1] if K == 2 else proba, multi_class="ovr", average="macro")
    assert auc(y, proba) == pytest.approx(theirs)


@given(seed=st.integers(0, 99))
def test_auc_looks_only_at_the_order_and_mirrors(seed):
    y, proba = simulated(40, 2, seed)
    score = np.round(proba[:, 1], 1)
    found = auc(y, np.c_[-score, score])
    assert auc(y, np.c_[-score, np.exp(3 * score) - 7]) == pytest.approx(found)
    assert auc(1 - y, np.c_[score, -score]) == pytest.approx(found)


def test_roc_curve_has_the_area_of_auc_and_scikit_learns_points():
    y, proba = simulated(200, 2, ties=True)
    fpr, tpr = roc_curve(y, proba[:, 1])
    assert np.trapezoid(tpr, fpr) == pytest.approx(auc(y, proba))
    theirs = metrics.roc_curve(y, proba[:, 1], drop_intermediate=False)
    np.testing.assert_allclose(fpr, theirs[0])
    np.testing.assert_allclose(tpr, theirs[1])


@pytest.mark.parametrize("K", [2, 4])
def test_weights_are_repeats(K):
    y, proba = simulated(60, K, ties=True)
    pred = proba.argmax(axis=1)
    weights = np.random.default_rng(1).integers(0, 3, (60, 7)).astype(float)
    for column, found_auc, found_ba in zip(
        weights.T, auc_of_weights(y, proba)(weights), balanced_accuracy_of_weights(y, pred)(weights), strict=True
    ):
        rows = np.repeat(np.arange(60), column.astype(int))
        assert found_auc == pytest.approx(auc(y[rows], proba[rows]))
        assert found_ba == pytest.approx(balanced_accuracy(y[rows], pred[rows]))


def test_one_class_has_no_auc():
    assert np.isnan(auc(np.zeros(5, int), np.full((5, 2), 0.5)))


def test_intervals_hold_their_value_and_groups_widen_them():
    y, proba = simulated(300, 3)
    alone = score_classifier(y, proba)
    y4, proba4, groups = np.repeat(y, 4), np.repeat(proba, 4, axis=0), np.repeat(np.arange(300), 4)
    naive, grouped = score_classifier(y4, proba4), score_classifier(y4, proba4, groups)
    for name in ("accuracy", "balanced_accuracy", "auc"):
        assert alone[name].low < alone[name].value < alone[name].high
        assert grouped[name].high - grouped[name].low > 1.7 * (naive[name].high - naive[name].low)
    assert alone["accuracy"].method == "Wilson"
    assert grouped["accuracy"].method == "Wilson over groups"


def test_a_perfect_score_still_has_an_interval():
    y = np.r_[np.zeros(90, int), np.ones(10, int)]
    scores = score_classifier(y, np.eye(2)[y])
    assert scores["balanced_accuracy"].low == pytest.approx(0.86, abs=0.01)
    assert 0.8 < scores["auc"].low < 0.95
    assert scores["accuracy"].low == pytest.approx(0.9630, abs=1e-4)
    assert all(scores[name].high == 1 for name in ("accuracy", "balanced_accuracy", "auc"))
    for name in ("log_loss", "brier"):
        assert scores[name].low == scores[name].value == 0 < scores[name].high


def test_always_the_same_answer_is_certainly_no_better_than_guessing():
    y = np.r_[np.zeros(90, int), np.ones(10, int)]
    scores = score_classifier(y, np.tile([1.0, 0.0], (100, 1)))
    assert (scores["auc"].low, scores["auc"].high) == (0.5, 0.5)
    known = scores["balanced_accuracy"]
    assert (known.low, known.value, known.high) == (0.5, 0.5, 0.5)


def test_the_same_answer_from_probabilities_that_differ_has_an_interval():
    y = np.r_[np.zeros(90, int), np.ones(10, int)]
    sure = np.linspace(0.6, 0.9, 100)
    found = score_classifier(y, np.column_stack([sure, 1 - sure]))["balanced_accuracy"]
    assert found.low < 0.5 < found.high


@pytest.mark.parametrize(("n_groups", "there"), [(4, False), (5, True)])
def test_few_groups_have_no_interval(n_groups, there):
    y, proba = simulated(100, 2)
    for found in score_classifier(y, proba, np.arange(100) % n_groups).values():
        assert np.isfinite([found.low, found.high]).all() == there
        assert there or found.method == "no interval: 4 groups, 5 are needed"


def test_losses_are_scikit_learns():
    from sklearn.metrics import brier_score_loss, log_loss

    for K in (2, 3):
        y, proba = simulated(200, K)
        scores = score_classifier(y, proba)
        assert scores["log_loss"].value == pytest.approx(log_loss(y, proba))
        assert scores["brier"].value == pytest.approx(brier_score_loss(y, proba[:, 1] if K == 2 else proba))


@pytest.mark.parametrize("sure", [0.5, 3.0])
def test_intervals_of_losses_hold_the_truth(sure):
    """A good classifier on 50 images, mostly without a mistake; `benchmarks/intervals.py` looks at many cases."""
    rng, held = np.random.default_rng(0), 0

    def drawn(n):
        y = rng.integers(0, 2, n)
        logit = sure * 4 * (rng.normal(size=n) + 4 * (y - 0.5))
        positive = 1 / (1 + np.exp(-logit))
        return y, np.column_stack([1 - positive, positive])

    y, proba = drawn(200_000)
    truth = -np.log(np.maximum(proba[np.arange(len(y)), y], 1.2e-7)).mean()
    for _ in range(200):
        found = score_classifier(*drawn(50))["log_loss"]
        held += found.low <= truth <= found.high
    assert held >= 184


def test_words_stand_for_columns_in_sorted_order_or_as_classes_says():
    proba = np.array([[0.9, 0.1], [0.2, 0.8]] * 10)
    assert score_classifier(["cat", "dog"] * 10, proba)["accuracy"].value == 1
    assert score_classifier(["cat", "dog"] * 10, proba, classes=["dog", "cat"])["accuracy"].value == 0
    assert score_classifier(["cat", "cat"] * 10, proba, classes=["cat", "dog"])["accuracy"].value == 0.5


@pytest.mark.parametrize(
    ("y", "proba", "words"),
    [
        ([0, 1], [[0.9, 0.3], [0.5, 0.5]], "row 0 sum to 1.2"),
        ([0, 1], [[0.9, 0.1], [0.5, np.nan]], "row 1 are not finite"),
        ([0, 1], [[1.9, -0.9], [0.5, 0.5]], "row 0; probabilities lie in 0..1"),
        (["a", "b", "c"], [[0.9, 0.1]] * 3, r"3 classes among the labels \(a, b, c\) and 2 columns"),
        ([0, 5], [[0.2, 0.3, 0.5]] * 2, "2 classes among the labels"),
        ([0.0, np.nan], [[0.9, 0.1]] * 2, "labels that are not finite"),
    ],
)
def test_what_is_no_probability_or_has_no_column_is_refused(y, proba, words):
    with pytest.raises(BadInputError, match=words):
        score_classifier(y, proba)


def test_ten_thousand_images_of_ten_classes_take_seconds():
    y, proba = simulated(10_000, 10)
    start = time.perf_counter()
    score_classifier(y, proba)
    assert time.perf_counter() - start < 30  # 4 s on an idle core; a loaded machine is no defect


@pytest.mark.parametrize(
    "call",
    [
        lambda: accuracy(np.zeros(3), np.zeros(4)),
        lambda: balanced_accuracy(np.zeros(0), np.zeros(0)),
        lambda: confusion(np.array([0, 2]), np.array([0, 1]), 2),
        lambda: auc(np.zeros(3), np.zeros(3)),
        lambda: score_classifier(np.zeros(3), np.zeros((3, 1))),
        lambda: roc_curve(np.zeros(3), np.zeros(3)),
    ],
)
def test_shapes_and_labels_that_do_not_fit_are_refused(call):
    with pytest.raises(BadInputError):
        call()
