"""An estimator that holds another: a Gaussian over the codes that a fitted transformer gives each class."""

import numpy as np
import torch
from sklearn.base import BaseEstimator, clone

from tasvir.contracts.seeds import seed_from, stream_rng
from tasvir.models.keepable import Keepable
from tasvir.models.labels import learn_labels, targets_to_draw


class CodeSampler(Keepable, BaseEstimator):
    def __init__(self, *, transformer, random_state=None):
        self.transformer = transformer
        self.random_state = random_state

    def fit(self, X, y=None):
        self.transformer_ = clone(self.transformer).set_params(random_state=seed_from(self.random_state)).fit(X, y)
        codes = self.transformer_.transform(X)
        self.classes_, targets = (None, np.zeros(len(X), np.int64)) if y is None else learn_labels(y, len(X))
        self.class_prior_ = np.bincount(targets) / len(targets)
        groups = [codes[targets == k] for k in range(len(self.class_prior_))]
        self.means_, self.sds_ = (np.stack([part(group, axis=0) for group in groups]) for part in (np.mean, np.std))
        return self

    def sample(self, n_samples=1, y=None, *, random_state=None):
        rng = stream_rng(seed_from(self.random_state if random_state is None else random_state), "sample")
        asked = targets_to_draw(self.classes_, self.class_prior_, y, n_samples=n_samples, rng=rng)
        rows = np.zeros(n_samples, np.int64) if asked is None else asked
        codes = self.means_[rows] + self.sds_[rows] * rng.standard_normal((n_samples, self.means_.shape[1]))
        space = self.transformer_.space_
        return space.as_seen((self.transformer_.inverse_transform(codes) - space.offset) / space.scale)

    def _weights(self):
        return {"means": torch.from_numpy(self.means_), "sds": torch.from_numpy(self.sds_)}

    def _take_weights(self, weights):
        self.means_, self.sds_ = weights["means"].numpy(), weights["sds"].numpy()

    def _more_learned(self):
        return {name: getattr(self, name) for name in ("transformer_", "classes_", "class_prior_")}
