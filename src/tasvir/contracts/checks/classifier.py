"""What a classifier promises: probabilities, and labels as they were given."""

import warnings
from collections.abc import Callable

import numpy as np

from tasvir.contracts.checks.trial import CLASSES, Trial, must_be_same, must_raise


def check_probabilities(trial: Trial, kind: str) -> None:
    """`predict_proba` gives float32 rows that sum to 1, `predict` the label of the largest, `score` the accuracy."""
    X, y = trial.example(kind)
    fitted = trial.fit(X, y)
    probabilities = fitted.predict_proba(X)
    assert list(fitted.classes_) == list(CLASSES), fitted.classes_
    assert probabilities.dtype == np.float32, probabilities.dtype
    assert probabilities.shape == (len(X), len(CLASSES)), probabilities.shape
    assert (probabilities >= 0).all(), "negative probabilities"
    assert np.allclose(probabilities.sum(1), 1, atol=1e-5), "rows that do not sum to 1"
    assert np.array_equal(fitted.predict(X), CLASSES[probabilities.argmax(1)]), "predict is not the most probable"
    assert np.isclose(fitted.score(X, y), (fitted.predict(X) == y).mean()), "score is not the accuracy"


def check_columns_of_labels(trial: Trial) -> None:
    """(n, 1) labels are taken with scikit-learn's DataConversionWarning; y is required."""
    from sklearn.exceptions import DataConversionWarning

    X, y = trial.example()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        column = trial.fit(X, y[:, None])
    assert any(issubclass(w.category, DataConversionWarning) for w in caught), "no DataConversionWarning"
    must_be_same(trial.results(column, X), trial.results(trial.fit(X, y), X))
    must_raise(ValueError, "y", lambda: trial.fit(X, None), what="no labels")
    must_raise(ValueError, "class", lambda: trial.fit(X, np.full(len(X), "ant")), what="one class")


def check_unknown_validation_label(trial: Trial) -> None:
    """Validation labels that the training ones do not have are refused, and so are validation images without labels."""
    X, y = trial.example()
    unknown = np.where(y == "ant", "yak", y)
    must_raise(ValueError, "yak", lambda: trial.unfitted().fit(X, y, X_val=X, y_val=unknown))
    must_raise(ValueError, "y_val", lambda: trial.unfitted().fit(X, y, X_val=X))
    must_raise(ValueError, "", lambda: trial.unfitted().fit(X, y, X_val=X, y_val=y[:-1]), what="fewer labels than images")


def checks_for(trial: Trial) -> tuple[Callable[..., None], ...]:
    """The last is for those that hold out images."""
    validated = (check_unknown_validation_label,) if "validation_fraction" in trial.settings else ()
    return (check_probabilities, check_columns_of_labels, *validated)
