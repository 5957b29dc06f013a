"""What a denoiser is shown, what it is told, and what it then knows."""

import numpy as np
import pytest
import torch

from tasvir import Denoiser, HourglassSpec, UNetSpec, load_data, load_model, save_model
from tasvir.contracts.errors import BadInputError
from tasvir.models.denoising_task import DenoisingTask
from tasvir.models.noise import drawn_sd, estimated_sd, with_level, with_noise
from tasvir.models.scheduled_task import OneCycle
from tasvir.train.engine import TorchEngineSpec

SMALL = {"net": UNetSpec(widths=(8, 8)), "batch_size": 32, "device": "cpu", "engine": "fp32", "random_state": 0}


@pytest.fixture(scope="module")
def digits():
    return load_data("digits").part("train")[0]


def drawn(seed=0):
    return torch.Generator().manual_seed(seed)


def noisy(X, sd, seed=0):
    return np.clip(X / 255 + np.random.default_rng(seed).normal(0, sd, X.shape), 0, 1)


# -- noise ------------------------------------------------------------------------------------------------------------------


def test_noise_has_the_variance_that_was_asked_for():
    """Where nothing is clipped, and of each image its own."""
    gray = torch.full((4, 1, 100, 100), 0.5)
    sd = torch.tensor([0.0, 0.01, 0.05, 0.1])
    noise = with_noise(gray, sd, drawn()) - gray
    assert noise.flatten(1).std(1).numpy() == pytest.approx(sd.numpy(), rel=0.03, abs=1e-9)
    assert noise.flatten(1).mean(1).abs().max() < 0.005


def test_noise_is_clipped_as_pixels_are():
    seen = with_noise(torch.zeros(1, 3, 50, 50), torch.tensor([0.3]), drawn())
    assert (seen.min(), seen.max() <= 1) == (0, True)
    assert 0.45 < (seen == 0).float().mean() < 0.55


def test_no_noise_is_the_image_itself():
    image = torch.rand(2, 1, 8, 8, generator=drawn())
    assert with_noise(image, torch.zeros(2), drawn()) is image


def test_a_range_is_drawn_evenly_in_standard_deviation():
    sd = drawn_sd((0.0, 0.04), 20_000, drawn())
    assert (sd.min() >= 0, sd.max() <= 0.2) == (True, True)
    assert np.histogram(sd.numpy(), 4, (0, 0.2))[0] == pytest.approx(5000, rel=0.05)


@pytest.mark.parametrize("sd", [0.05, 0.1, 0.2])
def test_the_level_is_estimated_from_the_image(sd):
    smooth = torch.linspace(0.3, 0.7, 64).expand(5, 3, 64, 64)
    assert estimated_sd(with_noise(smooth, torch.full((5,), sd), drawn())).numpy() == pytest.approx(sd, rel=0.12)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 8), (3, 2, 2), (1, 8, 8)])
def test_an_image_without_structure_has_no_noise(shape):
    assert estimated_sd(torch.full((2, *shape), 0.5)).numpy() == pytest.approx(0, abs=1e-6)


# -- the task ---------------------------------------------------------------------------------------------------------------


class Seeing(torch.nn.Module):
    """Keeps what it was shown and gives its first channel back."""

    def __init__(self):
        super().__init__()
        self.weight, self.seen = torch.nn.Parameter(torch.ones(1)), []

    def forward(self, x_BCHW):
        self.seen.append(x_BCHW.detach().clone())
        return self.weight * x_BCHW[:, :1]


def seen_by(variances, *, told=False, epoch=0, seed=0):
    net = Seeing()
    task = DenoisingTask(
        net, TorchEngineSpec("fp32").build("cpu"), schedule=OneCycle(1e-3, 4), variances=variances, told=told, seed=seed
    )
    task.begin(epoch)
    batch = (torch.full((6, 1, 20, 20), 128, dtype=torch.uint8),)
    task.train_step(batch)
    with torch.no_grad():
        task.valid_step(batch)
    return net.seen


def test_noise_is_fresh_in_each_epoch_and_that_of_validation_stays():
    first, second, again = (seen_by((0.01, 0.01), epoch=epoch) for epoch in (0, 1, 0))
    assert not torch.equal(first[0], second[0])
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], second[1])
    assert not torch.equal(seen_by((0.01, 0.01), seed=1)[1], first[1])


def test_without_variance_it_sees_the_image_as_an_autoencoder_does():
    assert all(torch.equal(seen, torch.full((6, 1, 20, 20), 128 / 255)) for seen in seen_by((0.0, 0.0)))


def test_a_told_net_sees_the_level_of_each_image_as_one_more_channel():
    seen = seen_by((0.0001, 0.01), told=True)[0]
    assert seen.shape == (6, 2, 20, 20)
    level = seen[:, 1, 0, 0]
    assert torch.equal(seen[:, 1], level[:, None, None].expand(6, 20, 20))
    assert len(level.unique()) == 6
    assert (seen[:, 0] - 128 / 255).flatten(1).std(1).numpy() == pytest.approx(level.numpy(), rel=0.15)


# -- the nets ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(8, 8, 1), (9, 11, 3), (28, 28, 1), (64, 64, 3), (1, 7, 1), (33, 30, 3)])
@pytest.mark.parametrize("spec", [UNetSpec(widths=(4, 4, 4)), HourglassSpec(filters=(4, 4))])
def test_a_net_gives_images_of_the_size_that_it_is_given(spec, shape):
    height, width, channels = shape
    net = spec.build(shape, n_told=1)
    with torch.no_grad():
        assert net(torch.rand(2, channels + 1, height, width)).shape == (2, channels, height, width)


def test_a_unet_begins_as_the_identity():
    image = torch.rand(2, 4, 9, 11, generator=drawn())
    with torch.no_grad():
        assert torch.equal(UNetSpec(widths=(4, 4)).build((9, 11, 3), n_told=1)(image), image[:, :3])


def test_the_textbook_net_has_two_convolutions_and_two_transposed_ones():
    kinds = [type(layer).__name__ for layer in HourglassSpec().build((32, 32, 3))]
    assert [kind for kind in kinds if "Conv" in kind] == ["Conv2d", "Conv2d", "ConvTranspose2d", "ConvTranspose2d"]
    assert kinds[-1] == "Unit"


# -- the estimator ----------------------------------------------------------------------------------------------------------


def test_it_removes_noise(digits):
    fitted = Denoiser(variance=0.04, max_epochs=10, learning_rate=0.01, **SMALL).fit(digits[:600])
    seen = noisy(digits[600:700], 0.2)
    before, after = (np.square(found - digits[600:700] / 255).mean() for found in (seen, fitted.transform(seen) / 255))
    assert after < 0.7 * before
    assert fitted.history_["valid_mse"][-1] == pytest.approx(-fitted.score(digits[600:]), rel=0.25)


def test_a_told_net_acts_as_it_is_told(digits):
    """Told that there is no noise it changes little, told that there is much it changes much."""
    fitted = Denoiser(variance=(0, 0.09), blind=False, max_epochs=8, **SMALL).fit(digits[:600])
    seen = noisy(digits[600:700], 0.15)
    changes = [np.abs(fitted.transform(seen, variance=variance) / 255 - seen).mean() for variance in (0.0, 0.0225, 0.09)]
    assert changes[0] < changes[1] < changes[2]
    assert np.array_equal(fitted.transform(seen, variance=1.0), fitted.transform(seen, variance=0.09))
    sd = float(estimated_sd(torch.from_numpy(noisy(digits[600:601], 0.15).astype(np.float32)[:, None]))[0])
    assert fitted.transform(seen[:1]) == pytest.approx(fitted.transform(seen[:1], variance=sd**2), abs=0.3)


def test_a_told_one_is_the_same_after_a_round_trip(digits, tmp_path):
    fitted = Denoiser(variance=(0.01, 0.04), blind=False, max_epochs=1, **SMALL).fit(digits[:100])
    loaded = load_model(save_model(fitted, tmp_path / "model"))
    assert loaded.variance == (0.01, 0.04)
    assert np.array_equal(loaded.transform(digits[:9], variance=0.02), fitted.transform(digits[:9], variance=0.02))
    assert np.array_equal(loaded.transform(digits[:9]), fitted.transform(digits[:9]))


def test_colour_and_gray_and_floats():
    X = np.random.default_rng(0).random((12, 9, 10, 3)).astype(np.float32)
    cleaned = Denoiser(max_epochs=1, **SMALL).fit(X).transform(X)
    assert (cleaned.shape, cleaned.dtype, cleaned.min() >= 0, cleaned.max() <= 1) == (X.shape, np.float32, True, True)


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"variance": -0.1}, "variance=-0.1: give a number"),
        ({"variance": 1.5}, "at most 1"),
        ({"variance": float("nan")}, "variance=nan"),
        ({"variance": "much"}, "variance='much'"),
        ({"variance": (0.1, 0.01)}, r"give \(0.01, 0.1\)"),
        ({"variance": (0.1, 0.2, 0.3)}, "a pair"),
        ({"variance": 0.01, "blind": False}, "nothing to be told"),
        ({"blind": "no"}, "blind='no'"),
        ({"net": "dense"}, "net='dense' is not known"),
        ({"net": UNetSpec(widths=())}, "UNetSpec"),
        ({"net": UNetSpec(depth=0)}, "depth"),
        ({"net": HourglassSpec(filters=(0,))}, "HourglassSpec"),
    ],
)
def test_what_it_cannot_be_is_refused(settings, match, digits):
    with pytest.raises(BadInputError, match=match):
        Denoiser(**({"max_epochs": 1} | settings)).fit(digits[:20])


def test_a_blind_net_is_told_nothing(digits):
    fitted = Denoiser(max_epochs=1, **SMALL).fit(digits[:20])
    with pytest.raises(BadInputError, match="blind"):
        fitted.transform(digits[:2], variance=0.01)


@pytest.mark.parametrize("variance", [-1, 2, float("nan"), "high", (0.1, 0.2)])
def test_a_told_variance_is_a_number_from_0_to_1(variance, digits):
    fitted = Denoiser(variance=(0, 0.1), blind=False, max_epochs=1, **SMALL).fit(digits[:20])
    with pytest.raises(BadInputError, match="variance="):
        fitted.transform(digits[:2], variance=variance)


def test_the_level_is_one_channel_more():
    seen = with_level(torch.zeros(2, 3, 4, 4), torch.tensor([0.1, 0.2]))
    assert seen.shape == (2, 4, 4, 4)
    assert seen[:, 3].amin((1, 2)).tolist() == pytest.approx([0.1, 0.2])
