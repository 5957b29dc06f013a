"""Every estimator keeps scikit-learn's promises (flat input) and ours (images too)."""

import sys
from pathlib import Path

from sklearn.utils.estimator_checks import parametrize_with_checks

sys.path.insert(0, str(Path(__file__).parents[1]))
from catalogue import ESTIMATORS


@parametrize_with_checks(list(ESTIMATORS.values()))
def test_scikit_learn(estimator, check):
    check(estimator)
