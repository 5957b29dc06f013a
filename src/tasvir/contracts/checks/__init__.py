"""What Tasvir's estimators promise beyond scikit-learn's checks, as checks over an instance: images as well as flat X.

`promise_checks(estimator, promises)` yields those of the promises that are declared for it, whichever methods it happens to
have; each is a function of an unfitted estimator that raises where a promise is broken. No model is imported here: the list of
instances lives with the tests.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tasvir.contracts.checks import classifier, denoiser, every, regressor, resampler, sampler, transformer
from tasvir.contracts.checks.trial import Trial, words_of
from tasvir.contracts.errors import BadInputError

#: promise -> the checks that prove it, for an estimator on trial.
PROMISES: dict[str, Callable[[Trial], tuple[Callable[..., None], ...]]] = {
    "transformer": transformer.checks_for,
    "denoiser": denoiser.checks_for,
    "sampler": sampler.checks_for,
    "classifier": classifier.checks_for,
    "resampler": resampler.checks_for,
    "regressor": regressor.checks_for,
}


@dataclass(frozen=True)
class Check:
    """One check of an estimator's promises, called with it; its `name` is readable, as 'check_transform-gray uint8'."""

    function: Callable[..., None]
    promises: tuple[str, ...]
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return "-".join([self.function.__name__, *(word for word in self.given.values() if isinstance(word, str))])

    def __call__(self, estimator: Any) -> None:
        self.function(Trial(estimator, self.promises), **self.given)


def promise_checks(estimator: Any, promises: Sequence[str], *, round_trip: Callable[[Any], Any] | None = None) -> Iterator[Check]:
    """Every check of `promises` for `estimator`; `round_trip` saves a fitted one and gives what is loaded again."""
    if not promises or not set(promises) <= set(PROMISES):
        raise BadInputError(f"promises={promises!r}: give at least one, of {', '.join(PROMISES)}")
    trial = Trial(estimator, tuple(promises))
    groups = (every.checks_for, *(PROMISES[promise] for promise in promises))
    functions = list(dict.fromkeys(function for group in groups for function in group(trial)))
    if round_trip is not None:
        functions.append(every.check_round_trip)
    for function in functions:
        given = {} if "round_trip" not in words_of(function) else {"round_trip": round_trip}
        kinds = [{"kind": kind} for kind in trial.kinds] if "kind" in words_of(function) else [{}]
        yield from (Check(function, trial.promises, given | kind) for kind in kinds)
