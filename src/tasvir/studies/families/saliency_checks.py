"""The cells of the study of saliency that ask whether its maps can be believed: of ink, of what is taken away, of the weights.

Shape letters: n images, h w places of the layer, H W pixels, S steps.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from tasvir.contracts.seeds import stream_rng, stream_seed
from tasvir.explain.grad_cam import Layer, enlarged, find_layer, layer_maps
from tasvir.measures.ink import blank_of, has_ground, ink_of, mass_on
from tasvir.measures.interval import Estimate
from tasvir.measures.map_agreement import map_agreement
from tasvir.measures.mean import mean_estimate
from tasvir.measures.neighbours import spread_sample
from tasvir.measures.per_class import share_among
from tasvir.measures.removal import STEPS, removal_area, removal_curve
from tasvir.records.record import Record, curve, facts, metric
from tasvir.studies.inside import Inside, measured
from tasvir.train.stream import torch_stream

#: Fresh draws of weights that are looked at, and training images that tell the ground.
DRAWS, TOLD_BY = 5, 2000
#: What a random order adds to a map, in parts of its highest value: it decides among equals alone.
TIE = 1e-6
#: A map's places that have less than this share of its highest value are cold.
COLD = 0.05
#: The orders in which pixels go.
ORDERS = ("grad_cam", "unrectified", "random", "contrast")
#: Gains that are judged together, so each has an interval of 1 - 0.05 / 6: deletion and insertion, each against the other orders.
JUDGED_TOGETHER = 2 * (len(ORDERS) - 1)


@dataclass(frozen=True)
class Judged:
    """Test images whose maps are judged: net, layer, images, the class that is named, its maps (n, h, w), independent cases."""

    net: Any
    layer: Layer
    X: np.ndarray
    named: np.ndarray
    maps: np.ndarray
    cases: np.ndarray | None

    def maps_of(self, places: np.ndarray, net: Any = None) -> np.ndarray:
        """The maps of these classes, of another net where one is given."""
        return layer_maps(net or self.net, self.X, self.net.classes_[places], layer=self.layer)

    def unrectified(self) -> np.ndarray:
        """The maps as they are where the layer is taken before its ReLU."""
        before = replace(self.layer, rectify=False)
        return layer_maps(self.net, self.X, self.net.classes_[self.named], layer=before)

    def mean(self, values: np.ndarray, rows: np.ndarray | None = None, *, confidence: float = 0.95) -> Estimate:
        """Of one number an image, or of some of them."""
        rows = np.ones(len(values), bool) if rows is None else rows
        return mean_estimate(values[rows], None if self.cases is None else self.cases[rows], confidence=confidence)


def find_ink(inside: Inside, *, layer: int, n_judged: int) -> Iterator[Record]:
    """How much of the maps lies on what is drawn, and where they say nothing."""
    judged, size = _judged(inside, layer, n_judged), inside.data.images.shape[1:3]
    maps = enlarged(judged.maps, size)
    second = np.argsort(-judged.net.predict_proba(judged.X), axis=1, kind="stable")[:, 1]
    looked_at = {"named": judged.maps, "second": judged.maps_of(second), "unrectified": judged.unrectified()}
    for of, found in looked_at.items():
        everyone = np.ones(len(found), bool)
        yield measured("empty_maps", share_among(_empty(found), everyone, judged.cases), {"of": of})
    telling = ~_empty(maps)
    highest = np.where(telling, maps.max(axis=(1, 2)), 1)[:, None, None]
    if telling.any():
        yield measured("cold_places", judged.mean((maps < COLD * highest).mean(axis=(1, 2)), telling))
    images, blank = _learned(inside)
    if grounded := has_ground(images, blank):
        ink = ink_of(judged.X, blank)
        arms = {
            "grad_cam": maps,
            "unrectified": enlarged(looked_at["unrectified"], size),
            "random": enlarged(_noise(inside.seed, judged.maps), size),
            "ink": enlarged(_coarse(ink, judged.maps.shape[1:3]), size),
        }
        yield from _on_ink(judged, arms, ink)
    yield facts({"n": len(judged.X), "has_ground": grounded, "places": list(judged.maps.shape[1:])})


def _on_ink(judged: Judged, arms: dict[str, np.ndarray], ink: np.ndarray) -> Iterator[Record]:
    """The share of the mass on ink: of the maps, of such as know nothing, and of the ink itself, made as coarse."""
    shares = {arm: mass_on(maps, ink) for arm, maps in arms.items()}
    known = np.isfinite(shares["grad_cam"]) & np.isfinite(shares["ink"])
    if not known.any():
        return
    for arm, share in shares.items():
        if (telling := known & np.isfinite(share)).any():
            yield measured("mass_on_ink", judged.mean(share, telling), {"arm": arm})
    yield measured("mass_on_ink", judged.mean(ink.mean(axis=(1, 2)), known), {"arm": "even"})
    yield measured("ink_gain", judged.mean(shares["grad_cam"] - shares["random"], known))


def remove(inside: Inside, *, layer: int, n_judged: int) -> Iterator[Record]:
    """Deletion and insertion in the order of the maps, before the ReLU, of random ones, and of the contrast to the blank."""
    judged, blank = _judged(inside, layer, n_judged), _learned(inside)[1]
    size = inside.data.images.shape[1:3]
    contrast = np.abs(judged.X.astype(np.float32) - blank).reshape(len(judged.X), *size, -1).max(axis=-1)
    noise = _noise(inside.seed, judged.maps)
    coarse = (_untied(judged.maps, noise), _untied(judged.unrectified(), noise), noise)
    maps = (*(enlarged(one, size) for one in coarse), contrast)
    steps = min(STEPS, contrast[0].size)

    def probability(images: np.ndarray) -> np.ndarray:
        return judged.net.predict_proba(images)[np.arange(len(images)), judged.named]

    for place, way in enumerate(("deletion", "insertion")):
        curves = {}
        for order, importance in zip(ORDERS, maps, strict=True):
            curves[order] = removal_curve(probability, judged.X, importance, blank=blank, insert=way == "insertion", steps=steps)
            inside.tell((place * len(ORDERS) + len(curves)) / (2 * len(ORDERS)))
        yield curve(
            way,
            {order: found.mean(0) for order, found in curves.items()},
            x=np.linspace(0, 1, steps + 1).tolist(),
            x_name="share",
        )
        areas = {order: removal_area(found) for order, found in curves.items()}
        for order, area in areas.items():
            yield measured("removal_area", judged.mean(area), {"way": way, "order": order})
        sign = 1 if way == "insertion" else -1
        for order in ORDERS[1:]:
            gain = judged.mean(sign * (areas["grad_cam"] - areas[order]), confidence=1 - 0.05 / JUDGED_TOGETHER)
            yield measured("removal_gain", gain, {"way": way, "against": order})
    yield facts({"n": len(judged.X), "steps": steps, "blank": np.ravel(blank).round().astype(int)})


def randomise(inside: Inside, *, layer: int, n_judged: int) -> Iterator[Record]:
    """Layer after layer forgets what it has learned, the last first: do its maps change, more than another training's?"""
    judged = _judged(inside, layer, n_judged)
    other = inside.found_model(list(inside.found)[1])
    agreements = {
        "other_training": _agreement(judged.maps, judged.maps_of(judged.named, other)),
        "other_image": _agreement(judged.maps, np.roll(judged.maps, 1, axis=0)),
    }
    stages = [name for name, module in judged.net.net_.named_modules() if hasattr(module, "reset_parameters")][::-1]
    found, of_others, silent = np.zeros((len(stages), len(judged.X))), np.zeros(len(judged.X)), np.zeros(len(stages))
    for draw in range(DRAWS):
        twin = copy.copy(judged.net)
        twin.net_ = copy.deepcopy(judged.net.net_)
        for place, name in enumerate(stages):
            with torch_stream(stream_seed(inside.seed, f"forget {name}", draw)):
                twin.net_.get_submodule(name).reset_parameters()
            maps = judged.maps_of(judged.named, twin)
            found[place] += _agreement(judged.maps, maps) / DRAWS
            silent[place] += float(np.isnan(map_agreement(judged.maps, maps)).mean()) / DRAWS
            inside.tell((draw + (place + 1) / len(stages)) / DRAWS)
        of_others += _agreement(judged.maps, np.roll(maps, 1, axis=0)) / DRAWS
    for against, values in (*agreements.items(), *zip(stages, found, strict=True)):
        yield measured("map_agreement", judged.mean(values), {"against": against})
    for name, share in zip(stages, silent, strict=True):
        yield metric("without_order", share, n=len(judged.X), labels={"of": name})
    yield measured("weights_gain", judged.mean(agreements["other_training"] - found[-1]))
    yield measured("agreement_over_chance", judged.mean(found[-1] - of_others))
    yield facts({"n": len(judged.X), "stages": stages, "draws": DRAWS, "places": list(judged.maps.shape[1:])})


def _judged(inside: Inside, layer: int, n_judged: int) -> Judged:
    net = inside.found_model(next(iter(inside.found)))
    X, y, _ = inside.data.part("test")
    rows = spread_sample(y, n_judged, inside.seed)
    cases = inside.data.cases("test")
    named = net.predict_proba(X[rows]).argmax(1)
    chosen = find_layer(net, layer)
    maps = layer_maps(net, X[rows], layer=chosen)
    return Judged(net, chosen, X[rows], named, maps, None if cases is None else cases[rows])


def _learned(inside: Inside) -> tuple[np.ndarray, np.ndarray]:
    """Some training images, and the colour that stands for a pixel that is not there."""
    X, y, _ = inside.data.part("train")
    images = X[spread_sample(y, TOLD_BY, inside.seed)]
    return images, blank_of(images)


def _noise(seed: int, maps: np.ndarray) -> np.ndarray:
    """As coarse, and know nothing."""
    return stream_rng(seed, "random maps").random(maps.shape, np.float32)


def _untied(maps: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Places of equal heat in a random order, so an empty map is as good as a random one, and not a scan from the top."""
    return maps + TIE * np.maximum(maps.max(axis=(1, 2), keepdims=True), TIE) * noise


def _coarse(ink: np.ndarray, places: tuple[int, int]) -> np.ndarray:
    """How much ink there is at each place of the layer."""
    return functional.adaptive_avg_pool2d(torch.from_numpy(ink.astype(np.float32)), places).numpy()


def _empty(maps: np.ndarray) -> np.ndarray:
    return maps.max(axis=(1, 2)) == 0


def _agreement(maps: np.ndarray, others: np.ndarray) -> np.ndarray:
    """A map that puts nothing first agrees with none."""
    return np.nan_to_num(map_agreement(maps, others))
