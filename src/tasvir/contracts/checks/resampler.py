"""What a resampler promises: imbalanced-learn's API, ``fit_resample(X, y)``, for one that adds samples to the rare classes."""

from collections.abc import Callable

import numpy as np

from tasvir.contracts.checks.trial import CLASSES, Trial, must_be_same, must_raise


def check_resample(trial: Trial, kind: str) -> None:
    """All classes become as large as the largest: what was given comes first and as it was, new samples follow."""
    X, y = trial.example(kind)
    resampled, labels = trial.unfitted().fit_resample(X, y)
    counts = {label: int((labels == label).sum()) for label in CLASSES}
    assert set(counts.values()) == {int((y == CLASSES[0]).sum())}, f"the classes have {counts}"
    assert len(resampled) == len(labels), f"{len(resampled)} images and {len(labels)} labels"
    assert (resampled.shape[1:], resampled.dtype) == (X.shape[1:], X.dtype), f"{resampled.shape} {resampled.dtype}"
    assert labels.dtype == y.dtype, f"labels became {labels.dtype}"
    assert np.array_equal(resampled[: len(X)], X), "the images that were given do not come first, as they were"
    assert np.array_equal(labels[: len(y)], y), "the labels that were given do not come first, as they were"
    assert np.isfinite(resampled).all(), "samples that are not finite"


def check_equal_classes(trial: Trial) -> None:
    """Where all classes are as large, nothing is added."""
    X, y = trial.example()
    rows = np.sort(np.concatenate([np.flatnonzero(y == label)[:6] for label in CLASSES]))
    resampled, labels = trial.unfitted().fit_resample(X[rows], y[rows])
    assert np.array_equal(resampled, X[rows]), "images were added"
    assert np.array_equal(labels, y[rows]), "labels were added"


def check_fit_alone(trial: Trial) -> None:
    """`fit` learns what `fit_resample` would add (`sampling_strategy_`: class -> number), and adds nothing."""
    X, y = trial.example()
    fitted = trial.fit(X, y)
    missing = {label: int((y == CLASSES[0]).sum() - (y == label).sum()) for label in CLASSES[1:]}
    found = {str(label): int(number) for label, number in dict(fitted.sampling_strategy_).items() if number}
    assert found == missing, f"sampling_strategy_ is {found}, but {missing} are missing"
    again = trial.unfitted()
    must_be_same(trial.results(fitted, X, y), dict(zip(("resampled X", "resampled y"), again.fit_resample(X, y), strict=True)))


def check_lists(trial: Trial) -> None:
    """Lists are taken as arrays are."""
    X, y = trial.example("flat float32")
    given, listed = (trial.unfitted().fit_resample(*pair) for pair in ((X, y), (X.tolist(), y.tolist())))
    assert len(given[0]) == len(listed[0]), "lists are not as many afterwards"
    assert np.allclose(given[0], listed[0], rtol=1e-4, atol=1e-3), "lists are resampled otherwise"
    assert np.array_equal(given[1], listed[1]), "lists of labels are resampled otherwise"


def check_bad_classes(trial: Trial) -> None:
    """No labels, one class, and numbers that are no classes are refused."""
    X, y = trial.example()
    refused = {"no labels": None, "one class": np.full(len(X), "ant"), "numbers": np.linspace(0.1, 0.9, len(X))}
    for what, wrong in refused.items():
        must_raise(ValueError, "", lambda wrong=wrong: trial.unfitted().fit_resample(X, wrong), what=what)  # type: ignore[misc]
    must_raise(ValueError, "", lambda: trial.unfitted().fit_resample(X, y[:-1]), what="fewer labels than X")


def checks_for(trial: Trial) -> tuple[Callable[..., None], ...]:
    """The same for every resampler."""
    return check_resample, check_equal_classes, check_fit_alone, check_lists, check_bad_classes
