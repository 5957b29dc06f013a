"""A training that was killed and goes on ends bit for bit as an unbroken one."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from tasvir import GAN, VAE, Autoencoder, Denoiser, ImageClassifier, LeversSpec, RecorderSpec, load_data, save_model
from tasvir.models import gan
from tasvir.nets.conv import ConvSpec
from tasvir.nets.dcgan import DCGANSpec
from tasvir.nets.dense import DenseSpec
from tasvir.nets.resnet import ResNetSpec
from tasvir.nets.unet import UNetSpec
from tasvir.nets.vgg import VGGSpec
from tasvir.train.checkpoint import Checkpoint
from tasvir.train.hooks import EarlyStopping, KeepBest

EPOCHS = 9
COMMON = {"max_epochs": EPOCHS, "batch_size": 16, "random_state": 0, "device": "cpu", "validation_fraction": 0.3}
FP32 = COMMON | {"engine": "fp32"}
BF16 = COMMON | {"engine": "bf16"}
pytestmark = pytest.mark.filterwarnings("ignore:precision='bf16' is emulated")
TRAINED = {
    "Autoencoder-dense": Autoencoder(net=DenseSpec(hidden=(16,)), n_components=4, learning_rate=0.03, **FP32),
    "Autoencoder-conv": Autoencoder(net=ConvSpec(filters=(4, 8)), n_components=4, learning_rate=0.03, **FP32),
    "VAE": VAE(net=DenseSpec(hidden=(16,)), n_components=4, learning_rate=0.03, **FP32),
    "ImageClassifier": ImageClassifier(
        net=ResNetSpec(widths=(8, 16), dropout=0.1), augment="shift_flip", learning_rate=0.05, **FP32
    ),
    "GAN": GAN(
        net=DCGANSpec(generator=(8,), discriminator=(8,), dense=16),
        levers=LeversSpec(instance_noise=0.2, noise_epochs=6, label_noise=0.1, spectral_norm=True, shift=0.1, penalty_every=3),
        recorder=RecorderSpec(grid_every=2, grid_side=3),
        n_components=4,
        **FP32,
    ),
    "Denoiser": Denoiser(net=UNetSpec(widths=(4, 8)), variance=(0.01, 0.09), blind=False, learning_rate=0.02, **FP32),
    "Autoencoder-conv in bf16": Autoencoder(net=ConvSpec(filters=(4, 8)), n_components=4, learning_rate=0.03, **BF16),
    "VAE in bf16": VAE(net=ConvSpec(filters=(4, 8)), n_components=4, learning_rate=0.03, **BF16),
    "ImageClassifier in bf16": ImageClassifier(net=VGGSpec(widths=(8, 16)), augment="shift", learning_rate=0.02, **BF16),
}


BEST = 4


class Watched:
    """Writes a curve of its own, lowest at epoch BEST on every machine, for the hooks behind it to watch."""

    def __call__(self, task, history):
        history.rows[-1]["watched"] = abs(len(history) - BEST)
        return False

    def state(self):
        return {}

    def load(self, state):
        pass

    def close(self, task):
        pass


class Killed(Exception):
    """Stands for a kill: the process is gone, what was written stays."""


class Killer(Watched):
    """Ends the training in epoch `at`, before its checkpoint is written."""

    def __init__(self, at=None):
        self.at = at

    def __call__(self, task, history):
        if len(history) == self.at:
            raise Killed
        return False


@pytest.fixture(scope="module")
def images():
    X, _, _ = load_data("digits").part("train")
    return X[:80], np.arange(80) % 3


def fitted(estimator, images, folder, *, kill_at=None, patience=3, max_epochs=EPOCHS):
    watching = KeepBest(monitor="watched"), EarlyStopping(monitor="watched", patience=patience)
    hooks = (Watched(), *watching, Checkpoint(folder / "training"), Killer(kill_at))
    twin = type(estimator)(**estimator.get_params(deep=False))
    return twin.set_params(hooks=hooks, max_epochs=max_epochs).fit(*images)


def same_training(a, b):
    """Every weight and every curve to the last bit, and what a recorder saw."""
    assert getattr(a, "record_", None) == getattr(b, "record_", None)
    grids = getattr(a, "grids_", {})
    assert all(np.array_equal(grid, b.grids_[epoch]) for epoch, grid in grids.items())
    assert a.history_.rows == b.history_.rows
    assert a.history_.stopped == b.history_.stopped
    for (name, x), y in zip(a.net_.state_dict().items(), b.net_.state_dict().values(), strict=True):
        assert torch.equal(x, y), name


@pytest.fixture(scope="module")
def unbroken(images, tmp_path_factory):
    return {name: fitted(estimator, images, tmp_path_factory.mktemp(name)) for name, estimator in TRAINED.items()}


@pytest.mark.parametrize("name", TRAINED)
def test_the_best_epoch_lies_within_the_training(unbroken, name):
    watched = unbroken[name].history_["watched"]
    assert watched == [3, 2, 1, 0, 1, 2, 3]
    assert unbroken[name].history_.stopped


@pytest.mark.parametrize("kill_at", [1, 2, BEST, BEST + 1, BEST + 2, BEST + 3])
@pytest.mark.parametrize("name", TRAINED)
def test_it_ends_as_the_unbroken_one(unbroken, images, tmp_path, name, kill_at):
    with pytest.raises(Killed):
        fitted(TRAINED[name], images, tmp_path, kill_at=kill_at)
    torch.rand(7), np.random.rand(7)  # what ran before does not matter
    same_training(fitted(TRAINED[name], images, tmp_path), unbroken[name])


@pytest.mark.parametrize("name", TRAINED)
def test_a_finished_training_is_not_trained_again(unbroken, images, tmp_path, name):
    fitted(TRAINED[name], images, tmp_path)
    same_training(fitted(TRAINED[name], images, tmp_path, kill_at=1), unbroken[name])


@pytest.mark.parametrize("name", TRAINED)
def test_it_may_be_killed_again_and_again(unbroken, images, tmp_path, name):
    for epoch in range(2, len(unbroken[name].history_) + 1):
        with pytest.raises(Killed):
            fitted(TRAINED[name], images, tmp_path, kill_at=epoch)
    same_training(fitted(TRAINED[name], images, tmp_path), unbroken[name])


def test_the_order_of_hooks_does_not_matter_to_the_checkpoint(images, tmp_path):
    """It is written when every hook has seen the epoch."""

    def fit(folder, kill_at=None):
        watching = KeepBest(monitor="watched"), EarlyStopping(monitor="watched", patience=3)
        hooks = (Watched(), Checkpoint(folder / "training"), *watching, Killer(kill_at))
        return Autoencoder(**TRAINED["Autoencoder-dense"].get_params(deep=False) | {"hooks": hooks}).fit(*images)

    whole = fit(tmp_path / "whole")
    for epoch in range(2, len(whole.history_) + 1):
        with pytest.raises(Killed):
            fit(tmp_path / "killed", kill_at=epoch)
    same_training(fit(tmp_path / "killed"), whole)


def test_a_larger_max_epochs_goes_on(images, tmp_path):
    estimator = TRAINED["Autoencoder-dense"]
    whole = fitted(estimator, images, tmp_path / "whole", patience=99)
    fitted(estimator, images, tmp_path / "parts", patience=99, max_epochs=4)
    same_training(fitted(estimator, images, tmp_path / "parts", patience=99), whole)


def test_other_data_or_settings_are_refused(images, tmp_path):
    X, y = images
    estimator = TRAINED["Autoencoder-dense"]
    fitted(estimator, images, tmp_path)
    changed = X.copy()
    changed[0, 0, 0] ^= 1
    others = [
        (Autoencoder(**estimator.get_params(deep=False) | {"learning_rate": 0.02}), (X, y)),
        (Autoencoder(**estimator.get_params(deep=False) | {"random_state": 1}), (X, y)),
        (Autoencoder(**estimator.get_params(deep=False) | {"validation_fraction": 0.2}), (X, y)),
        (Autoencoder(**estimator.get_params(deep=False) | {"net": DenseSpec(hidden=(8,))}), (X, y)),
        (estimator, (changed, y)),
    ]
    for other, given in others:
        with pytest.raises(ValueError, match="other data or settings"):
            fitted(other, given, tmp_path)


def test_a_checkpoint_needs_a_seed(images, tmp_path):
    with pytest.raises(ValueError, match="random_state=None with a Checkpoint"):
        Autoencoder(hooks=(Checkpoint(tmp_path / "training"),)).fit(*images)


def fit_and_save(folder, name):
    """A training of 60 epochs, with its best state kept, as a folder."""
    X, y, _ = load_data("digits").part("train")
    checkpoint = Checkpoint(folder / "training")
    seeded = {"max_epochs": 60, "random_state": 0, "device": "cpu"}
    estimators = {
        "classifier": ImageClassifier(net=ResNetSpec(widths=(4, 8)), augment="shift", hooks=(KeepBest(), checkpoint), **seeded),
        "gan": GAN(net=DCGANSpec(generator=(8,), discriminator=(8,), dense=16), hooks=(checkpoint,), **seeded),
    }
    return save_model(estimators[name].fit(X[:300], y[:300]), folder / "model")


@pytest.mark.parametrize("name", ["classifier", "gan"])
def test_sigkill_at_any_moment(tmp_path, name):
    """A real kill: the process ends where it stands. Weights and all that is said of the training are the same in the end."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_resume, pathlib\n"
    code += f"import tasvir.models.gan; tasvir.models.gan.SEEING_STEPS = {gan.SEEING_STEPS}\n"
    code += f"test_resume.fit_and_save(pathlib.Path({str(tmp_path / 'killed')!r}), {name!r})"
    process = subprocess.Popen([sys.executable, "-c", code])
    while process.poll() is None and not (tmp_path / "killed" / "training").exists():
        time.sleep(0.002)
    time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / "killed" / "model").exists()
    killed, whole = (fit_and_save(tmp_path / how, name) for how in ("killed", "whole"))
    for file in ("weights.safetensors", "model.json"):
        assert (killed / file).read_bytes() == (whole / file).read_bytes(), file
