"""Every estimator keeps scikit-learn's promises (flat input) and ours (images too)."""

import tempfile

import pytest
from catalogue import ESTIMATORS
from sklearn.utils.estimator_checks import parametrize_with_checks

from tasvir.contracts.checks import check_name, promise_checks
from tasvir.models.folder import load_model, save_model


@parametrize_with_checks(list(ESTIMATORS.values()))
def test_scikit_learn(estimator, check):
    check(estimator)


def save_and_load(fitted):
    with tempfile.TemporaryDirectory() as folder:
        return load_model(save_model(fitted, f"{folder}/model"))


OURS = [
    pytest.param(estimator, check, id=f"{name}-{check_name(check)}")
    for name, estimator in ESTIMATORS.items()
    for check in promise_checks(estimator, round_trip=save_and_load)
]


@pytest.mark.parametrize(("estimator", "check"), OURS)
def test_ours(estimator, check):
    check(estimator)
