"""The losses of the first ten steps of each way of learning, as they were when it was right, in float32.

`--regold` writes them anew; a changed number needs a sentence why. rtol 1e-3: processors differ.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from tasvir import GAN, VAE, Autoencoder, Denoiser, ImageClassifier, LeversSpec, load_data
from tasvir.nets.conv import ConvSpec
from tasvir.nets.dcgan import DCGANSpec
from tasvir.nets.dense import DenseSpec
from tasvir.nets.fcgan import FCGANSpec
from tasvir.nets.hourglass import HourglassSpec
from tasvir.nets.resnet import ResNetSpec
from tasvir.nets.unet import UNetSpec
from tasvir.nets.vgg import VGGSpec

GOLDEN = Path(__file__).parent / "golden" / "losses.json"
STEPS, BATCH = 10, 64
#: One batch an epoch: an epoch's loss is that of one step.
FP32 = {"device": "cpu", "engine": "fp32"}
COMMON = {
    "max_epochs": STEPS,
    "batch_size": BATCH,
    "validation_fraction": None,
    "random_state": 0,
    "device": "cpu",
    "engine": "fp32",
}
TASKS = {
    "reconstruction, dense": Autoencoder(net=DenseSpec(hidden=(32,)), n_components=8, **COMMON),
    "reconstruction, conv": Autoencoder(net=ConvSpec(filters=(8, 16)), n_components=8, **COMMON),
    "classification": ImageClassifier(net=ResNetSpec(widths=(8, 16), dropout=0.1), augment="shift_flip", **COMMON),
    "classification, whitened": ImageClassifier(net=VGGSpec(widths=(8, 16)), augment="shift", **COMMON),
    "adversarial": GAN(net=FCGANSpec(generator=(32,), discriminator=(32,)), n_components=8, loss="saturating", **COMMON),
    "adversarial, conv": GAN(net=DCGANSpec(generator=(8,), discriminator=(8,), dense=16), n_components=8, **COMMON),
    "adversarial, levers": GAN(
        net=DCGANSpec(generator=(8,), discriminator=(8,), dense=16),
        n_components=8,
        loss="relativistic",
        levers=LeversSpec(instance_noise=0.1, label_noise=0.1, spectral_norm=True, r2=0.5, penalty_every=2, shift=0.2),
        **COMMON,
    ),
    "denoising": Denoiser(net=UNetSpec(widths=(8, 16)), variance=0.04, **COMMON),
    "denoising, told": Denoiser(net=HourglassSpec(filters=(8, 16)), variance=(0.01, 0.09), blind=False, **COMMON),
    "variational": VAE(net=DenseSpec(hidden=(32,)), n_components=8, **COMMON),
    "variational, conditional": VAE(net=ConvSpec(filters=(8,)), n_components=8, conditional=True, beta=2.0, **COMMON),
}


def losses(name: str) -> list[float]:
    X, y, _ = load_data("digits").part("train")
    fitted = type(TASKS[name])(**TASKS[name].get_params(deep=False)).fit(X[:BATCH], y[:BATCH])
    return fitted.history_["generator_loss" if "generator_loss" in fitted.history_.names else "loss"]


@pytest.mark.parametrize("name", TASKS)
def test_ten_steps_lose_what_they_did(name, regold):
    if regold:
        golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
        golden[name] = [round(loss, 7) for loss in losses(name)]
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(json.dumps({key: golden[key] for key in sorted(golden)}, indent=1) + "\n")
    assert losses(name) == pytest.approx(json.loads(GOLDEN.read_text())[name], rel=1e-3)


def test_nothing_golden_is_left_over():
    assert set(json.loads(GOLDEN.read_text())) == set(TASKS)


def test_they_do_learn():
    for name, curve in json.loads(GOLDEN.read_text()).items():
        if not name.startswith("adversarial"):  # a generator's loss rises where the discriminator learns faster
            assert curve[-1] < curve[0], name
        assert np.isfinite(curve).all()
