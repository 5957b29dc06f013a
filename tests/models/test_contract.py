"""Every estimator keeps scikit-learn's promises (flat input) and ours (images too)."""

import tempfile

import pytest
from catalogue import ESTIMATORS, promises_of
from sklearn.utils.estimator_checks import parametrize_with_checks

from tasvir.contracts.checks import promise_checks
from tasvir.models.folder import load_model, save_model
from tasvir.models.names import MODELS

#: Data so small, or of blobs, fall apart into several graphs of neighbours; that a user hears of it is tested elsewhere.
pytestmark = pytest.mark.filterwarnings("ignore:the graph of neighbours has:UserWarning")


def expected_failures(estimator) -> dict[str, str]:
    """check -> why it cannot hold; at most two an estimator."""
    if "class_weight" not in estimator.get_params():
        return {}
    return {
        "check_sample_weight_equivalence_on_dense_data": "an image given twice meets two batches, one of weight 2 a single one"
    }


@parametrize_with_checks(list(ESTIMATORS.values()), expected_failed_checks=expected_failures)
def test_scikit_learn(estimator, check):
    check(estimator)


def save_and_load(fitted):
    with tempfile.TemporaryDirectory() as folder:
        return load_model(save_model(fitted, f"{folder}/model"))


OURS = [
    pytest.param(estimator, check, id=f"{name}-{check.name}")
    for name, estimator in ESTIMATORS.items()
    for check in promise_checks(estimator, promises_of(estimator), round_trip=save_and_load)
]


@pytest.mark.parametrize(("estimator", "check"), OURS)
def test_ours(estimator, check):
    check(estimator)


def test_every_model_is_tried():
    assert {type(estimator).__name__ for estimator in ESTIMATORS.values()} == set(MODELS)
