"""The net whose scores are reported: fitted on all images there are, once held-out images have told what they can tell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.temperature import fitted_temperature, log_probabilities
from tasvir.models.inner_split import inner_split
from tasvir.records.record import Record, metric
from tasvir.studies import recipes
from tasvir.studies.inside import Inside
from tasvir.studies.work import Fit


@dataclass(frozen=True)
class FinalNet:
    """The net, fitted on `n_fitted` images, and the one that was `watched` on `n_valid` others: the same after one training.

    `temperature` is that of the watched net; None where nothing could be held out. `fit_s` are the seconds of all trainings.
    """

    net: Any
    watched: Any
    n_fitted: int
    n_valid: int
    temperature: float | None
    fit_s: Record


def fit_final(inside: Inside, recipe: Callable[[], Any]) -> FinalNet:
    """A net of this recipe after all epochs of its schedule; none of them is chosen.

    Few images are learned twice: with some held out, which tell the temperature and whether the net over-fits, and then all of
    them, also those of a validation part. A shorter first training would cost less and mislead: nets are the surer the longer
    they learn. Where there are many images, one training holds a few of them out.
    """
    n_train = inside.data.counts["train"]
    again = recipes.is_trained_again(n_train)
    unfitted = recipe().set_params(validation_fraction=recipes.held_out_share(n_train))
    first = (inside.during(0.0, 0.5) if again else inside).fit(unfitted, keep_best=False)
    watched = first.estimator
    X, y = held_out(watched, inside.data)
    temperature = temperature_of(watched, X, y) if len(X) else None
    if not again:
        n_fitted = n_train - (0 if inside.data.counts["val"] else len(X))
        return FinalNet(watched, watched, n_fitted, len(X), temperature, first.fit_s)
    everything = inside.on_everything().during(0.5, 1.0)
    last = everything.fit(recipe().set_params(validation_fraction=None), keep_best=False, name="final")
    fit_s = metric("fit_s", first.fit_s.data["value"] + last.fit_s.data["value"], unit="s")
    return FinalNet(last.estimator, watched, everything.data.counts["train"], len(X), temperature, fit_s)


def final_work(recipe: Callable[[], Any], data: Dataset, max_epochs: int) -> tuple[Fit, ...]:
    """What `fit_final` costs with a recipe of so many epochs."""
    n_train, n_all = data.counts["train"], data.counts["train"] + data.counts["val"]
    return (Fit(recipe, max_epochs * (n_train + n_all if recipes.is_trained_again(n_train) else n_train)),)


def held_out(net: Any, data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels that a watched net was not fitted on: the validation part, else what it held out, if anything."""
    X, y, groups = data.part("val")
    if len(X):
        return X, y
    X, y, groups = data.part("train")
    _, rows = inner_split(len(X), y, groups, fraction=net.validation_fraction, seed=net.random_state)
    rows = np.arange(0) if rows is None else rows
    return X[rows], y[rows]


def temperature_of(net: Any, X: np.ndarray, y: np.ndarray) -> float:
    """How much surer the net is than it may be, as these held-out images tell."""
    return fitted_temperature(y, log_probabilities(net.predict_proba(X)))
