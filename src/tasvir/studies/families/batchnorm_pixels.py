"""What the numpy pass shows on the pixels themselves: what epsilon is for, and how noisy the statistics of a batch are."""

from collections.abc import Iterator

import numpy as np

from tasvir.contracts.seeds import stream_rng
from tasvir.data.dataset import Dataset
from tasvir.nets.batch_norm import Moments, moments, normalise
from tasvir.records.record import Record, array, curve, facts, metric
from tasvir.studies.families.batchnorm_grid import HELD_OUT
from tasvir.studies.families.batchnorm_nets import lesson_of, refusal, spec_of
from tasvir.studies.families.parts import learned_part
from tasvir.studies.flat import flat_unit
from tasvir.studies.inside import Inside

#: Training images that make one batch, as many as memory bears at 64 x 64 pixels in colour.
MOST_LOOKED_AT = 2000
EPSILONS = (0.0, 1e-12, 1e-5, 1e-3, 1.0)
#: Units whose outputs are drawn in batches, batches of each size, and the largest size.
UNITS, DRAWS, LARGEST = 100, 400, 256
#: The variance of few images is also too small: the slope is that of larger batches.
FEWEST_SLOPED = 8
#: Points of a line over the sds of the pixels.
POINTS = 100


def look_at_epsilon(inside: Inside, *, most_images: int, first_seed: int) -> Iterator[Record]:
    """Pixels normalised by the statistics of the training images, with more and less epsilon: these, and held-out ones."""
    data = learned_part(inside.data, first_seed, most=min(most_images, MOST_LOOKED_AT), most_held_out=HELD_OUT)
    learned, held_out = (flat_unit(data.part(part)[0]).astype(np.float64) for part in ("train", "val"))
    of, constant = moments(learned), learned.min(axis=0) == learned.max(axis=0)
    of = Moments(np.where(constant, learned[0], of.mean), np.where(constant, 0.0, of.variance), of.n)  # without rounding errors
    sds = np.sort(np.sqrt(of.variance[~constant]))
    yield metric("constant_share", float(constant.mean()), n=len(constant))
    yield metric("least_sd", float(sds[0]) if len(sds) else float("nan"))
    usual = float(np.median(sds)) if len(sds) else 0.0
    for epsilon in EPSILONS:
        labels = {"epsilon": epsilon}
        for part, pixels in (("train", learned), ("val", held_out)):
            found = np.abs(normalise(pixels, of, epsilon=epsilon))
            undefined = ~np.isfinite(found)
            yield metric("undefined", float(undefined.any(axis=0).mean()), labels=labels | {"part": part}, n=len(constant))
            yield metric("largest", float(found[~undefined].max(initial=0)), labels=labels | {"part": part})
        yield metric("usual_sd", usual / float(np.sqrt(usual**2 + epsilon)) if usual else float("nan"), labels=labels)
    points = sds[np.unique(np.linspace(0, len(sds) - 1, min(POINTS, len(sds))).astype(int))] if len(sds) else sds
    yield array("sds", points)
    yield array("output_sds", np.stack([points / np.sqrt(points**2 + epsilon) for epsilon in EPSILONS]))
    yield array("maps", _maps(np.sqrt(of.variance), constant, data.images.shape[1:]))
    yield facts({"epsilons": list(EPSILONS), "n_images": len(learned), "n_held_out": len(held_out)})


def _maps(sds: np.ndarray, constant: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """(2, h, w) uint8: how much each pixel varies, and which are constant (white); channels together."""
    sides = (*shape[:2], -1)
    spread, still = sds.reshape(sides).max(axis=2), constant.reshape(sides).all(axis=2)
    return np.stack([255 * spread / max(float(spread.max()), 1e-12), 255 * still]).round().astype(np.uint8)


def look_at_batches(inside: Inside, *, net: str, most_images: int, first_seed: int) -> Iterator[Record]:
    """How far means and variances of batches scatter around those of all images, by size; and what is left of a batch of one."""
    data = learned_part(inside.data, first_seed, most=min(most_images, MOST_LOOKED_AT), most_held_out=HELD_OUT)
    rng = stream_rng(first_seed, "noise")
    outputs = _outputs(data, rng)
    sizes = [2**k for k in range(int(np.log2(LARGEST)) + 1) if 2**k <= len(outputs) // 4]
    noise = np.array([_noise(outputs, size, rng) for size in sizes])
    yield curve("noise", {"mean": noise[:, 0].tolist(), "variance": noise[:, 1].tolist()}, x=sizes, x_name="batch_size")
    for name, values in zip(("mean", "variance"), noise.T, strict=True):
        some = [place for place, size in enumerate(sizes) if size >= FEWEST_SLOPED]
        if len(some) > 1:
            slope = np.polyfit(np.log(np.array(sizes)[some]), np.log(values[some]), 1)[0]
            yield metric("slope", float(slope), labels={"of": name})
    alone = [normalise(row[None], moments(row[None])) for row in outputs]
    yield metric("left_of_one", float(np.abs(alone).max()), n=len(alone))
    refused = refusal(lesson_of(data, 1, inside.place), spec_of(net, "normed"), 1)
    yield facts(
        {"draws": DRAWS, "fewest": FEWEST_SLOPED, "units": outputs.shape[1], "n_images": len(outputs), "refused": refused}
    )


def _outputs(data: Dataset, rng: np.random.Generator) -> np.ndarray:
    """(n, units): what units of chance weights give for the training images, which are shifted and scaled as one."""
    pixels = flat_unit(data.part("train")[0]).astype(np.float64)
    pixels = (pixels - pixels.mean()) / max(float(pixels.std()), 1e-6)
    found: np.ndarray = pixels @ rng.normal(0, pixels.shape[1] ** -0.5, (pixels.shape[1], UNITS))
    return found[:, found.std(axis=0) > 0]


def _noise(outputs: np.ndarray, size: int, rng: np.random.Generator) -> tuple[float, float]:
    """The sd over batches of their mean, in sds of the unit, and of their variance, in variances; over units the mean."""
    of = moments(outputs)
    rows = rng.integers(0, len(outputs), (DRAWS, size))
    found = [moments(outputs[row]) for row in rows]
    means, variances = np.stack([one.mean for one in found]), np.stack([one.variance for one in found])
    return float((means.std(axis=0) / np.sqrt(of.variance)).mean()), float((variances.std(axis=0) / of.variance).mean())
