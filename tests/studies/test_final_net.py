"""The net whose scores are reported has seen all images but the test's; another one, watched before, told the rest."""

import dataclasses
from functools import partial

import numpy as np
import pytest
import small

from tasvir.measures.temperature import fitted_temperature, log_probabilities
from tasvir.models.inner_split import inner_split
from tasvir.studies import recipes
from tasvir.studies.families.baselines import majority
from tasvir.studies.families.final_net import final_work, fit_final, held_out
from tasvir.studies.inside import Inside
from tasvir.train.hooks import KeepBest

RECIPE = partial(recipes.classifier, batch_size=32, learning_rate=2e-3, seed=3)


@pytest.fixture(params=[False, True], ids=["without a validation part", "with one"])
def data(request, few_digits):
    if not request.param:
        return few_digits
    split = few_digits.split.copy()
    split[np.flatnonzero(split == "train")[::5]] = "val"
    return dataclasses.replace(few_digits, split=split)


def everything(data):
    """All images but the test's, in their order."""
    rows = data.split != "test"
    return data.images[rows], data.labels[rows]


def test_few_images_are_learned_to_the_last_one_and_to_the_last_epoch(data, tmp_path):
    found = fit_final(Inside(data, 3, tmp_path), partial(RECIPE, max_epochs=4))
    X, y = everything(data)
    alone = RECIPE(max_epochs=4).set_params(validation_fraction=None).fit(X, y)
    X_test = data.part("test")[0]
    np.testing.assert_array_equal(found.net.predict_proba(X_test), alone.predict_proba(X_test))
    assert found.n_fitted == len(X)
    assert len(found.net.history_) == 4
    assert "valid_loss" not in found.net.history_.names
    assert not any(isinstance(hook, KeepBest) for net in (found.net, found.watched) for hook in net.hooks_)


def test_the_temperature_is_that_of_a_net_which_did_not_see_its_images(data, tmp_path):
    found = fit_final(Inside(data, 3, tmp_path), partial(RECIPE, max_epochs=4))
    X, y = held_out(found.watched, data)
    assert len(X) == found.n_valid == (data.counts["val"] or round(0.1 * data.counts["train"]))
    assert (found.watched.predict(X) == y).mean() == pytest.approx(found.watched.history_["valid_accuracy"][-1], abs=1e-6)
    assert found.temperature == fitted_temperature(y, log_probabilities(found.watched.predict_proba(X)))
    assert len(found.watched.history_) == 4


def test_many_images_are_learned_once_with_a_few_held_out(data, tmp_path, monkeypatch):
    monkeypatch.setattr(recipes, "TRAINED_ONCE", 100)
    monkeypatch.setattr(recipes, "MOST_HELD_OUT", 12)
    found = fit_final(Inside(data, 3, tmp_path), partial(RECIPE, max_epochs=4))
    assert found.watched is found.net
    assert found.n_valid == (data.counts["val"] or 12)
    assert found.n_fitted == data.counts["train"] - (0 if data.counts["val"] else 12)
    assert len(found.net.history_) == 4


@pytest.mark.parametrize("n_images", [5000, 5003, 8569, 60_000])
def test_no_more_are_held_out_than_is_said(n_images):
    _, held = inner_split(n_images, np.arange(n_images) % 10, None, fraction=recipes.held_out_share(n_images), seed=0)
    assert len(held) == recipes.MOST_HELD_OUT


def test_the_test_images_are_not_looked_at(data, tmp_path):
    images = data.images.copy()
    images[data.split == "test"] = 0
    other = dataclasses.replace(data, images=images)
    one, two = (
        fit_final(Inside(which, 3, tmp_path / name), partial(RECIPE, max_epochs=2)) for name, which in (("a", data), ("b", other))
    )
    X = data.part("train")[0]
    np.testing.assert_array_equal(one.net.predict_proba(X), two.net.predict_proba(X))
    assert one.temperature == two.temperature


@pytest.mark.parametrize("killed_at", [0.2, 0.8])
def test_a_kill_in_either_training_changes_nothing(data, tmp_path, killed_at, monkeypatch):
    monkeypatch.setattr("tasvir.studies.inside.CHECKPOINT_S", 0.0)
    told = []

    def die(done):
        told.append(done)
        if done > killed_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_final(Inside(data, 3, tmp_path / "broken", tell=die), partial(RECIPE, max_epochs=6))
    resumed = []
    again = fit_final(Inside(data, 3, tmp_path / "broken", tell=resumed.append), partial(RECIPE, max_epochs=6))
    whole = []
    unbroken = fit_final(Inside(data, 3, tmp_path / "whole", tell=whole.append), partial(RECIPE, max_epochs=6))
    assert whole == sorted(whole)
    assert (whole[-1], resumed[-1]) == (1.0, 1.0)
    assert resumed[0] >= told[-1]
    X = data.part("test")[0]
    np.testing.assert_array_equal(again.net.predict_proba(X), unbroken.net.predict_proba(X))
    assert (again.temperature, again.n_fitted) == (unbroken.temperature, unbroken.n_fitted)


def test_a_single_group_can_hold_nothing_out(few_digits, tmp_path):
    alone = dataclasses.replace(few_digits, groups=np.array(["one"] * len(few_digits)), names=few_digits.names)
    found = fit_final(Inside(alone, 3, tmp_path), partial(RECIPE, max_epochs=2))
    assert (found.temperature, found.n_valid) == (None, 0)
    assert found.n_fitted == alone.counts["train"]


def test_the_estimate_counts_both_trainings(data):
    (work,) = final_work(partial(RECIPE, max_epochs=6), data, 6)
    assert work.n_images == 6 * (2 * data.counts["train"] + data.counts["val"])


def test_baselines_have_the_images_that_the_net_has(few_digits, tmp_path):
    y, split = few_digits.labels, few_digits.split.copy()
    split[(y == 3) & (split == "train")] = "val"  # the most frequent class, were it not for them
    more = small.some(dataclasses.replace(few_digits, split=split), np.flatnonzero((y == 3) | (np.arange(len(y)) % 2 == 0)))
    records = list(majority(Inside(more, 0, tmp_path)))
    probabilities = next(record.content for record in records if record.name == "probabilities")
    assert set(probabilities.argmax(1)) == {3}
