"""Fit in a folder: begun, continued, finished, longer, or refused."""

import json

import pytest

from tasvir import Autoencoder, GaussianSampler, load_data, load_model
from tasvir.apply.refit import fit_in_folder
from tasvir.contracts.errors import BadInputError
from tasvir.nets.dense import DenseSpec
from tasvir.train.checkpoint import TRAINING_FILE


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
