"""What every estimator promises."""

import inspect
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from tasvir.contracts.checks.trial import (
    example,
    fit,
    methods_of,
    must_be_same,
    must_raise,
    results_of,
    scoring_of,
    unfitted,
    words_of,
)
from tasvir.contracts.specs import is_spec


def check_keyword_only(estimator) -> None:
    """The constructor takes names only, and no **kwargs."""
    kinds = {p.name: p.kind for p in inspect.signature(type(estimator)).parameters.values()}
    loose = [name for name, kind in kinds.items() if kind is not inspect.Parameter.KEYWORD_ONLY]
    assert not loose, f"not keyword-only: {loose}"


def check_settings_stay(estimator) -> None:
    """`fit` on images leaves every setting the very object it was."""
    estimator = unfitted(estimator)
    before = estimator.get_params(deep=False)
    estimator.fit(*example())
    after = estimator.get_params(deep=False)
    changed = [name for name, value in before.items() if after[name] is not value]
    assert not changed, f"fit changed {changed}"


def check_specs_reachable(estimator) -> None:
    """`net__hidden` is a parameter like any other, reached by replacement: the spec itself never changes."""
    for name, spec in estimator.get_params(deep=False).items():
        if not is_spec(spec):
            continue
        words = [word for word in estimator.get_params(deep=True) if word.startswith(f"{name}__")]
        assert words, f"{name}={spec} cannot be reached"
        for word in words:
            value = estimator.get_params()[word]
            changed = unfitted(estimator).set_params(**{word: value})
            assert changed.get_params()[word] == value, f"{word}={value!r} did not arrive"
            assert getattr(changed, name) == spec, f"{word} changed more than itself"
            assert getattr(estimator, name) is spec, f"set_params({word}=) reached into the original"
        must_raise(ValueError, f"{name}__", lambda name=name: unfitted(estimator).set_params(**{f"{name}__nonsense": 1}))


def check_global_streams(estimator) -> None:
    """The random streams of Python, numpy and torch are as they were found."""
    import torch

    def states():
        return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()

    before = states()
    results_of(fit(estimator, *example()), example()[0])
    for stream, was, now in zip(("random", "numpy", "torch"), before, states(), strict=True):
        assert was == now, f"the global stream of {stream} was moved"


def check_seed(estimator) -> None:
    """A seed, or a RandomState of that seed, gives the same results again."""
    X, y = example()
    for make in (lambda: 3, lambda: np.random.RandomState(3)):
        first, second = (results_of(fit(estimator, X, y, random_state=make()), X) for _ in range(2))
        must_be_same(first, second)


def check_bad_X(estimator) -> None:
    """What X may not be is refused with a word about X: at `fit` and, of another shape, afterwards."""
    X, y = example()
    unit = X / 255
    broken = {
        "float images above 1": unit * 2,
        "float images below 0": unit - 1,
        "whole numbers that are not uint8": X.astype(np.int64),
        "two channels": np.stack([X, X], axis=-1),
        "channels before rows": np.repeat(unit[:, None], 3, axis=1),
        "five axes": X[..., None, None],
        "NaN": np.where(unit == unit.max(), np.nan, unit),
        "infinite": np.where(unit == unit.max(), np.inf, unit),
        "no image at all": X[:0],
        "objects": np.full(X.shape, "a", dtype=object),
    }
    for what, wrong in broken.items():
        must_raise(ValueError, "", lambda wrong=wrong: fit(estimator, wrong, y[: len(wrong)]), what)
    must_raise(ValueError, "", lambda: fit(estimator, X, y[:-1]), "fewer labels than images")
    fitted = fit(estimator, X, y)
    for method in methods_of(fitted):
        for what, wrong in {"another size": X[:, :4], "flat": X.reshape(len(X), -1), "not finite": unit * np.nan}.items():
            must_raise(ValueError, "X", lambda method=method, wrong=wrong: getattr(fitted, method)(wrong), f"{method}: {what}")


def check_pipeline(estimator) -> None:
    """In a Pipeline images pass, specs are reachable, and the results are those without one."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    X, y = example()
    last = type(estimator).__name__.lower()
    pipeline = make_pipeline(FunctionTransformer(), unfitted(estimator))
    own = [f"{last}__{word}" for word in estimator.get_params() if "__" in word]
    assert set(own) <= set(pipeline.get_params()), "a pipeline does not reach the specs"
    pipeline.fit(X, y)
    must_be_same(results_of(pipeline[-1], X), results_of(fit(estimator, X, y), X))
    for method in methods_of(pipeline[-1]):
        assert np.array_equal(getattr(pipeline, method)(X), getattr(pipeline[-1], method)(X)), method


def check_cross_validate(estimator) -> None:
    """Over images, in folds of groups; the groups reach `fit`, each fold's own."""
    from sklearn.model_selection import GroupKFold, cross_validate

    X, y = example()
    groups = np.repeat(np.arange(12), 3)
    seen: list[np.ndarray] = []

    class Watched(type(estimator)):
        def fit(self, X, y=None, **given):
            seen.append(given.get("groups"))
            return super().fit(X, y, **given)

    given = {"params": {"groups": groups}} if "groups" in words_of(estimator.fit) else {}
    watched = Watched(**unfitted(estimator).get_params(deep=False))
    how = {"cv": GroupKFold(3), "scoring": scoring_of(estimator), "error_score": "raise"}
    found = cross_validate(watched, X, y, groups=groups, **how, **given)
    assert np.isfinite(found["test_score"]).all(), f"scores {found['test_score']}"
    if given:
        assert [len(np.unique(fold)) for fold in seen] == [8, 8, 8], "groups did not reach fit fold by fold"


def check_grid_search(estimator) -> None:
    """A search over images, through a spec where there is one; the best is fitted again."""
    from sklearn.model_selection import GridSearchCV

    X, y = example()
    params = estimator.get_params()
    word = next((word for word in params if "__" in word), "random_state")
    search = GridSearchCV(
        unfitted(estimator), {word: [params[word], params[word]]}, cv=2, scoring=scoring_of(estimator), error_score="raise"
    )
    search.fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all(), search.cv_results_["mean_test_score"]
    results_of(search.best_estimator_, X)


def check_validation(estimator) -> None:
    """An inner split by default, none for None, and given validation images win; groups of another length are refused."""
    X, y = example()

    def curves(fitted) -> set[str]:
        return {name for name in fitted.history_.names if name.startswith("valid_")}

    assert curves(fit(estimator, X, y, validation_fraction=0.2)), "an inner split gives no validation curve"
    assert not curves(fit(estimator, X, y, validation_fraction=None)), "a validation curve without a split"
    assert not curves(fit(estimator, X[:9], y[:9], validation_fraction=0.2)), "nine images were split"
    given = {"X_val": X[:6], "y_val": y[:6]}
    assert curves(unfitted(estimator, validation_fraction=None).fit(X, y, **given)), "X_val was not looked at"
    first, second = (unfitted(estimator, validation_fraction=f).fit(X, y, **given) for f in (0.2, None))
    must_be_same(results_of(first, X), results_of(second, X))
    must_raise(ValueError, "", lambda: unfitted(estimator).fit(X, y, groups=np.zeros(3)), "groups of another length")


def check_one_by_one(estimator) -> None:
    """An image's result does not depend on the images beside it."""
    X, y = example()
    fitted = fit(estimator, X, y)
    for method in methods_of(fitted):
        function = getattr(fitted, method)
        alone = np.concatenate([function(X[i : i + 1]) for i in range(len(X))])
        assert np.array_equal(alone, function(X)), f"{method} of one image differs from {method} of all"


def check_round_trip(estimator, kind: str, round_trip: Callable[[Any], Any]) -> None:
    """What was saved and loaded gives the very same results, and has the same settings but for how it is run."""
    X, y = example(kind)
    fitted = fit(estimator, X, y)
    loaded = round_trip(fitted)
    assert type(loaded) is type(fitted), f"{type(loaded).__name__} came back"
    must_be_same(results_of(fitted, X), results_of(loaded, X))
    for name, value in fitted.get_params(deep=False).items():
        if name not in ("hooks", "engine", "device"):
            assert getattr(loaded, name) == value, f"{name}={value!r} came back as {getattr(loaded, name)!r}"


CHECKS = (
    check_keyword_only,
    check_settings_stay,
    check_specs_reachable,
    check_global_streams,
    check_seed,
    check_bad_X,
    check_pipeline,
    check_cross_validate,
    check_grid_search,
    check_one_by_one,
)
TRAINED = (check_validation,)
