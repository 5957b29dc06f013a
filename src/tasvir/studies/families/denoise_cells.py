"""The cells of the study of denoising: noise alone, each filter, each net. n images, H W pixels, C channels."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tasvir.contracts.seeds import stream_rng
from tasvir.data.dataset import Dataset
from tasvir.measures.mean import mean_estimate
from tasvir.measures.neighbours import spread_sample
from tasvir.measures.psnr import psnr, ssim
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies.families.denoise_filters import FILTERS, clean
from tasvir.studies.families.layers_told import layers_told
from tasvir.studies.families.parts import learned_part, some_rows
from tasvir.studies.inside import Inside, loss_curve, measured

#: Test images whose cleaning is shown.
SHOWN = 10
#: Validation images that a filter is tuned on anew for each place of the curve, at most.
TUNED_AGAIN = 40
#: Noisy bytes (n, H, W[, C]) and the variance of their noise in, images of 0..1 out.
Clean = Callable[[np.ndarray, float], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Bench:
    """What all arms are tried on: the variance, those of the curve, most images of each part, and the seed of what is drawn."""

    variance: float
    variances: list[float]
    n_train: int
    n_held_out: int
    n_test: int
    n_curve: int
    seed: int

    def train(self, inside: Inside) -> Inside:
        """Training images and such as are held out: the validation part, else a fifth of the training images."""
        return inside.on(learned_part(inside.data, self.seed, most=self.n_train, most_held_out=self.n_held_out))

    def test(self, data: Dataset) -> Dataset:
        """Some test images, every class with its share."""
        rows = np.flatnonzero(data.split == "test")
        rows = rows[spread_sample(data.labels[rows], self.n_test, self.seed)]
        return some_rows(data, rows, data.split[rows])


def see_noise(inside: Inside, *, bench: dict[str, Any]) -> Iterator[Record]:
    """The noisy images as they are, and the clean ones that are shown."""
    on = Bench(**bench)
    yield array("clean", _shown(on, inside.data)[0])
    yield from _judged(inside, on, lambda noisy, variance: noisy / np.float32(255))


def smooth(inside: Inside, *, name: str, bench: dict[str, Any]) -> Iterator[Record]:
    """A filter, tuned on held-out images at each variance; the test images are seen once, with what was chosen."""
    on = Bench(**bench)
    held_out, y, _ = on.train(inside).data.part("val")
    fewer = held_out[spread_sample(y, TUNED_AGAIN, on.seed)]
    chosen = {}
    for variance in dict.fromkeys([on.variance, *on.variances]):
        some = held_out if variance == on.variance else fewer
        found = tuned(name, some, variance, seed=on.seed)
        chosen[variance] = max(found, key=lambda one: one[1])[0]
        if variance == on.variance:
            for setting, value in found:
                yield metric("validation_psnr", value, n=len(some), labels=setting)
    yield facts(
        {"chosen": chosen[on.variance], "by_variance": [[v, chosen[v]] for v in on.variances], "n_held_out": len(held_out)}
    )
    yield from _judged(inside, on, lambda noisy, v: clean(name, noisy / np.float32(255), sd=v**0.5, setting=chosen[v]))


def tuned(name: str, held_out: np.ndarray, variance: float, *, seed: int) -> list[tuple[dict[str, float], float]]:
    """Every setting of a filter with its mean PSNR on held-out images to which noise was added."""
    clean_n, noisy_n = held_out / np.float32(255), noisy_bytes(held_out, variance, stream_rng(seed, "held-out noise"))
    tried = [
        (setting, clean(name, noisy_n / np.float32(255), sd=variance**0.5, setting=setting)) for setting in FILTERS[name].settings
    ]
    return [(setting, float(psnr(cleaned, clean_n).mean())) for setting, cleaned in tried]


def train(
    inside: Inside, *, bench: dict[str, Any], net: str, variance: list[float], blind: bool, max_epochs: int
) -> Iterator[Record]:
    """A net for one variance or a range: its curves and layers, and the test images, which are seen once."""
    on = Bench(**bench)
    learning = on.train(inside)
    fitted = learning.fit(unfitted(net=net, variance=variance, blind=blind, max_epochs=max_epochs, seed=inside.seed))
    denoiser = fitted.estimator
    yield fitted.fit_s
    for name in ("loss", "mse"):
        yield loss_curve(denoiser.history_, name)
    yield facts(_net_facts(denoiser) | {"epochs": len(denoiser.history_), "best_epoch": fitted.best_epoch})
    yield facts({"n_train": learning.data.counts["train"], "trained_variance": variance})
    yield inside.keep(denoiser, "denoiser")
    yield from _judged(inside, on, lambda noisy, v: _unit(denoiser, noisy, None if blind else v))


def estimate(inside: Inside, *, bench: dict[str, Any]) -> Iterator[Record]:
    """The net that is told, given what is estimated from each image."""
    import torch

    from tasvir.models.noise import estimated_sd

    (cell,) = inside.found
    denoiser, on = inside.found_model(cell), Bench(**bench)
    yield from _judged(inside, on, lambda noisy, v: _unit(denoiser, noisy, None))
    images = on.test(inside.data).part("test")[0]
    noisy = noisy_bytes(images, on.variance, stream_rng(on.seed, "test noise"))
    x_nCHW = torch.from_numpy(noisy.reshape(*noisy.shape[:3], -1)).permute(0, 3, 1, 2)
    yield metric("estimated_sd", float(estimated_sd(x_nCHW).mean()), n=len(noisy))


def unfitted(*, net: str, variance: list[float], blind: bool, max_epochs: int, seed: int) -> Any:
    """The denoiser of an arm."""
    from tasvir.models.denoiser import Denoiser

    low, high = variance
    given = low if low == high else (low, high)
    return Denoiser(variance=given, blind=blind, net=net, max_epochs=max_epochs, random_state=seed)


def noisy_bytes(images: np.ndarray, variance: float, rng: np.random.Generator) -> np.ndarray:
    """Images of bytes with Gaussian noise, clipped and rounded as a file holds them."""
    noise = rng.standard_normal(images.shape, dtype=np.float32) * np.float32(variance**0.5)
    return np.rint(np.clip(images / np.float32(255) + noise, 0, 1) * 255).astype(np.uint8)


def _unit(denoiser: Any, noisy: np.ndarray, variance: float | None) -> np.ndarray:
    told = {} if variance is None else {"variance": variance}
    return denoiser.transform(noisy, **told) / 255


def _judged(inside: Inside, on: Bench, cleaner: Clean) -> Iterator[Record]:
    """An arm on the test images: PSNR and SSIM with intervals, image by image, over the variances, and what is shown."""
    data = on.test(inside.data)
    images, cases = data.part("test")[0], data.cases("test")
    noisy, clean_n = noisy_bytes(images, on.variance, stream_rng(on.seed, "test noise")), images / np.float32(255)
    cleaned, took = inside.time("transform_s", lambda: cleaner(noisy, on.variance))
    yield took
    for name, measure in (("psnr", psnr), ("ssim", ssim)):
        values = measure(cleaned, clean_n)
        yield measured(name, mean_estimate(values, cases))
        yield array(name, values.astype(np.float32))
    some = spread_sample(data.targets("test")[0], on.n_curve, on.seed)
    for variance in on.variances:
        seen = noisy_bytes(images[some], variance, stream_rng(on.seed, "test noise"))
        values = psnr(cleaner(seen, variance), clean_n[some])
        yield measured("psnr_at", mean_estimate(values, None if cases is None else cases[some]), {"variance": variance})
    shown = cleaner(_shown(on, inside.data)[1], on.variance)
    yield array("shown", np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8))
    yield facts({"n_test": len(images), "n_curve": min(on.n_curve, len(images))})


def _shown(on: Bench, data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Ten test images, clean and noisy."""
    images, y, _ = on.test(data).part("test")
    rows = spread_sample(y, SHOWN, on.seed)
    return images[rows], noisy_bytes(images, on.variance, stream_rng(on.seed, "test noise"))[rows]


def _net_facts(denoiser: Any) -> dict[str, Any]:
    """How many numbers the net learns, layer by layer."""
    height, width, channels = denoiser.space_.image_shape()
    return layers_told(denoiser.net_, (height, width, channels + (not denoiser.blind)))
