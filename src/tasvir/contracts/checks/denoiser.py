"""What a denoiser promises: fitted on clean images, it takes noisy ones and gives clean ones."""

from collections.abc import Callable

import numpy as np

from tasvir.contracts.checks.transformer import check_labels_only_steer
from tasvir.contracts.checks.trial import Trial

#: Standard deviation of the noise, as a share of the range of X.
NOISE = 0.5


def noisy(X: np.ndarray) -> np.ndarray:
    """X of the same range and dtype with much noise."""
    low, span = (0.0, 255.0) if X.dtype == np.uint8 else (0.0, 1.0) if X.ndim > 2 else (float(X.min()), float(np.ptp(X)))
    values = X + NOISE * span * np.random.default_rng(1).standard_normal(X.shape)
    values = values.clip(low, low + span)
    return (np.rint(values) if X.dtype == np.uint8 else values).astype(X.dtype)


def check_denoise(trial: Trial, kind: str) -> None:
    """`transform` gives float32 in X's units and shape, nearer to the clean images than the noisy ones are."""
    X, y = trial.example(kind)
    fitted = trial.fit(X, y)
    cleaned = fitted.transform(noisy(X))
    assert cleaned.dtype == np.float32, cleaned.dtype
    assert cleaned.shape == X.shape, f"{cleaned.shape} instead of {X.shape}"
    assert np.isfinite(cleaned).all(), "images that are not finite"
    before, after = (np.square(found.astype(float) - X).mean() for found in (noisy(X), cleaned))
    assert after < before, f"mean squared error {after:.4g} after, {before:.4g} before: it removes no noise"
    assert np.isfinite(fitted.score(X)), "a score that is not finite"
    assert fitted.score(X) <= 0, "score is minus a mean squared error"


def check_noisy_units(trial: Trial) -> None:
    """uint8 images and the same as float 0..1 are learned and cleaned alike."""
    X, y = trial.example()
    bytes_, unit = trial.fit(X, y), trial.fit(X / 255, y)
    cleaned = bytes_.transform(noisy(X))
    assert np.allclose(unit.transform(noisy(X) / 255) * 255, cleaned, rtol=1e-2, atol=0.5), "float images are cleaned differently"
    assert np.allclose(bytes_.transform(noisy(X) / 255), cleaned, rtol=1e-3, atol=1e-2), "the other unit is not understood"


def checks_for(trial: Trial) -> tuple[Callable[..., None], ...]:
    """The same for every denoiser."""
    return check_denoise, check_noisy_units, check_labels_only_steer
