"""How an estimator is tried: small data that suit its promises, all that it says of them, and what it must refuse."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

#: What images may be: (shape of one, dtype); flat numbers other than uint8 are of any range.
KINDS = {
    "gray uint8": ((8, 8), "uint8"),
    "odd float64": ((11, 9), "float64"),
    "one channel float32": ((8, 8, 1), "float32"),
    "RGB uint8": ((9, 8, 3), "uint8"),
    "flat uint8": ((20,), "uint8"),
    "flat float32": ((20,), "float32"),
}
#: What a regressor's windows may be: (steps, features); flat ones are steps of one feature.
WINDOWS = {
    "windows float64": ((6, 2), "float64"),
    "one feature float32": ((8, 1), "float32"),
    "whole numbers": ((6, 2), "int64"),
    "flat float32": ((20,), "float32"),
}
CLASSES = np.array(["ant", "bee", "cat"])
#: What takes X and gives one row a row, by promise.
METHODS = {
    "transformer": ("transform",),
    "denoiser": ("transform",),
    "classifier": ("predict", "predict_proba"),
    "regressor": ("predict",),
}


def example(kind: str = "gray uint8") -> tuple[np.ndarray, np.ndarray]:
    """36 images of three classes, each class brighter than the one before, and their labels."""
    shape, dtype = KINDS[kind]
    y = np.arange(36) % 3
    X = 0.6 * np.random.default_rng(0).random((36, *shape)) + 0.2 * y.reshape(-1, *[1] * len(shape))
    if dtype == "uint8":
        X = np.rint(255 * X)
    elif len(shape) == 1:
        X = 50 * X - 10
    return X.astype(dtype), CLASSES[y]


def unequal_example(kind: str = "gray uint8") -> tuple[np.ndarray, np.ndarray]:
    """The same with 12, 9 and 6 images of the three classes."""
    X, y = example(kind)
    place = np.arange(36) // 3
    rows = np.flatnonzero(place < np.select([y == "ant", y == "bee"], [12, 9], 6))
    return X[rows], y[rows]


def window_example(kind: str = "windows float64") -> tuple[np.ndarray, np.ndarray]:
    """36 windows of a series that goes on as it did, and the next value of its first feature."""
    shape, dtype = WINDOWS[kind]
    n_steps, n_features = (*shape, 1)[:2]
    time = np.arange(36)[:, None] + np.arange(n_steps + 1)
    series = np.stack(
        [20 * np.sin(2 * np.pi * (time + 3 * feature) / 12) + 30 * (feature + 1) for feature in range(n_features)], -1
    )
    X, y = series[:, :-1].reshape(36, *shape), series[:, -1, 0]
    return (np.rint(X) if dtype == "int64" else X).astype(dtype), y


@dataclass(frozen=True)
class Trial:
    """An unfitted `estimator` and what it promises."""

    estimator: Any
    promises: tuple[str, ...]

    def example(self, kind: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """(X, y) that suit the promises, of the first kind there is or of a given one."""
        make = window_example if "regressor" in self.promises else unequal_example if self.resamples else example
        return make() if kind is None else make(kind)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What X may be."""
        return tuple(WINDOWS if "regressor" in self.promises else KINDS)

    @property
    def resamples(self) -> bool:
        return "resampler" in self.promises

    @property
    def settings(self) -> dict[str, Any]:
        return self.estimator.get_params()

    @property
    def methods(self) -> tuple[str, ...]:
        """What takes X and gives one row a row."""
        return tuple(dict.fromkeys(name for promise in self.promises for name in METHODS.get(promise, ())))

    @property
    def draws_from_codes(self) -> bool:
        """Whether a code alone is enough to draw an image from: a transformer may, a conditional one needs the label too."""
        can = "transformer" in self.promises and hasattr(self.estimator, "inverse_transform")
        return can and not getattr(self.estimator, "conditional", False)

    @property
    def scoring(self) -> Callable | None:
        """The estimator's own score, or a constant where it has none."""
        return None if hasattr(self.estimator, "score") else lambda fitted, X, y=None: 0.0

    def unfitted(self, *, random_state: Any = 0, **settings: Any) -> Any:
        """A copy with a seed, where there is one to set, and other settings."""
        from sklearn.base import clone

        seeded = {"random_state": random_state} if "random_state" in self.settings else {}
        return clone(self.estimator).set_params(**seeded, **settings)

    def fit(self, X: np.ndarray, y: Any, **settings: Any) -> Any:
        """A fitted copy."""
        return self.unfitted(**settings).fit(X, y)

    def results(self, fitted: Any, X: np.ndarray, y: Any = None) -> dict[str, np.ndarray]:
        """All that a fitted estimator says of X, and a resampler of (X, y)."""
        found = {name: getattr(fitted, name)(X) for name in self.methods}
        if self.draws_from_codes:
            found["inverse_transform"] = fitted.inverse_transform(found["transform"])
        if "sampler" in self.promises:
            found["sample"] = fitted.sample(4, random_state=0)
        if self.resamples:
            found |= dict(zip(("resampled X", "resampled y"), fitted.fit_resample(X, y), strict=True))
        return found


def words_of(function: Callable) -> set[str]:
    """The names of its parameters."""
    return set(inspect.signature(function).parameters)


def must_be_same(first: Mapping[str, np.ndarray], second: Mapping[str, np.ndarray]) -> None:
    """Two answers of `Trial.results` agree to the last bit."""
    assert first, "nothing to compare"
    for name in first:
        assert np.array_equal(first[name], second[name]), f"{name} differs"


def must_raise(
    errors: type[Exception] | tuple[type[Exception], ...], word: str, function: Callable[[], Any], *, what: str = ""
) -> None:
    """`function` raises one of `errors`, and the error speaks of `word`, as a word of its own."""
    try:
        function()
    except errors as error:
        said = str(error)
    else:
        raise AssertionError(f"{what or word}: no error")
    assert not word or re.search(rf"\b{re.escape(word)}\b", said), f"{what}: the error does not speak of {word!r}: {said}"
