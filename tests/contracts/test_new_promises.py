"""The checks of promises that no model of the house makes yet find an estimator that breaks them."""

import numpy as np
import pytest
from models.residents.toy_denoiser import ToyDenoiser
from models.residents.toy_over_sampler import ToyOverSampler
from models.residents.window_regressor import WindowRegressor

from tasvir import Autoencoder, GaussianSampler, ImageClassifier
from tasvir.contracts.checks import PROMISES, promise_checks


class CountsAnything(GaussianSampler):
    def sample(self, n_samples=1, y=None, *, random_state=None):
        return super().sample(max(1, int(n_samples)) if not isinstance(n_samples, str) else 1, y, random_state=random_state)


class GivesBackTheNoise(ToyDenoiser):
    def transform(self, X):
        return self.space_.restore(super().transform(X) * 0 + self._unit(X))

    def _unit(self, X):
        X = self._space.check(self, X, reset=False)
        return np.asarray(self.space_.store(X) / (255 if X.dtype == np.uint8 else 1), dtype=np.float32)


class CleansInBytes(ToyDenoiser):
    def transform(self, X):
        return np.rint(super().transform(X)).astype(np.uint8)


class KeepsTheScale(ToyDenoiser):
    def transform(self, X):
        return super().transform(X) * np.float32(1.1 if np.asarray(X).dtype == np.uint8 else 1)


class CleansByLabel(ToyDenoiser):
    def fit(self, X, y=None, **given):
        return super().fit(X if y is None else X[y == y[0]], **given)


class LowestIsBest(ToyDenoiser):
    def score(self, X, y=None):
        return -super().score(X, y)


class SaysTheMean(WindowRegressor):
    def predict(self, X):
        return super().predict(X) * 0 + self.y_mean_ + 1


class OneColumn(WindowRegressor):
    def predict(self, X):
        return super().predict(X)[..., None]


class FirstColumnTwice(WindowRegressor):
    def predict(self, X):
        found = super().predict(X)
        return found if found.ndim == 1 else found[:, [0, 0]]


class MendsY(WindowRegressor):
    def fit(self, X, y, **given):
        return super().fit(X, np.nan_to_num(y, posinf=0) if np.asarray(y).dtype.kind == "f" else y, **given)


class ReadsUpsideDown(WindowRegressor):
    def score(self, X, y):
        return -super().score(X, y)


class MendsX(WindowRegressor):
    def predict(self, X):
        return super().predict(np.nan_to_num(X) if np.asarray(X).dtype.kind == "f" else X)


class Shuffles(ToyOverSampler):
    def fit_resample(self, X, y):
        X, y = super().fit_resample(X, y)
        return X[::-1], y[::-1]


class AddsOneMore(ToyOverSampler):
    def fit_resample(self, X, y):
        X, y = super().fit_resample(X, y)
        return np.concatenate([X, X[-1:]]), np.concatenate([y, y[-1:]])


class Halves(ToyOverSampler):
    def fit_resample(self, X, y):
        X, y = super().fit_resample(X, y)
        return (X / 2).astype(X.dtype), y


class InDoubles(ToyOverSampler):
    def fit_resample(self, X, y):
        X, y = super().fit_resample(X, y)
        return X.astype(np.float64), y


class Silent(ToyOverSampler):
    def fit(self, X, y):
        super().fit(X, y)
        self.sampling_strategy_ = dict.fromkeys(self.sampling_strategy_, 1)
        return self


class OnlyArrays(ToyOverSampler):
    def fit_resample(self, X, y):
        found, labels = super().fit_resample(X, y)
        return (found, labels) if isinstance(X, np.ndarray) else (found[: len(X)], labels[: len(X)])


class TakesOneClass(ToyOverSampler):
    def fit_resample(self, X, y):
        return (X, y) if y is not None and len(np.unique(y)) == 1 else super().fit_resample(X, y)


class Unseeded(ToyOverSampler):
    def fit_resample(self, X, y):
        X, y = super().fit_resample(X, y)
        rng = np.random.default_rng()
        return np.concatenate([X[:-1], rng.integers(0, 256, X[-1:].shape).astype(X.dtype)]), y


SAMPLER = {"sampler": GaussianSampler()}
BROKEN = [
    (CountsAnything(), "sampler", "check_n_samples"),
    (GivesBackTheNoise(device="cpu"), "denoiser", "check_denoise-one channel float32"),
    (CleansInBytes(device="cpu"), "denoiser", "check_denoise-gray uint8"),
    (LowestIsBest(device="cpu"), "denoiser", "check_denoise-gray uint8"),
    (KeepsTheScale(device="cpu"), "denoiser", "check_noisy_units"),
    (CleansByLabel(device="cpu"), "denoiser", "check_labels_only_steer"),
    (SaysTheMean(device="cpu"), "regressor", "check_predictions-windows float64"),
    (OneColumn(device="cpu"), "regressor", "check_predictions-flat float32"),
    (ReadsUpsideDown(device="cpu"), "regressor", "check_predictions-windows float64"),
    (FirstColumnTwice(device="cpu"), "regressor", "check_horizon"),
    (MendsY(device="cpu"), "regressor", "check_bad_y"),
    (MendsX(device="cpu"), "regressor", "check_bad_X"),
    (Shuffles(**SAMPLER), "resampler", "check_resample-gray uint8"),
    (AddsOneMore(**SAMPLER), "resampler", "check_resample-gray uint8"),
    (Halves(**SAMPLER), "resampler", "check_resample-gray uint8"),
    (InDoubles(**SAMPLER), "resampler", "check_resample-flat float32"),
    (AddsOneMore(**SAMPLER), "resampler", "check_equal_classes"),
    (Silent(**SAMPLER), "resampler", "check_fit_alone"),
    (OnlyArrays(**SAMPLER), "resampler", "check_lists"),
    (TakesOneClass(**SAMPLER), "resampler", "check_bad_classes"),
    (Unseeded(**SAMPLER), "resampler", "check_seed"),
]


@pytest.mark.parametrize(("estimator", "promise", "name"), BROKEN, ids=[f"{type(b[0]).__name__}-{b[2]}" for b in BROKEN])
def test_a_broken_promise_is_found(estimator, promise, name):
    (check,) = [check for check in promise_checks(estimator, (promise,)) if check.name == name]
    with pytest.raises(AssertionError):
        check(estimator)


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_that_is_declared_is_asked_for_whichever_methods_there_are(promise):
    """An autoencoder that calls itself a classifier fails; it does not go unchecked."""
    wrong = Autoencoder(n_components=2, max_epochs=1, device="cpu") if promise != "transformer" else GaussianSampler()
    own = [check for check in promise_checks(wrong, (promise,)) if check.function.__module__.endswith(f".{promise}")]
    assert own
    for check in own:
        with pytest.raises((AssertionError, AttributeError, ValueError, TypeError)):
            check(wrong)


def test_methods_alone_ask_for_nothing():
    """A classifier that happens to have a transform is no transformer."""

    class Embedding(ImageClassifier):
        def transform(self, X):
            return self.embed(X).astype(float)

    named = {check.name for check in promise_checks(Embedding(), ("classifier",))}
    assert not any(name.startswith("check_transform") for name in named)


@pytest.mark.parametrize("promises", [(), ("transformer", "generator")])
def test_a_promise_that_is_none_is_refused(promises):
    with pytest.raises(ValueError, match="give at least one, of transformer, denoiser"):
        next(promise_checks(GaussianSampler(), promises))
