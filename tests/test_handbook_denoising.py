"""The numbers on the handbook's page on denoising are those that the code gives."""

from math import log10, pi, sqrt

import numpy as np
import pytest
import torch
from handbook import FOLDER, Page
from scipy.stats import norm

from tasvir import Denoiser, HourglassSpec, UNetSpec
from tasvir.measures.psnr import MOST_PSNR, WINDOW, psnr
from tasvir.models.denoiser import WARM
from tasvir.nets.anatomy import layers_of, n_parameters
from tasvir.studies.families.denoise import PROFILES, DenoiseOptions

PAGE = Page("denoising")
SHAPE = (32, 32, 3)


def db(mse: float) -> str:
    return f"{-10 * log10(mse):.2f}"


def test_what_psnr_says():
    gray = np.full((1, 8, 8), 0.5)
    assert psnr(gray + 0.1, gray) == pytest.approx(20)
    PAGE.says("Noise of variance 0.01 alone has 20 dB", f"half of it, {10 * log10(2):.2f} dB more")
    PAGE.says(f"1 / (12 · 255²), counts as that one: {MOST_PSNR:.2f} dB", f"in windows of {WINDOW} x {WINDOW} pixels")


def test_the_gaussian_pixel():
    """By formula, and by the least squares of a million pixels."""
    s2, noise = 0.04, 0.01
    weight, mse = s2 / (s2 + noise), s2 * noise / (s2 + noise)
    rng = np.random.default_rng(0)
    x = rng.normal(0, sqrt(s2), 1_000_000)
    y = x + rng.normal(0, sqrt(noise), x.shape)
    assert (x @ y) / (y @ y) == pytest.approx(weight, abs=0.002)
    assert np.square(x - weight * y).mean() == pytest.approx(mse, rel=0.01)
    PAGE.says(
        f"w = s² / (s² + σ²) = {weight:.1f}", f"= {mse:.3f}", f"That is {db(mse)} dB against 20: {10 * log10(noise / mse):.2f} dB"
    )


def test_tweedie():
    """The score of a Gaussian pixel leads to its conditional mean."""
    s2, noise, y = 0.04, 0.01, torch.tensor(0.3, requires_grad=True)
    log_p = torch.distributions.Normal(0.0, sqrt(s2 + noise)).log_prob(y)
    (slope,) = torch.autograd.grad(log_p, y)
    assert float(y.detach() + noise * slope) == pytest.approx(0.8 * 0.3)


def test_the_layers_of_the_net():
    net = UNetSpec().build(SHAPE)
    found = layers_of(net, lambda net: net(torch.zeros(1, 3, 32, 32)))
    told = [(f"{h}x{w}x{c}", layer.n_parameters) for layer in found for c, h, w in [layer.output]]
    pairs = iter(told)
    rows = []
    for name, gives, weights in PAGE.table("layers of the U-Net"):
        shape, n = next(pairs)
        if name == "two convolutions":
            n += next(pairs)[1]
        rows.append((shape, n))
        assert (gives, int(weights.replace(",", ""))) == (shape, n), name
    assert next(pairs, None) is None
    assert sum(n for _, n in rows) == n_parameters(net)
    textbook = HourglassSpec().build(SHAPE)
    PAGE.says(f"That is {n_parameters(net):,} in all", f"{n_parameters(textbook):,} weights")
    middle = layers_of(textbook, lambda net: net(torch.zeros(1, 3, 32, 32)))[1].output
    assert middle == (64, 8, 8)
    PAGE.says("32x32x3 = 3,072 numbers", f"8x8x64 = {8 * 8 * 64:,}")


def test_what_comes_as_it_is():
    assert Denoiser().batch_size == 16
    assert WARM == 0.1
    PAGE.says("batches of 16", "rises over the first tenth of the steps")


def test_what_an_estimate_sees():
    PAGE.says(f"over {norm.ppf(0.75):.4f}, the median of |N(0, 1)|", f"standard deviation of {sqrt(1 / 2 - 1 / (2 * pi)):.3f} σ")
    left = np.maximum(np.random.default_rng(0).normal(0, 1, 100_000), 0)
    assert left.std() == pytest.approx(0.584, abs=0.005)


def test_the_table_is_that_of_the_quick_study():
    """What is told of it beside the table follows from the table."""
    quick, asked = PROFILES["quick"], DenoiseOptions()
    assert (asked.level, asked.trained_range, quick.n_seeds) == (0.01, (0.0, 0.04), 1)
    PAGE.says(f"quick, one training each, variance {asked.level:g}, {quick.n_test:,} test images")
    at = {row[0]: float(row[1]) for row in PAGE.table("arm", "PSNR (dB)")}
    above = at["U-Net, one variance"] - at["non-local means"]
    cost = at["U-Net, one variance"] - at["U-Net, 0 to 0.04, blind"]
    assert any(f"{above + off:.2f} dB above it" in PAGE.text for off in (-0.01, 0, 0.01))
    assert any(f"costs {cost + off:.2f} dB at the level" in PAGE.text for off in (-0.01, 0, 0.01))
    PAGE.says(f"{at['noisy image']:.2f} dB on CIFAR-10")
    assert above > 2


def test_its_figures_are_there_and_small():
    for name in ("pictures", "rest", "variances"):
        file = FOLDER / "figures" / f"denoising-{name}.png"
        assert file.name in PAGE.text
        assert file.stat().st_size < 100_000
