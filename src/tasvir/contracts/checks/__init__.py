"""What Tasvir's estimators promise beyond scikit-learn's checks, as checks over an instance: images as well as flat X.

`promise_checks(estimator)` yields those that the estimator's methods call for; each is a function of an unfitted estimator that
raises where a promise is broken. No model is imported here: the list of instances lives with the tests.
"""

import functools
from collections.abc import Callable, Iterator
from typing import Any

from tasvir.contracts.checks import classifier, every, sampler, transformer
from tasvir.contracts.checks.trial import KINDS, draws_from_codes, words_of

Check = Callable[[Any], None]


def promise_checks(estimator: Any, *, round_trip: Callable[[Any], Any] | None = None) -> Iterator[Check]:
    """Every check for `estimator`; `round_trip` saves a fitted one and gives what is loaded again."""
    checks: list[Callable] = list(every.CHECKS)
    if "X_val" in words_of(estimator.fit):
        checks += every.TRAINED
    if hasattr(estimator, "transform"):
        checks += transformer.CHECKS
    if draws_from_codes(estimator):
        checks += transformer.DRAWING
    elif hasattr(estimator, "inverse_transform"):
        checks += transformer.CONDITIONAL
    if hasattr(estimator, "predict_proba"):
        checks += classifier.CHECKS
    if hasattr(estimator, "sample"):
        checks += sampler.CHECKS
    if round_trip is not None:
        checks.append(functools.partial(every.check_round_trip, round_trip=round_trip))
    for check in checks:
        if "kind" in words_of(check):
            yield from (functools.partial(check, kind=kind) for kind in KINDS)
        else:
            yield check


def check_name(check: Check) -> str:
    """A readable name, as 'check_transform-gray uint8'."""
    if not isinstance(check, functools.partial):
        return check.__name__
    return "-".join([check_name(check.func), *(word for word in check.keywords.values() if isinstance(word, str))])
