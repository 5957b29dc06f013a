"""Fit in a folder: begun, continued, finished, longer, or refused."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from tasvir import Autoencoder, GaussianSampler, load_data, load_model
from tasvir.apply.refit import fit_in_folder, fit_watched
from tasvir.contracts.errors import BadInputError
from tasvir.nets.dense import DenseSpec
from tasvir.train.checkpoint import TRAINING_FILE, Checkpoint
from tasvir.train.hooks import Progress


@pytest.fixture(scope="module")
def data():
    return load_data("digits")


def fit(folder, data, tell=lambda *words: None, **settings):
    given = {"net": DenseSpec(hidden=(8,)), "n_components": 2, "max_epochs": 3, "random_state": 0, "device": "cpu"}
    return fit_in_folder(Autoencoder(**given | settings), data, folder, checkpoint_every=1, tell=tell)


def weights(folder):
    return (folder / "weights.safetensors").read_bytes()


def test_a_new_folder_holds_model_and_training(data, tmp_path):
    told = []
    assert fit(tmp_path / "model", data, lambda *words: told.append(words[:2])) == 3
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == ["model.json", TRAINING_FILE, "weights.safetensors"]
    assert load_model(tmp_path / "model").transform(data.images[:3]).shape == (3, 2)


def test_a_finished_one_is_kept(data, tmp_path):
    fit(tmp_path, data)
    before = weights(tmp_path)
    assert fit(tmp_path, data) == 0
    assert weights(tmp_path) == before


def test_a_larger_max_epochs_goes_on(data, tmp_path):
    fit(tmp_path / "parts", data)
    assert fit(tmp_path / "parts", data, max_epochs=5) == 2
    fit(tmp_path / "whole", data, max_epochs=5)
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")


def test_a_stopped_one_is_continued(data, tmp_path):
    def stop(epoch, max_epochs, row):
        if epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path / "stopped", data, stop)
    assert not (tmp_path / "stopped" / "model.json").exists()
    assert fit(tmp_path / "stopped", data) == 2
    fit(tmp_path / "whole", data)
    assert weights(tmp_path / "stopped") == weights(tmp_path / "whole")


def test_other_settings_are_refused_and_leave_it_as_it_was(data, tmp_path):
    fit(tmp_path, data)
    before = weights(tmp_path)
    with pytest.raises(ValueError, match="other data or settings"):
        fit(tmp_path, data, n_components=3)
    assert weights(tmp_path) == before


def test_a_folder_with_something_else_is_refused(data, tmp_path):
    (tmp_path / "thesis.tex").write_text("all of it")
    with pytest.raises(ValueError, match="holds something else"):
        fit(tmp_path, data)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_is_refused(data, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="is a file"):
        fit(tmp_path / "file", data)


def test_what_a_kill_left_of_a_first_checkpoint_is_no_hindrance(data, tmp_path):
    (tmp_path / f".{TRAINING_FILE}.abc.part").write_bytes(b"half")
    assert fit(tmp_path, data) == 3
    assert not list(tmp_path.glob(".*"))


def test_the_curves_of_all_epochs_are_kept(data, tmp_path):
    fit(tmp_path, data)
    fit(tmp_path, data, max_epochs=4)
    assert len(json.loads((tmp_path / "model.json").read_text())["history"]["rows"]) == 4


def test_a_model_that_is_fitted_in_one_go_is_kept_and_not_replaced(data, tmp_path):
    def fit_gaussian(**settings):
        sampler = GaussianSampler(random_state=0, **settings)
        return fit_in_folder(sampler, data, tmp_path, checkpoint_every=1, tell=lambda *told: None)

    assert fit_gaussian() == 1
    before = weights(tmp_path)
    assert fit_gaussian() == 0
    with pytest.raises(BadInputError, match="other data or settings: give --out a new folder"):
        fit_gaussian(n_components=2)
    assert weights(tmp_path) == before


class Heard(Progress):
    """A hook that says when it is called, and where in the row of hooks it stands."""

    def __init__(self, name, heard):
        super().__init__(lambda *row: heard.append(name), 0)


def test_hooks_of_the_estimator_are_added_to_and_come_first(data, tmp_path):
    heard = []
    own = (Heard("own", heard),)
    estimator = Autoencoder(net=DenseSpec(hidden=(8,)), n_components=2, max_epochs=2, random_state=0, device="cpu", hooks=own)
    checkpoint = Checkpoint(tmp_path / TRAINING_FILE)
    watching = (Heard("watching", heard),)
    fitted = fit_watched(estimator, data, checkpoint, tell=lambda *row: heard.append("told"), watching=watching)
    assert heard == ["own", "watching", "told"] * 2
    assert fitted.hooks is own
    assert (tmp_path / TRAINING_FILE).is_file()


def test_a_failed_fit_gives_an_estimator_its_hooks_back(data, tmp_path):
    def stop(*row):
        raise KeyboardInterrupt

    estimator = Autoencoder(net=DenseSpec(hidden=(8,)), n_components=2, max_epochs=2, random_state=0, device="cpu")
    with pytest.raises(KeyboardInterrupt):
        fit_watched(estimator, data, Checkpoint(tmp_path / TRAINING_FILE), tell=stop)
    assert estimator.hooks == ()


def test_the_validation_part_is_watched_where_there_is_one(data, tmp_path):
    split = np.where(np.arange(len(data)) % 5 == 0, "val", data.split)
    watched = dataclasses.replace(data, split=split)
    settings = {"net": DenseSpec(hidden=(8,)), "n_components": 2, "max_epochs": 1, "random_state": 0, "device": "cpu"}
    found = fit_watched(Autoencoder(**settings), watched, Checkpoint(tmp_path / TRAINING_FILE), tell=lambda *row: None)
    direct = Autoencoder(**settings).fit(watched.part("train")[0], X_val=watched.part("val")[0])
    assert found.history_["valid_loss"] == direct.history_["valid_loss"]


def test_what_takes_no_hooks_is_fitted_in_one_go(data, tmp_path):
    found = fit_watched(GaussianSampler(), data, Checkpoint(tmp_path / TRAINING_FILE), tell=lambda *row: 1 / 0)
    X, y, _ = data.part("train")
    np.testing.assert_array_equal(found.means_, GaussianSampler().fit(X, y).means_)


def test_a_place_that_cannot_hold_a_model_is_refused_before_training(data, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Autoencoder, "fit", lambda *given, **how: 1 / 0)
    with pytest.raises(OSError, match="is a file, so nothing can be written in it"):
        fit(tmp_path / "file" / "model", data)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(OSError, match="cannot be replaced as a whole"):
        fit(Path(), data)
