"""k-NN as scikit-learn's, k chosen without the test set, folds even and groups whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from tasvir.contracts.errors import BadInputError
from tasvir.measures.neighbours import knn_accuracy, spread_folds, spread_sample


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    return {"train": X[:1000], "y_train": y[:1000], "test": X[1000:], "y_test": y[1000:]}


def test_predictions_are_scikit_learns(digits):
    train, y_train, test, y_test = digits.values()
    found = knn_accuracy(**digits)
    theirs = KNeighborsClassifier(found.k).fit(train, y_train)
    np.testing.assert_array_equal(found.predictions, theirs.predict(test))
    np.testing.assert_allclose(found.probabilities, theirs.predict_proba(test), rtol=1e-6)
    assert found.accuracy.value == pytest.approx(theirs.score(test, y_test))
    assert found.cv_accuracy[found.k] == max(found.cv_accuracy.values())


def test_one_search_gives_what_a_search_for_each_k_gives(digits):
    every = knn_accuracy(**digits).cv_accuracy
    for k in (1, 10):
        assert knn_accuracy(**digits, ks=(k,)).cv_accuracy == {k: every[k]}


def test_labels_may_be_any_and_the_test_set_does_not_choose_k(digits):
    train, y_train, test, y_test = digits.values()
    names = np.array([f"class {c}" for c in range(10)])
    found, plain = knn_accuracy(train, names[y_train], test=test, y_test=names[y_test]), knn_accuracy(**digits)
    assert found.accuracy == plain.accuracy
    assert knn_accuracy(**digits | {"y_test": np.zeros_like(y_test)}).k == plain.k


@given(n=st.integers(5, 300), K=st.integers(1, 5), seed=st.integers(0, 9))
def test_folds_and_samples_give_every_class_its_share(n, K, seed):
    codes = np.random.default_rng(seed).integers(0, K, n)
    folds = spread_folds(codes, seed=seed)
    assert np.ptp(np.bincount(folds, minlength=5)) <= 1
    for c in np.unique(codes):
        assert np.ptp(np.bincount(folds[codes == c], minlength=5)) <= 1
    rows = spread_sample(codes, n // 2 + 1, seed)
    assert len(np.unique(rows)) == len(rows) == min(n, n // 2 + 1)
    wanted = np.bincount(codes, minlength=K) * len(rows) / n
    assert np.all(np.abs(np.bincount(codes[rows], minlength=K) - wanted) <= 1)


@given(seed=st.integers(0, 9))
def test_a_group_stays_in_one_fold(seed):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 30, 200)
    folds = spread_folds(rng.integers(0, 3, 200), groups, seed=seed)
    assert all(len(np.unique(folds[groups == g])) == 1 for g in np.unique(groups))


def test_copies_in_a_group_do_not_flatter_k_1():
    rng = np.random.default_rng(0)
    X, y = np.repeat(rng.normal(size=(200, 3)), 2, axis=0), np.repeat(rng.integers(0, 2, 200), 2)
    pairs = np.repeat(np.arange(200), 2)
    naive = knn_accuracy(X, y, test=X, y_test=y, ks=(1,))
    grouped = knn_accuracy(X, y, test=X, y_test=y, ks=(1,), groups=pairs, test_groups=pairs)
    assert naive.cv_accuracy[1] > 0.7
    assert grouped.cv_accuracy[1] < 0.7
    assert grouped.accuracy.n == 200


def test_what_cannot_be_searched_is_refused(digits):
    train, y_train, test, y_test = digits.values()
    with pytest.raises(BadInputError, match="not finite"):
        knn_accuracy(np.full((10, 2), np.nan), y_train[:10], test=test, y_test=y_test)
    with pytest.raises(BadInputError, match=r"expected \(n, F\)"):
        knn_accuracy(train, y_train[:5], test=test, y_test=y_test)
    with pytest.raises(BadInputError, match="no k between 1 and"):
        knn_accuracy(train[:10], y_train[:10], test=test, y_test=y_test, ks=(50,))
