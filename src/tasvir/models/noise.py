"""The noise that a denoiser learns to take away, and what may be asked of it. Legend: B batch, C channels, H W pixels."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number
from tasvir.train.batches import to_unit

#: On the 0..1 scale a variance of 1 leaves nothing of an image.
VARIANCE = Number(low=0, high=1)


def variance_range(variance: Any) -> tuple[float, float]:
    """(low, high) of one variance or of a pair; refused where it is none."""
    if VARIANCE.holds(variance):
        return float(variance), float(variance)
    pair = list(variance) if isinstance(variance, Sequence | np.ndarray) and not isinstance(variance, str) else []
    if len(pair) != 2 or not all(map(VARIANCE.holds, pair)):
        raise BadInputError(
            f"variance={variance!r}: give {VARIANCE.words}, on the 0..1 scale of pixels, or a pair (low, high), on the command "
            "line low,high"
        )
    if pair[0] > pair[1]:
        raise BadInputError(f"variance={variance!r}: the first of a pair is the lower one, give ({pair[1]:g}, {pair[0]:g})")
    return float(pair[0]), float(pair[1])


def drawn_sd(variances: tuple[float, float], n_images: int, generator: torch.Generator) -> torch.Tensor:
    """(n_images,) standard deviations, drawn evenly between those of both variances."""
    low, high = (variance**0.5 for variance in variances)
    if low == high:
        return torch.full((n_images,), low)
    return low + (high - low) * torch.rand(n_images, generator=generator)


def with_noise(x_BCHW: torch.Tensor, sd_B: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Images on the 0..1 scale with Gaussian noise of these standard deviations, clipped to that scale."""
    if not sd_B.any():
        return x_BCHW
    # In the order of memory, which is rows of pixels: the same noise wherever the images lie.
    noise_BHWC = torch.randn(x_BCHW.permute(0, 2, 3, 1).shape, generator=generator)
    noise_BCHW = (noise_BHWC * sd_B.reshape(-1, 1, 1, 1)).permute(0, 3, 1, 2).to(x_BCHW.device)
    return (x_BCHW + noise_BCHW).clamp_(0, 1)


def with_level(x_BCHW: torch.Tensor, sd_B: torch.Tensor) -> torch.Tensor:
    """The images and, as one more channel, the standard deviation of their noise (FFDNet's noise level map)."""
    B, _, H, W = x_BCHW.shape
    level_B1HW = sd_B.to(x_BCHW).reshape(-1, 1, 1, 1).expand(B, 1, H, W)
    return torch.cat([x_BCHW, level_B1HW], dim=1).contiguous(memory_format=torch.channels_last)


def estimated_sd(x_nCHW: torch.Tensor) -> torch.Tensor:
    """(n,) the standard deviation of the noise in each stored image, from its finest wavelet coefficients; 0 without any.

    The median of their size, which edges hardly move (Donoho and Johnstone 1994); the mean over channels. What was clipped away
    of the noise, on black or white ground, is not seen.
    """
    from skimage.restoration import estimate_sigma

    def one(x_CHW: torch.Tensor) -> float:
        return float(estimate_sigma(to_unit(x_CHW).numpy(), average_sigmas=True, channel_axis=0))

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # an image of one colour has no coefficients: the mean of nothing
        return torch.tensor([one(x_CHW) for x_CHW in x_nCHW]).nan_to_num(nan=0.0, posinf=0.0)
