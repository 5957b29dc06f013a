"""In which numbers a training step is computed; a machine without bfloat16 is played by one that hides it."""

import pytest
import torch

from tasvir import VAE, Autoencoder, ImageClassifier, load_data, load_model, save_model
from tasvir.contracts.errors import BadInputError
from tasvir.nets.conv import ConvSpec
from tasvir.nets.dense import DenseSpec
from tasvir.nets.resnet import ResNetSpec
from tasvir.train import precision
from tasvir.train.checkpoint import Checkpoint
from tasvir.train.engine import TorchEngineSpec, build_engine
from tasvir.train.precision import has_bf16, resolve_precision, slowdown

CPU = torch.device("cpu")
pytestmark = pytest.mark.filterwarnings("ignore:precision='bf16' is emulated")

SMALL = {"max_epochs": 2, "batch_size": 32, "random_state": 0, "device": "cpu"}
TRAINED = {
    "Autoencoder": Autoencoder(net=ConvSpec(filters=(4, 8)), n_components=4, **SMALL),
    "VAE": VAE(net=ConvSpec(filters=(4, 8)), n_components=4, conditional=True, **SMALL),
    "ImageClassifier": ImageClassifier(net=ResNetSpec(widths=(8, 16)), augment="shift", **SMALL),
}


@pytest.fixture
def hardware(monkeypatch):
    """Let the processor have these, and nothing else."""
    return lambda *names: monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: dict.fromkeys(names, True))


@pytest.fixture
def trained():
    X, y, _ = load_data("digits").part("train")
    return lambda name, **how: type(TRAINED[name])(**TRAINED[name].get_params(deep=False) | how).fit(X[:96], y[:96])


@pytest.mark.parametrize(
    ("names", "found"), [((), "fp32"), (("avx2", "avx512_f"), "fp32"), (("avx512_bf16",), "bf16"), (("amx_bf16",), "bf16")]
)
def test_auto_is_bf16_where_it_is_in_hardware(names, found, hardware):
    hardware(*names)
    assert resolve_precision("auto", CPU) == found
    assert build_engine(None, "cpu").precision == build_engine("auto", "cpu").precision == found


@pytest.mark.parametrize(("size", "found"), [(64, "fp32"), (255, "fp32"), (256, "bf16"), (784, "bf16"), (None, "bf16")])
def test_auto_leaves_small_images_in_float32(size, found, hardware):
    hardware("amx_bf16")
    for engine in (None, "auto", TorchEngineSpec()):
        assert build_engine(engine, "cpu", size).precision == found
    assert build_engine("bf16", "cpu", size).precision == "bf16"


def test_an_estimator_knows_the_size_of_its_images(hardware):
    hardware("amx_bf16")
    digits = load_data("digits").images[:40]
    assert Autoencoder(max_epochs=1).fit(digits).precision_ == "fp32"
    assert Autoencoder(max_epochs=1).fit(load_data("digits", image_size=16).images[:40]).precision_ == "bf16"


def test_a_device_without_it_computes_in_float32():
    assert not has_bf16(torch.device("mps"))
    assert resolve_precision("auto", torch.device("mps")) == "fp32"


@pytest.mark.parametrize("name", ["fp32", "bf16"])
def test_what_is_asked_for_is_taken(name):
    assert build_engine(name, "cpu").precision == TorchEngineSpec(name).build("cpu").precision == name


@pytest.mark.filterwarnings("default")
def test_emulation_is_told_with_a_figure(hardware, monkeypatch):
    hardware("avx2")
    monkeypatch.setattr(precision, "slowdown", lambda device: 3.21)
    with pytest.warns(UserWarning, match=r"emulated on cpu: a matrix product takes 3\.2 times as long"):
        assert resolve_precision("bf16", CPU) == "bf16"


def test_the_figure_is_measured():
    assert 0 < slowdown(CPU, size=64) < 1000


def test_a_device_that_cannot_is_refused(hardware, monkeypatch):
    def fail(device):
        raise RuntimeError("no such numbers\nand a trace")

    hardware()
    monkeypatch.setattr(precision, "slowdown", fail)
    with pytest.raises(BadInputError, match=r"'bf16' is not possible on cpu \(no such numbers\): give 'auto' or 'fp32'"):
        resolve_precision("bf16", CPU)


@pytest.mark.parametrize("name", ["fp16", "", "BF16", None, 32])
def test_an_unknown_precision_is_refused(name):
    with pytest.raises(BadInputError, match=r"precision=.* is not known: give one of 'auto', 'fp32', 'bf16'"):
        resolve_precision(name, CPU)


@pytest.mark.parametrize("name", TRAINED)
def test_only_the_steps_are_in_bf16(name, trained):
    low, full = trained(name, engine="bf16"), trained(name, engine="fp32")
    assert (low.precision_, full.precision_) == ("bf16", "fp32")
    assert low.history_["loss"] != full.history_["loss"]
    assert low.history_["loss"] == pytest.approx(full.history_["loss"], rel=0.05)
    assert {tensor.dtype for tensor in low.net_.parameters()} == {torch.float32}
    # What is watched, and all inference, is what float32 makes of the same weights.
    X, _, _ = load_data("digits").part("train")
    seen = low.transform(X[:5]) if hasattr(low, "transform") else low.predict_proba(X[:5])
    assert torch.from_numpy(seen).bfloat16().float().tolist() != seen.tolist()


def test_a_decoder_tells_nearly_white_from_white():
    _, decoder = DenseSpec(hidden=(2,)).build((1, 1, 1), 1, 1)
    with torch.autocast("cpu", torch.bfloat16):
        drawn = decoder[-2](torch.full((1, 1), 6.5, dtype=torch.bfloat16))
    assert drawn.dtype == torch.float32
    assert drawn.item() == pytest.approx(0.99850, abs=1e-5)


def test_it_is_kept_with_the_model(trained, tmp_path):
    assert load_model(save_model(trained("VAE", engine="bf16"), tmp_path / "model")).precision_ == "bf16"


def test_a_training_goes_on_in_its_own_numbers_alone(trained, tmp_path):
    hooks = (Checkpoint(tmp_path / "training.safetensors"),)
    trained("Autoencoder", engine="bf16", hooks=hooks)
    with pytest.raises(BadInputError, match="other data or settings"):
        trained("Autoencoder", engine="fp32", hooks=hooks)
