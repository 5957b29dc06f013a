"""PSNR and SSIM: values that are known, and what they must not depend on."""

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.measures.psnr import MOST_PSNR, psnr, ssim


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((5, 16, 16, 3))


def test_noise_of_variance_v_has_a_psnr_of_minus_ten_log_v():
    clean = np.full((4, 200, 200), 0.5)
    for variance in (0.0001, 0.01, 0.25):
        noisy = clean + np.random.default_rng(1).normal(0, variance**0.5, clean.shape)
        assert psnr(noisy, clean) == pytest.approx(-10 * np.log10(variance), abs=0.15)


def test_it_is_that_of_scikit_image(images):
    from skimage.metrics import peak_signal_noise_ratio

    other = np.clip(images + 0.1, 0, 1)
    assert psnr(other, images) == pytest.approx(
        [peak_signal_noise_ratio(a, b, data_range=1) for a, b in zip(images, other, strict=True)]
    )


def test_ten_times_the_error_is_twenty_db_less(images):
    assert psnr(images + 0.01, images) - psnr(images + 0.1, images) == pytest.approx(20)


def test_an_equal_image_has_the_psnr_of_bytes(images):
    """What is rounded to bytes is as near, to a fraction of a dB, as what is equal."""
    rounded = np.rint(np.random.default_rng(0).random((3, 64, 64)) * 255) / 255
    unrounded = rounded + np.random.default_rng(1).uniform(-0.5, 0.5, rounded.shape) / 255
    assert psnr(images, images).tolist() == [MOST_PSNR] * 5
    assert psnr(rounded, unrounded) == pytest.approx(MOST_PSNR, abs=0.2)
    assert pytest.approx(58.92, abs=0.01) == MOST_PSNR


def test_ssim_is_one_for_equal_images_and_falls_with_noise(images):
    rng = np.random.default_rng(2)
    noises = [np.clip(images + rng.normal(0, sd, images.shape), 0, 1) for sd in (0.0, 0.05, 0.2)]
    means = [ssim(noise, images).mean() for noise in noises]
    assert means[0] == pytest.approx(1)
    assert means[0] > means[1] > means[2] > 0


@pytest.mark.parametrize("shape", [(2, 8, 8), (2, 8, 8, 3), (2, 5, 4), (2, 7, 3)])
def test_ssim_bears_small_images(shape):
    image = np.random.default_rng(0).random(shape)
    assert ssim(image, image) == pytest.approx(1)


def test_ssim_of_two_pixels_is_unknown():
    assert np.isnan(ssim(np.zeros((1, 2, 2)), np.zeros((1, 2, 2)))).all()


@pytest.mark.parametrize("measure", [psnr, ssim])
def test_shapes_must_agree(measure):
    with pytest.raises(BadInputError, match="shapes"):
        measure(np.zeros((2, 4, 4)), np.zeros((3, 4, 4)))
