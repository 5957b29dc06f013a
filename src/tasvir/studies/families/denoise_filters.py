"""The filters that denoisers are held against: scikit-image's, each with a parameter that validation images choose."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

#: What a filter may be asked: its parameters by name. An image (H, W[, C]) of 0..1 in, its noise's standard deviation known.
Setting = Mapping[str, float]
Smooth = Callable[..., np.ndarray]


@dataclass(frozen=True)
class Filter:
    """A filter, and the settings that it is tried with; `strength` is in units of the noise where it knows it."""

    smooth: Smooth
    strengths: tuple[float, ...]
    patches: tuple[int, ...] = ()

    @property
    def settings(self) -> list[dict[str, float]]:
        """All of them; the first leaves the image as it is, which is right where there is no noise."""
        if not self.patches:
            return [{"strength": strength} for strength in (0.0, *self.strengths)]
        tried = product(self.strengths, self.patches)
        return [{"strength": 0.0}, *({"strength": strength, "patch": patch} for strength, patch in tried)]


def clean(name: str, images: np.ndarray, *, sd: float, setting: Setting) -> np.ndarray:
    """What a filter makes of noisy images (n, H, W[, C]) on the 0..1 scale; without noise it leaves them as they are."""
    if not (setting["strength"] and sd):
        return images
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # images of few pixels have fewer wavelet levels than it likes
        smooth = FILTERS[name].smooth
        cleaned = [smooth(image, sd, -1 if image.ndim == 3 else None, **setting) for image in images]
    return np.clip(np.stack(cleaned), 0, 1).astype(np.float32)


def _gaussian(image: np.ndarray, sd: float, channels: int | None, *, strength: float) -> np.ndarray:
    from skimage.filters import gaussian

    return gaussian(image, strength, channel_axis=channels)


def _total_variation(image: np.ndarray, sd: float, channels: int | None, *, strength: float) -> np.ndarray:
    from skimage.restoration import denoise_tv_chambolle

    return denoise_tv_chambolle(image, weight=strength * sd, channel_axis=channels)


def _wavelet(image: np.ndarray, sd: float, channels: int | None, *, strength: float) -> np.ndarray:
    from skimage.restoration import denoise_wavelet

    colour = channels is not None
    known: dict[str, Any] = {"sigma": strength * sd, "convert2ycbcr": colour, "channel_axis": channels, "rescale_sigma": True}
    return denoise_wavelet(image, method="BayesShrink", mode="soft", **known)


def _non_local_means(image: np.ndarray, sd: float, channels: int | None, *, strength: float, patch: int) -> np.ndarray:
    from skimage.restoration import denoise_nl_means

    distance = min(6, min(image.shape[:2]) // 2)
    return denoise_nl_means(
        image, patch_size=patch, patch_distance=distance, h=strength * sd, sigma=sd, fast_mode=True, channel_axis=channels
    )


#: id -> filter; a Gaussian's strength is its standard deviation in pixels.
FILTERS = {
    "gaussian": Filter(_gaussian, (0.4, 0.5, 0.6, 0.7, 0.85, 1.0, 1.3)),
    "tv": Filter(_total_variation, (0.3, 0.45, 0.6, 0.8, 1.0, 1.3)),
    "wavelet": Filter(_wavelet, (0.7, 1.0, 1.3, 1.6, 2.0)),
    "nlm": Filter(_non_local_means, (0.3, 0.4, 0.5, 0.6, 0.8), (3, 5)),
}

#: Seconds that a filter takes for a thousand numbers of an image, about.
_SECONDS = {"gaussian": 5e-5, "tv": 1.5e-3, "wavelet": 7e-4, "nlm": 1.3e-3}


def image_s(name: str, n_numbers: int) -> float:
    """Seconds that a filter takes for an image, about."""
    return _SECONDS[name] * n_numbers / 1000
