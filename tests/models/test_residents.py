"""Planted estimators move in: each goes on after a kill, is saved and loaded, keeps its promise; nothing in src changes."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from models.residents import ROWS
from models.residents.code_sampler import CodeSampler
from models.residents.toy_denoiser import ToyDenoiser
from models.residents.toy_gan import Recorder, ToyGAN
from models.residents.toy_over_sampler import ToyOverSampler
from models.residents.window_regressor import WindowRegressor

from tasvir import VAE, Autoencoder, Dataset, DenseSpec, GaussianSampler, load_model, save_model
from tasvir.apply.refit import fit_in_folder
from tasvir.contracts.checks import promise_checks
from tasvir.contracts.checks.trial import Trial
from tasvir.data.dataset import DataCard
from tasvir.models import names
from tasvir.models.folder import new_model
from tasvir.train.checkpoint import Checkpoint
from tasvir.train.hooks import KeepBest

NET = DenseSpec(hidden=(8,))
HELD = {"net": NET, "n_components": 2, "max_epochs": 2, "device": "cpu"}
RESIDENTS = {
    "ToyGAN": ToyGAN(device="cpu"),
    "CodeSampler": CodeSampler(transformer=Autoencoder(**HELD)),
    "WindowRegressor": WindowRegressor(device="cpu"),
    "ToyDenoiser": ToyDenoiser(net=NET, device="cpu"),
    "ToyOverSampler": ToyOverSampler(sampler=GaussianSampler()),
    "ToyOverSampler-vae": ToyOverSampler(sampler=VAE(**HELD, conditional=True)),
}


@pytest.fixture(autouse=True)
def _moved_in(monkeypatch):
    for name, row in ROWS.items():
        monkeypatch.setitem(names.MODELS, name, row)


def trial_of(name) -> Trial:
    return Trial(RESIDENTS[name], ROWS[type(RESIDENTS[name]).__name__].promises)


def save_and_load(fitted):
    with tempfile.TemporaryDirectory() as folder:
        return load_model(save_model(fitted, f"{folder}/model"))


CHECKS = [
    pytest.param(trial_of(name), check, id=f"{name}-{check.name}")
    for name in RESIDENTS
    for check in promise_checks(RESIDENTS[name], trial_of(name).promises, round_trip=save_and_load)
]


@pytest.mark.parametrize(("trial", "check"), CHECKS)
def test_it_keeps_its_promise(trial, check):
    check(trial.estimator)


def test_it_is_known_by_its_word():
    for row in ROWS.values():
        if row.word in ("toy-gan", "window-regressor", "toy-denoiser"):  # the others need an estimator to hold
            assert type(new_model(row.word)).__module__ == row.module


@pytest.mark.parametrize("name", ["ToyGAN", "ToyDenoiser", "CodeSampler"])
def test_it_is_fitted_in_a_folder_and_drawn_from(name, tmp_path):
    """As `tasvir fit` does, on a set with a validation part; the same again trains nothing."""
    X = trial_of(name).example()[0]
    split = np.repeat(["train", "val", "test"], 12)
    card = DataCard("made", "here", "none", "", "", "given", "none")
    data = Dataset("made", X, np.arange(36) % 3, ("ant", "bee", "cat"), split=split, card=card, groups=None)
    estimator = trial_of(name).unfitted()
    for trained in (True, False):
        n = fit_in_folder(estimator, data, tmp_path / "model", checkpoint_every=1, tell=lambda *words: None)
        assert bool(n) is trained
    assert type(load_model(tmp_path / "model")) is type(estimator)


# -- a kill ---------------------------------------------------------------------------------------------------------------


class Killed(Exception):
    """Stands for a kill: the process is gone, what was written stays."""


class Killer:
    def __init__(self, at):
        self.at = at

    def __call__(self, task, history):
        if len(history) == self.at:
            raise Killed
        return False

    def state(self):
        return {}

    def load(self, state):
        pass

    def close(self, task):
        pass


EPOCHS = 6


def fitted(name, folder, *, kill_at=None):
    """Fitted with a checkpoint and whatever watches, in the estimator that trains: itself, or the one that it holds."""
    trial = trial_of(name)
    watching = {"ToyGAN": (Recorder(), KeepBest(monitor="generator")), "ToyDenoiser": (KeepBest(),)}.get(name, ())
    hooks = (*watching, Checkpoint(folder / "training.safetensors"), Killer(kill_at))
    held = next((f"{word}__" for word in ("transformer", "sampler") if word in trial.settings), "")
    return trial.fit(*trial.example(), **{f"{held}hooks": hooks, f"{held}max_epochs": EPOCHS})


TRAINED = [name for name in RESIDENTS if name != "ToyOverSampler"]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    return {name: fitted(name, tmp_path_factory.mktemp(name)) for name in TRAINED}


@pytest.mark.parametrize("kill_at", [1, 3, EPOCHS])
@pytest.mark.parametrize("name", TRAINED)
def test_it_goes_on_after_a_kill_as_if_there_was_none(unbroken, tmp_path, name, kill_at):
    with pytest.raises(Killed):
        fitted(name, tmp_path, kill_at=kill_at)
    torch.rand(5)
    resumed, trial = fitted(name, tmp_path), trial_of(name)
    X, y = trial.example()
    first, second = trial.results(unbroken[name], X, y), trial.results(resumed, X, y)
    assert all(np.array_equal(first[word], second[word]) for word in first)
    if name == "ToyGAN":
        same_records(unbroken[name].hooks_[0], resumed.hooks_[0])
        assert resumed.history_.rows == unbroken[name].history_.rows


def same_records(first, second):
    for word, dtype in {"pictures": np.float16, "seen": np.int16, "words": np.dtype("U5").type}.items():
        a, b = getattr(first, word), getattr(second, word)
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        assert a.dtype.type is dtype
        assert a.tobytes() == b.tobytes()
    assert first.seen.tolist() == list(range(1, EPOCHS + 1))


def gan_in(folder):
    """A training of some seconds, its model and what its recorder saw."""
    names.MODELS.update(ROWS)
    X, y = trial_of("ToyGAN").example()
    hooks = (Recorder(), Checkpoint(folder / "training.safetensors"))
    gan = ToyGAN(max_epochs=150, hooks=hooks, device="cpu", random_state=0).fit(X, y)
    save_model(gan, folder / "model")
    return gan.hooks_[0].pictures.tobytes(), (folder / "model" / "weights.safetensors").read_bytes()


def test_a_killed_process_loses_nothing_of_a_flight_recorder(tmp_path):
    here = Path(__file__)
    code = f"import sys; sys.path[:0] = [{str(here.parents[1])!r}, {str(here.parent)!r}]\n"
    code += f"import pathlib, test_residents; test_residents.gan_in(pathlib.Path({str(tmp_path / 'killed')!r}))"
    process = subprocess.Popen([sys.executable, "-c", code])
    while process.poll() is None and not (tmp_path / "killed" / "training.safetensors").exists():
        time.sleep(0.002)
    time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / "killed" / "model").exists()
    assert gan_in(tmp_path / "killed") == gan_in(tmp_path / "whole")


# -- what is particular to each ---------------------------------------------------------------------------------------------


def test_the_average_is_kept_and_not_the_last_generator(unbroken):
    from tasvir.train.checkpoint import read_state

    checkpoint = unbroken["ToyGAN"].hooks_[2]
    state = read_state(checkpoint.path)
    best = state["hooks"][1]["best_state"]  # KeepBest gave its epoch back, the average with it
    for name, tensor in unbroken["ToyGAN"].net_.state_dict().items():
        assert torch.equal(tensor, best["average"][name])
        assert not torch.equal(tensor, best["generator"][name])


def test_images_to_validate_on_are_refused_where_nothing_is_validated():
    X, y = trial_of("ToyGAN").example()
    with pytest.raises(ValueError, match=r"^AdversarialTask has no validation loss") as error:
        ToyGAN(device="cpu").fit(X, y, X_val=X)
    assert "\n" not in str(error.value)


def test_keeping_the_best_of_a_loss_that_is_not_there_is_refused():
    X, y = trial_of("ToyGAN").example()
    with pytest.raises(ValueError, match=r"KeepBest\(monitor='valid_loss'\).*give monitor= one of generator, discriminator$"):
        ToyGAN(device="cpu", hooks=(KeepBest(),)).fit(X, y)


def test_a_held_model_is_a_folder_within_the_folder(unbroken, tmp_path):
    folder = save_model(unbroken["CodeSampler"], tmp_path / "model")
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == [
        "model.json",
        "transformer_",
        "transformer_/model.json",
        "transformer_/weights.safetensors",
        "weights.safetensors",
    ]
    assert isinstance(load_model(folder / "transformer_"), Autoencoder)
    loaded = load_model(folder)
    assert not hasattr(loaded.transformer, "net_")
    assert np.array_equal(loaded.sample(3, random_state=0), unbroken["CodeSampler"].sample(3, random_state=0))


def test_a_fitted_model_may_be_a_setting_too(unbroken, tmp_path):
    fitted = CodeSampler(transformer=unbroken["CodeSampler"].transformer_, random_state=0).fit(*trial_of("CodeSampler").example())
    loaded = load_model(save_model(fitted, tmp_path / "model"))
    assert hasattr(loaded.transformer, "net_")


@pytest.mark.parametrize("what", ["weights", "description", "missing", "another", "outside"])
def test_a_damaged_or_exchanged_held_model_is_noticed(unbroken, tmp_path, what):
    folder = save_model(unbroken["CodeSampler"], tmp_path / "model")
    held = folder / "transformer_"
    if what == "weights":
        path = held / "weights.safetensors"
        path.write_bytes(path.read_bytes()[:-1] + b"\x00" * 2)
    elif what == "description":
        (held / "model.json").write_text((held / "model.json").read_text() + " ")
    elif what == "missing":
        (held / "model.json").unlink()
    elif what == "another":
        save_model(Autoencoder(**HELD, random_state=9).fit(*trial_of("CodeSampler").example()), held)
    else:
        shutil.copytree(held, tmp_path / "elsewhere")  # the very model, but not where the folder may look
        described = json.loads((folder / "model.json").read_text())
        described["learned"]["transformer_"]["folder"] = "../elsewhere"
        (folder / "model.json").write_text(json.dumps(described))
    with pytest.raises(OSError, match=str(folder)) as error:
        load_model(folder)
    assert "\n" not in str(error.value)


def test_nothing_is_left_where_a_held_model_cannot_be_saved(unbroken, tmp_path):
    """The whole folder appears or nothing does."""

    class Stranger(Autoencoder):
        pass

    twin = CodeSampler(transformer=Stranger(**HELD), random_state=0).fit(*trial_of("CodeSampler").example())
    with pytest.raises((ValueError, TypeError), match="Stranger"):
        save_model(twin, tmp_path / "model")
    assert not list(tmp_path.iterdir())


def test_windows_have_one_map_a_feature_and_flat_x_is_steps_of_one():
    X, y = trial_of("WindowRegressor").example()
    shifted = X * [10.0, 0.1] + [5.0, -3.0]
    first, second = (WindowRegressor(device="cpu", random_state=0).fit(each, y) for each in (X, shifted))
    np.testing.assert_allclose(first.predict(X), second.predict(shifted), rtol=1e-2, atol=0.3)
    one = X[:, :, :1]
    flat, cube = (WindowRegressor(device="cpu", random_state=0).fit(each, y) for each in (one[:, :, 0], one))
    assert np.array_equal(flat.predict(one[:, :, 0]), cube.predict(one))


def test_a_resampler_comes_back_with_the_sampler_that_it_fitted(tmp_path):
    trial = trial_of("ToyOverSampler-vae")
    fitted = trial.fit(*trial.example())
    loaded = load_model(save_model(fitted, tmp_path / "model"))
    assert loaded.sampling_strategy_ == fitted.sampling_strategy_ == {"ant": 0, "bee": 3, "cat": 6}
    assert np.array_equal(loaded.sampler_.sample(4, "cat"), fitted.sampler_.sample(4, "cat"))
