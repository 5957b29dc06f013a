"""How an estimator is tried: small images of three classes, all that it says of them, and what it must refuse."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

#: What X may be: (shape of one image, dtype); flat numbers other than uint8 are of any range.
KINDS = {
    "gray uint8": ((8, 8), "uint8"),
    "odd float64": ((7, 5), "float64"),
    "one channel float32": ((8, 8, 1), "float32"),
    "RGB uint8": ((9, 6, 3), "uint8"),
    "flat uint8": ((20,), "uint8"),
    "flat float32": ((20,), "float32"),
}
CLASSES = np.array(["ant", "bee", "cat"])


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


def unfitted(estimator: Any, *, random_state: Any = 0, **settings: Any) -> Any:
    """A copy with a seed, where there is one to set, and other settings."""
    from sklearn.base import clone

    seeded = {"random_state": random_state} if "random_state" in estimator.get_params() else {}
    return clone(estimator).set_params(**seeded, **settings)


def fit(estimator: Any, X: np.ndarray, y: Any, **settings: Any) -> Any:
    """A fitted copy."""
    return unfitted(estimator, **settings).fit(X, y)


def words_of(function: Callable) -> set[str]:
    """The names of its parameters."""
    return set(inspect.signature(function).parameters)


def methods_of(fitted) -> list[str]:
    """What takes X and gives one row an image."""
    return [name for name in ("transform", "predict", "predict_proba") if hasattr(fitted, name)]


def results_of(fitted, X) -> dict[str, np.ndarray]:
    """All that a fitted estimator says of X."""
    found = {name: getattr(fitted, name)(X) for name in methods_of(fitted)}
    if draws_from_codes(fitted):
        found["inverse_transform"] = fitted.inverse_transform(found["transform"])
    if hasattr(fitted, "sample"):
        found["sample"] = fitted.sample(4, random_state=0)
    return found


def must_be_same(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> None:
    """Two answers of `results_of` agree to the last bit."""
    for name in first:
        assert np.array_equal(first[name], second[name]), f"{name} differs"


def draws_from_codes(estimator: Any) -> bool:
    """Whether a code alone is enough to draw an image from; a conditional estimator needs the label too."""
    return hasattr(estimator, "inverse_transform") and not getattr(estimator, "conditional", False)


def scoring_of(estimator) -> Callable | None:
    """The estimator's own score, or a constant where it has none."""
    return None if hasattr(estimator, "score") else lambda fitted, X, y=None: 0.0


def must_raise(errors, word: str, function: Callable[[], Any], what: str = "") -> None:
    """`function` raises one of `errors`, and the error speaks of `word`."""
    try:
        function()
    except errors as error:
        said = str(error)
    else:
        raise AssertionError(f"{what or word}: no error")
    assert word in said, f"{what}: the error does not speak of {word!r}: {said}"
