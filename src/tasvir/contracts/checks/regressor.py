"""What a regressor promises: from windows (n, T, F) to numbers, one or a horizon of them a window."""

from collections.abc import Callable

import numpy as np

from tasvir.contracts.checks.trial import Trial, must_raise


def check_predictions(trial: Trial, kind: str) -> None:
    """`predict` gives a finite float a window, better than the mean of y; `score` is the share of variance explained."""
    X, y = trial.example(kind)
    fitted = trial.fit(X, y)
    predicted = fitted.predict(X)
    assert predicted.shape == y.shape, f"{predicted.shape} instead of {y.shape}"
    assert np.issubdtype(predicted.dtype, np.floating), predicted.dtype
    assert np.isfinite(predicted).all(), "predictions that are not finite"
    explained = 1 - np.square(y - predicted).sum() / np.square(y - y.mean()).sum()
    assert np.isclose(fitted.score(X, y), explained, atol=1e-5), f"score {fitted.score(X, y)}, but it explains {explained}"
    assert explained > 0, f"worse than the mean of y: explains {explained:.3g}"


def check_horizon(trial: Trial) -> None:
    """y (n, horizon) gives predictions (n, horizon), each column its own."""
    X, y = trial.example()
    both = np.stack([y, -y], axis=1)
    predicted = trial.fit(X, both).predict(X)
    assert predicted.shape == both.shape, f"{predicted.shape} instead of {both.shape}"
    for column in range(2):
        assert np.corrcoef(predicted[:, column], both[:, column])[0, 1] > 0, f"column {column} is not that of y"


def check_bad_y(trial: Trial) -> None:
    """No y, y of another length, words, and y that is not finite are refused."""
    X, y = trial.example()
    must_raise(ValueError, "y", lambda: trial.fit(X, None), what="no y")
    must_raise(ValueError, "", lambda: trial.fit(X, np.full(len(X), "ant")), what="words as y")
    for wrong in (np.nan, np.inf):
        bad = np.where(y == y.max(), wrong, y)
        must_raise(ValueError, "y", lambda bad=bad: trial.fit(X, bad), what=f"{wrong} in y")  # type: ignore[misc]


def checks_for(trial: Trial) -> tuple[Callable[..., None], ...]:
    """The same for every regressor."""
    return check_predictions, check_horizon, check_bad_y
