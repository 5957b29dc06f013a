"""A resampler: what the rare classes lack is drawn from a sampler that it holds."""

import numpy as np
from sklearn.base import BaseEstimator, clone

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.seeds import seed_from
from tasvir.models.keepable import Keepable
from tasvir.models.labels import learn_labels


class ToyOverSampler(Keepable, BaseEstimator):
    def __init__(self, *, sampler, random_state=None):
        self.sampler = sampler
        self.random_state = random_state

    def fit(self, X, y):
        if y is None:
            raise BadInputError("y is None: give one label per image")
        classes, targets = learn_labels(y, len(X))
        if len(classes) < 2:
            raise BadInputError("y has one class: there is nothing to balance")
        counts = np.bincount(targets)
        self.sampling_strategy_ = dict(zip(classes.tolist(), (counts.max() - counts).tolist(), strict=True))
        self.sampler_ = clone(self.sampler).set_params(random_state=seed_from(self.random_state)).fit(X, y)
        return self

    def fit_resample(self, X, y):
        self.fit(X, y)
        X, y = np.asarray(X), np.asarray(y)
        drawn = [(self.sampler_.sample(n, label), [label] * n) for label, n in self.sampling_strategy_.items() if n]
        images, labels = zip(*drawn, strict=True) if drawn else ((), ())
        return np.concatenate([X, *images]).astype(X.dtype), np.concatenate([y, *labels]).astype(y.dtype)

    def _more_learned(self):
        return {"sampling_strategy_": self.sampling_strategy_, "sampler_": self.sampler_}
