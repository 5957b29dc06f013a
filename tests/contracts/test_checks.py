"""Each of our checks finds an estimator that breaks its promise."""

import copy
import dataclasses
import functools
from dataclasses import replace

import numpy as np
import pytest
from catalogue import promises_of

from tasvir import VAE, Autoencoder, GaussianSampler, ImageClassifier
from tasvir.contracts.checks import promise_checks
from tasvir.nets.dense import DenseSpec
from tasvir.nets.resnet import ResNetSpec


class Positional(GaussianSampler):
    def __init__(self, n_components=0.95, random_state=None):
        super().__init__(n_components=n_components, random_state=random_state)


class TunesItself(GaussianSampler):
    def fit(self, X, y=None):
        self.n_components = 0.9
        return super().fit(X, y)


class SeedsNumpy(GaussianSampler):
    def fit(self, X, y=None):
        np.random.seed(0)
        return super().fit(X, y)


class Forgetful(GaussianSampler):
    def sample(self, n_samples=1, y=None, *, random_state=None):
        return super().sample(n_samples, random_state=random_state)


class InFloats(GaussianSampler):
    def sample(self, n_samples=1, y=None, *, random_state=None):
        return super().sample(n_samples, y, random_state=random_state).astype(float)


class AlwaysNew(GaussianSampler):
    def sample(self, n_samples=1, y=None, *, random_state=None):
        return super().sample(n_samples, y)


class AlwaysTheSame(GaussianSampler):
    def sample(self, n_samples=1, y=None, *, random_state=None):
        return super().sample(n_samples, y, random_state=0)


class Swallows(GaussianSampler):
    def fit(self, X, y=None):
        return super().fit(np.nan_to_num(np.asarray(X, dtype=float)).clip(0, 1) if X.ndim > 2 and X.dtype != np.uint8 else X, y)


class InDoubles(Autoencoder):
    def transform(self, X):
        return super().transform(X).astype(float)


class SeesItsNeighbours(Autoencoder):
    def transform(self, X):
        codes = super().transform(X)
        return codes - codes.mean(0)


class DrawsOnUnitScale(Autoencoder):
    def inverse_transform(self, X):
        return super().inverse_transform(X) / np.float32(255)


class LearnsFromLabels(Autoencoder):
    def fit(self, X, y=None, **given):
        return super().fit(X if y is None else X[y == y[0]], **given)


class IgnoresGivenValidation(Autoencoder):
    def fit(self, X, y=None, *, groups=None, X_val=None, y_val=None):
        return super().fit(X, y, groups=groups)


class Mutates(Autoencoder):
    def set_params(self, **params):
        for key, value in params.items():
            if key.startswith("net__"):
                object.__setattr__(self.net, key.removeprefix("net__"), value)
        return super().set_params(**{k: v for k, v in params.items() if not k.startswith("net__")})


class DrawsWithoutTheLabel(VAE):
    def inverse_transform(self, X):
        return self.space_.restore(self._draw(np.asarray(X), np.zeros(len(X), np.int64)))


class SumsToTwo(ImageClassifier):
    def predict_proba(self, X):
        return 2 * super().predict_proba(X)


class NamesTheLeastProbable(ImageClassifier):
    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmin(1)]


class FlattensSilently(ImageClassifier):
    def fit(self, X, y, **given):
        return super().fit(X, None if y is None else np.ravel(y), **given)


class TakesAnyValidationLabel(ImageClassifier):
    def fit(self, X, y, *, groups=None, X_val=None, y_val=None):
        return super().fit(X, y, groups=groups)


class LeftToChance(GaussianSampler):
    def fit(self, X, y=None):
        super().fit(X, y)
        self.planes_ = [replace(plane, mean_F=plane.mean_F + 0.1 * np.random.default_rng().random()) for plane in self.planes_]
        return self


class ClipsAfterFit(Autoencoder):
    def transform(self, X):
        return super().transform(np.clip(X, 0, 255).astype(np.uint8) if np.asarray(X).dtype.kind in "iu" else X)


class KnowsItsScaleByHeart(Autoencoder):
    def fit(self, X, y=None, **given):
        return super().fit(X // 2 if X.dtype == np.uint8 else X, y, **given)


class DiscardsSpecs(Autoencoder):
    def get_params(self, deep=True):
        return {name: value for name, value in super().get_params(deep=deep).items() if "__" not in name or name == "net__hidden"}

    def set_params(self, **params):
        return super().set_params(**{name: value for name, value in params.items() if "__" not in name})


class ForgetsGroups(Autoencoder):
    def fit(self, X, y=None, *, groups=None, X_val=None, y_val=None):
        if groups is not None:
            raise AssertionError("no groups here")
        return super().fit(X, y, X_val=X_val)


class FailsInASearch(Autoencoder):
    def score(self, X, y=None):
        return float("nan")


class OtherInAPipeline(Autoencoder):
    _made = 0

    def fit(self, X, y=None, **given):
        type(self)._made += 1
        return super().fit(X, y, **given).set_params(max_epochs=1 + type(self)._made % 2).refit(X)

    def refit(self, X):
        return super().fit(X)


CODES = {"net": DenseSpec(hidden=(8,)), "n_components": 2, "max_epochs": 1}
CLASSES = {"net": ResNetSpec(widths=(4,)), "max_epochs": 1}
BROKEN = [
    (Positional(), "check_keyword_only"),
    (TunesItself(), "check_settings_stay"),
    (SeedsNumpy(), "check_global_streams"),
    (Forgetful(), "check_sample_labels"),
    (InFloats(), "check_sample-gray uint8"),
    (AlwaysNew(), "check_sample-gray uint8"),
    (AlwaysTheSame(), "check_sample-gray uint8"),
    (Swallows(), "check_bad_X"),
    (ClipsAfterFit(**CODES), "check_bad_X"),
    (LeftToChance(), "check_seed"),
    (KnowsItsScaleByHeart(**CODES), "check_units"),
    (DiscardsSpecs(**CODES), "check_specs_reachable"),
    (ForgetsGroups(**CODES), "check_cross_validate"),
    (FailsInASearch(**CODES), "check_grid_search"),
    (OtherInAPipeline(**CODES), "check_pipeline"),
    (InDoubles(**CODES), "check_transform-gray uint8"),
    (SeesItsNeighbours(**CODES), "check_one_by_one"),
    (DrawsOnUnitScale(**CODES), "check_inverse_transform-gray uint8"),
    (LearnsFromLabels(**CODES), "check_labels_only_steer"),
    (IgnoresGivenValidation(**CODES), "check_validation"),
    (Mutates(**CODES), "check_specs_reachable"),
    (DrawsWithoutTheLabel(**CODES, conditional=True), "check_codes_are_not_enough"),
    (SumsToTwo(**CLASSES), "check_probabilities-gray uint8"),
    (NamesTheLeastProbable(**CLASSES), "check_probabilities-gray uint8"),
    (FlattensSilently(**CLASSES), "check_columns_of_labels"),
    (TakesAnyValidationLabel(**CLASSES), "check_unknown_validation_label"),
]


@pytest.mark.filterwarnings("ignore:One or more of the test scores are non-finite")
@pytest.mark.parametrize(("estimator", "name"), BROKEN, ids=[type(estimator).__name__ for estimator, _ in BROKEN])
def test_a_broken_promise_is_found(estimator, name):
    with pytest.raises(AssertionError):
        named(estimator, name)(estimator)


def named(estimator, name: str, **how):
    (check,) = [check for check in promise_checks(estimator, promises_of(estimator), **how) if check.name == name]
    return check


def test_a_model_that_comes_back_different_is_found():
    def forgets(fitted):
        fitted.planes_ = [replace(plane, mean_F=plane.mean_F + 0.1) for plane in fitted.planes_]
        return fitted

    def grows(fitted):
        return fitted.set_params(n_components=0.5)

    for round_trip in (forgets, grows):
        with pytest.raises(AssertionError):
            named(GaussianSampler(), "check_round_trip-gray uint8", round_trip=functools.partial(on_a_copy, round_trip))(
                GaussianSampler()
            )


def on_a_copy(change, fitted):
    return change(copy.deepcopy(fitted))


def test_every_check_has_a_name_of_its_own():
    for estimator in (VAE(), VAE(conditional=True), ImageClassifier(), GaussianSampler()):
        names = [check.name for check in promise_checks(estimator, promises_of(estimator), round_trip=lambda fitted: fitted)]
        assert len(names) == len(set(names))
        assert {"check_seed", "check_round_trip-RGB uint8"} <= set(names)


def test_a_spec_is_a_frozen_value():
    with pytest.raises(dataclasses.FrozenInstanceError):
        DenseSpec().hidden = (1,)
