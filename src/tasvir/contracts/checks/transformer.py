"""What a transformer promises: codes, and images drawn from codes."""

from collections.abc import Callable

import numpy as np

from tasvir.contracts.checks.trial import Trial, must_raise


def check_transform(trial: Trial, kind: str) -> None:
    """`transform` gives finite float32 rows, as many as it has names for."""
    X, y = trial.example(kind)
    fitted = trial.fit(X, y)
    codes = fitted.transform(X)
    expected = (len(X), len(fitted.get_feature_names_out()))
    assert codes.dtype == np.float32, codes.dtype
    assert codes.shape == expected, f"{codes.shape} instead of {expected}"
    assert np.isfinite(codes).all(), "codes that are not finite"


def check_inverse_transform(trial: Trial, kind: str) -> None:
    """`inverse_transform` gives float32 in X's units and shape, and `score` is its error on the 0..1 scale."""
    X, y = trial.example(kind)
    fitted = trial.fit(X, y)
    drawn = fitted.inverse_transform(fitted.transform(X))
    assert drawn.dtype == np.float32, drawn.dtype
    assert drawn.shape == X.shape, f"{drawn.shape} instead of {X.shape}"
    span = 255.0 if X.dtype == np.uint8 else float(np.ptp(X)) if X.ndim == 2 else 1.0
    error = np.square((drawn.astype(float) - X) / span).mean()
    assert np.isclose(fitted.score(X), -error, rtol=1e-4), f"score {fitted.score(X)}, but the error is {error}"


def check_units(trial: Trial) -> None:
    """uint8 images and the same as float 0..1 are learned alike; so are flat numbers in other units."""
    X, y = trial.example()
    bytes_, unit = trial.fit(X, y), trial.fit(X / 255, y)
    codes = bytes_.transform(X)
    assert np.allclose(unit.transform(X / 255), codes, rtol=1e-3, atol=1e-4), "float images are learned differently"
    assert np.allclose(bytes_.transform(X / 255), codes, rtol=1e-5, atol=1e-6), "the other unit is not understood"
    assert np.allclose(unit.inverse_transform(codes) * 255, bytes_.inverse_transform(codes), rtol=1e-2, atol=0.5)
    X, y = trial.example("flat float32")
    small, large = trial.fit(X, y), trial.fit(8 * X + 4, y)
    codes = small.transform(X)
    assert np.allclose(large.transform(8 * X + 4), codes, rtol=1e-2, atol=1e-3), "other units are learned differently"
    assert np.allclose(8 * small.inverse_transform(codes) + 4, large.inverse_transform(codes), rtol=1e-2, atol=1e-1)


def check_labels_only_steer(trial: Trial) -> None:
    """What is transformed depends on the length of y alone (which also stratifies the inner split)."""
    X, y = trial.example()
    without_split = {"validation_fraction": None} if "validation_fraction" in trial.settings else {}
    first, second = (trial.fit(X, labels, **without_split) for labels in (None, y))
    assert np.array_equal(first.transform(X), second.transform(X)), "y changed what was learned"


def check_codes_are_not_enough(trial: Trial) -> None:
    """Where the label enters the decoder, `transform` does not need it, and `inverse_transform` points to `sample`."""
    X, y = trial.example()
    fitted = trial.fit(X, y)
    must_raise(ValueError, "sample", lambda: fitted.inverse_transform(fitted.transform(X)))


def checks_for(trial: Trial) -> tuple[Callable[..., None], ...]:
    """A transformer draws images from codes where it can."""
    if trial.draws_from_codes:
        return check_transform, check_inverse_transform, check_units, check_labels_only_steer
    if hasattr(trial.estimator, "inverse_transform"):
        return check_transform, check_codes_are_not_enough
    return check_transform, check_labels_only_steer
