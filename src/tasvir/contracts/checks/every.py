"""What every estimator promises."""

import inspect
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from tasvir.contracts.checks.trial import Trial, must_be_same, must_raise, words_of
from tasvir.contracts.specs import is_spec


def check_keyword_only(trial: Trial) -> None:
    """The constructor takes names only, and no **kwargs."""
    kinds = {p.name: p.kind for p in inspect.signature(type(trial.estimator)).parameters.values()}
    loose = [name for name, kind in kinds.items() if kind is not inspect.Parameter.KEYWORD_ONLY]
    assert not loose, f"not keyword-only: {loose}"


def check_settings_stay(trial: Trial) -> None:
    """`fit` leaves every setting the very object it was."""
    estimator = trial.unfitted()
    before = estimator.get_params(deep=False)
    assert estimator.fit(*trial.example()) is estimator, "fit does not give the estimator back"
    after = estimator.get_params(deep=False)
    changed = [name for name, value in before.items() if after[name] is not value]
    assert not changed, f"fit changed {changed}"


def check_specs_reachable(trial: Trial) -> None:
    """`net__hidden` is a parameter like any other, reached by replacement: the spec itself never changes."""
    estimator = trial.estimator
    for name, spec in estimator.get_params(deep=False).items():
        if not is_spec(spec):
            continue
        words = [word for word in estimator.get_params(deep=True) if word.startswith(f"{name}__")]
        assert words, f"{name}={spec} cannot be reached"
        for word in words:
            value = estimator.get_params()[word]
            changed = trial.unfitted().set_params(**{word: value})
            assert changed.get_params()[word] == value, f"{word}={value!r} did not arrive"
            assert getattr(changed, name) == spec, f"{word} changed more than itself"
            assert getattr(estimator, name) is spec, f"set_params({word}=) reached into the original"
        nonsense = {f"{name}__nonsense": 1}
        must_raise(ValueError, f"{name}__nonsense", lambda nonsense=nonsense: trial.unfitted().set_params(**nonsense))  # type: ignore[misc]


def check_global_streams(trial: Trial) -> None:
    """The random streams of Python, numpy and torch are as they were found."""
    import torch

    def states() -> tuple[Any, ...]:
        return random.getstate(), repr(np.random.get_state(legacy=False)), torch.get_rng_state().tolist()

    X, y = trial.example()
    before = states()
    trial.results(trial.fit(X, y), X, y)
    for stream, was, now in zip(("random", "numpy", "torch"), before, states(), strict=True):
        assert was == now, f"the global stream of {stream} was moved"


def check_seed(trial: Trial) -> None:
    """A seed, or a RandomState of that seed, gives the same results again."""
    X, y = trial.example()
    for make in (lambda: 3, lambda: np.random.RandomState(3)):
        first, second = (trial.results(trial.fit(X, y, random_state=make()), X, y) for _ in range(2))
        must_be_same(first, second)


def check_bad_X(trial: Trial) -> None:
    """What X may not be is refused with a word about X: at `fit` and, of other values or another shape, afterwards."""
    X, y = trial.example()
    broken = _no_windows(X) if "regressor" in trial.promises else _no_images(X)
    for what, wrong in broken.items():
        must_raise(ValueError, "", lambda wrong=wrong: trial.fit(wrong, y[: len(wrong)]), what=what)  # type: ignore[misc]
    must_raise(ValueError, "", lambda: trial.fit(X, y[:-1]), what="fewer labels than X")
    fitted = trial.fit(X, y)
    later = broken | {"another size": X[:, :4], "flat": X.reshape(len(X), -1)}
    for method in trial.methods:
        for what, wrong in later.items():
            word = "" if what == "objects" else "X" if len(wrong) else "0 sample"
            call = _call(fitted, method, wrong)
            must_raise(ValueError, word, call, what=f"{method}: {what}")


def _call(fitted: Any, method: str, X: np.ndarray) -> Callable[[], Any]:
    return lambda: getattr(fitted, method)(X)


def _no_images(X: np.ndarray) -> dict[str, np.ndarray]:
    unit = X / 255
    return {
        "float images above 1": unit * 2,
        "float images of bytes": X.astype(float),
        "float images below 0": unit - 1,
        "12 bits": X.astype(np.uint16) * 16,
        "whole numbers below 0": X.astype(np.int64) - 300,
        "two channels": np.stack([X, X], axis=-1),
        "channels before rows": np.repeat(unit[:, None], 3, axis=1),
        "five axes": X[..., None, None],
        **_no_numbers(unit),
    }


def _no_windows(X: np.ndarray) -> dict[str, np.ndarray]:
    return {"four axes": X[..., None], **_no_numbers(X)}


def _no_numbers(X: np.ndarray) -> dict[str, np.ndarray]:
    largest = X.max() == X
    return {
        "NaN": np.where(largest, np.nan, X),
        "infinite": np.where(largest, np.inf, X),
        "nothing at all": X[:0],
        "objects": np.full(X.shape, "a", dtype=object),
    }


def check_pipeline(trial: Trial) -> None:
    """In a Pipeline X passes as it is, specs are reachable, and the results are those without one."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    X, y = trial.example()
    last = type(trial.estimator).__name__.lower()
    pipeline = make_pipeline(FunctionTransformer(), trial.unfitted())
    own = [f"{last}__{word}" for word in trial.settings if "__" in word]
    assert set(own) <= set(pipeline.get_params()), "a pipeline does not reach the specs"
    pipeline.fit(X, y)
    must_be_same(trial.results(pipeline[-1], X), trial.results(trial.fit(X, y), X))
    for method in trial.methods:
        assert np.array_equal(getattr(pipeline, method)(X), getattr(pipeline[-1], method)(X)), method


def check_cross_validate(trial: Trial) -> None:
    """In folds of groups; the groups reach `fit`, each fold's own."""
    from sklearn.model_selection import GroupKFold, cross_validate

    X, y = trial.example()
    groups = np.repeat(np.arange(12), 3)
    seen: list[Any] = []
    kind: Any = type(trial.estimator)

    class Watched(kind):
        def fit(self, X: Any, y: Any = None, **given: Any) -> Any:
            seen.append(given.get("groups"))
            return super().fit(X, y, **given)

    given = {"params": {"groups": groups}} if "groups" in words_of(trial.estimator.fit) else {}
    watched = Watched(**trial.unfitted().get_params(deep=False))
    how = {"cv": GroupKFold(3), "scoring": trial.scoring, "error_score": "raise"}
    found = cross_validate(watched, X, y, groups=groups, **how, **given)
    assert np.isfinite(found["test_score"]).all(), f"scores {found['test_score']}"
    if given:
        assert [len(np.unique(fold)) for fold in seen] == [8, 8, 8], "groups did not reach fit fold by fold"


def check_grid_search(trial: Trial) -> None:
    """A search, through a spec where there is one; the best is fitted again."""
    from sklearn.model_selection import GridSearchCV

    X, y = trial.example()
    settings = trial.settings
    word = next((word for word in settings if "__" in word), next(iter(settings)))
    grid = {word: [settings[word], settings[word]]}
    search = GridSearchCV(trial.unfitted(), grid, cv=2, scoring=trial.scoring, error_score="raise")
    search.fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all(), search.cv_results_["mean_test_score"]
    trial.results(search.best_estimator_, X)


def check_validation(trial: Trial) -> None:
    """An inner split by default, none for None, and a given validation set wins; groups of another length are refused.

    What is held out shows as a validation loss or, for one that has none, as epochs in which it was compared with.
    """
    X, y = trial.example()

    def curves(fitted: Any) -> set[Any]:
        losses = {name for name in fitted.history_.names if name.startswith("valid_")}
        return losses | set(getattr(fitted, "record_", {}).get("measured_epochs", ()))

    assert curves(trial.fit(X, y, validation_fraction=0.2)), "an inner split gives no validation curve"
    assert not curves(trial.fit(X, y, validation_fraction=None)), "a validation curve without a split"
    assert not curves(trial.fit(X[:9], y[:9], validation_fraction=0.2)), "nine images were split"
    given = {"X_val": X[:6], "y_val": y[:6]}
    assert curves(trial.unfitted(validation_fraction=None).fit(X, y, **given)), "X_val was not looked at"
    first, second = (trial.unfitted(validation_fraction=f).fit(X, y, **given) for f in (0.2, None))
    must_be_same(trial.results(first, X), trial.results(second, X))
    must_raise(ValueError, "", lambda: trial.unfitted().fit(X, y, groups=np.zeros(3)), what="groups of another length")


def check_one_by_one(trial: Trial) -> None:
    """The result of a row does not depend on the rows beside it."""
    X, y = trial.example()
    fitted = trial.fit(X, y)
    for method in trial.methods:
        function = getattr(fitted, method)
        alone = np.concatenate([function(X[i : i + 1]) for i in range(len(X))])
        assert np.array_equal(alone, function(X)), f"{method} of one row differs from {method} of all"


def check_round_trip(trial: Trial, kind: str, round_trip: Callable[[Any], Any]) -> None:
    """What was saved and loaded gives the very same results, and has the same settings but for how it is run."""
    X, y = trial.example(kind)
    fitted = trial.fit(X, y)
    loaded = round_trip(fitted)
    assert type(loaded) is type(fitted), f"{type(loaded).__name__} came back"
    must_be_same(trial.results(fitted, X, y), trial.results(loaded, X, y))
    _must_be_set_alike(fitted, loaded)


def _must_be_set_alike(first: Any, second: Any) -> None:
    for name, value in first.get_params(deep=False).items():
        found = getattr(second, name)
        if hasattr(value, "get_params"):
            assert type(found) is type(value), f"{name}={value!r} came back as {found!r}"
            _must_be_set_alike(value, found)
        elif name not in ("hooks", "engine", "device"):
            assert found == value, f"{name}={value!r} came back as {found!r}"


CHECKS = (
    check_keyword_only,
    check_settings_stay,
    check_specs_reachable,
    check_global_streams,
    check_seed,
    check_bad_X,
)
#: For what goes into scikit-learn's own tools; imbalanced-learn's resamplers go into its own.
IN_TOOLS = (check_pipeline, check_cross_validate, check_grid_search)


def checks_for(trial: Trial) -> tuple[Callable[..., None], ...]:
    """For an estimator of any promise, by what it declares to take."""
    tools = () if trial.resamples else IN_TOOLS
    rows = (check_one_by_one,) if trial.methods else ()
    validated = (check_validation,) if "validation_fraction" in trial.settings and not trial.resamples else ()
    return (*CHECKS, *tools, *rows, *validated)
