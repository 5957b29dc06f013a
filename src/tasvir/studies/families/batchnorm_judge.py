"""The judges of the study of batch norm: what decides each statement, and whether the chosen nets differ on the test images."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tasvir.measures.holm import holm_verdicts
from tasvir.measures.median import median_interval
from tasvir.measures.over_seeds import verdict_over_seeds
from tasvir.measures.reach import decades_within
from tasvir.measures.statements import CLOSER, LEARNED, LOSS_LEVELS, NEARLY
from tasvir.measures.verdict import Verdict, verdict
from tasvir.records.record import Record, array, facts, metric
from tasvir.studies.families.batchnorm_grid import Asked, Grid
from tasvir.studies.families.batchnorm_nets import ARMS
from tasvir.studies.families.verdicts import recorded_verdicts
from tasvir.studies.inside import Inside, measured

PLAIN, NORMED = ARMS
#: One of the settings that nets were trained with -> (arms, seeds, held-out images): which are named rightly.
ByPlace = Mapping[float, np.ndarray]


def measure(inside: Inside, *, sizes: Sequence[int], usual: int, seeds: Sequence[int], **shared: Any) -> Iterator[Record]:
    """Accuracies by learning rate, batch size and first weights, differences between the nets, what decides each statement."""
    asked = Asked(**shared)
    grids = {size: Grid(inside, asked, size, seeds) for size in sizes}
    rest, cases = grids[usual], asked.learning(inside).data.cases("val")
    found: dict[str, ByPlace] = {
        "rate": {rate: rest.right[:, :, place].swapaxes(0, 1) for place, rate in enumerate(asked.rates)},
        "size": {size: np.stack([grid.right_chosen(arm) for arm in ARMS]) for size, grid in grids.items()},
        "scale": _by_scale(inside, seeds),
    }
    refused = {size: [arm for arm in ARMS if grid.refuses(arm)] for size, grid in grids.items()}
    for what, places in found.items():
        yield from _accuracies(what, places, refused if what == "size" else {})
    yield from _gains(found, refused, cases)
    yield from _losses(rest)
    yield from _deciding(inside, rest, found, cases=cases, refused=refused)
    chosen = {arm: [grid.rate(arm) for grid in grids.values()] for arm in ARMS}
    told = {name: rest.told(name) for name in ("ends", "n_train", "n_held_out", "n_looked_at", "chance", "n_classes")}
    refusals = {str(size): arms for size, arms in refused.items() if arms}
    yield facts({**told, "sizes": list(sizes), "chosen": chosen, "refused": refusals, "n_seeds": len(seeds)})


def _by_scale(inside: Inside, seeds: Sequence[int]) -> ByPlace:
    cells = [f"batchnorm/scales/{seed}" for seed in seeds]
    right = np.stack([inside.found_array(cell, "right") for cell in cells]).astype(float)
    return {scale: right[:, :, place].swapaxes(0, 1) for place, scale in enumerate(inside.found_facts(cells[0])["scales"])}


def _accuracies(what: str, places: ByPlace, refused: Mapping[int, Sequence[str]]) -> Iterator[Record]:
    """On held-out images: the mean over seeds, the lowest and the highest."""
    for place, right in places.items():
        for arm, of_seeds in zip(ARMS, right.mean(axis=2), strict=True):
            if arm not in refused.get(int(place), ()):
                labels = {"arm": arm, "of": what, "at": place}
                mean, low, high = map(float, (of_seeds.mean(), of_seeds.min(), of_seeds.max()))
                yield metric("validation_accuracy", mean, low=low, high=high, n=right.shape[2], labels=labels)


def _gains(found: Mapping[str, ByPlace], refused: Mapping[int, Sequence[str]], cases: np.ndarray | None) -> Iterator[Record]:
    """With batch norm minus without, at each rate and, by the chosen rates, at each batch size: Holm over all of them."""
    asked = [("rate", place, right) for place, right in found["rate"].items()]
    asked += [("size", place, right) for place, right in found["size"].items() if not refused[int(place)]]
    names = (NORMED, PLAIN)
    verdicts = [verdict(normed, plain, groups=cases, names=names, metric="accuracy") for _, _, (plain, normed) in asked]
    for (what, place, _), one in zip(asked, holm_verdicts(verdicts), strict=True):
        labels = {"of": what, "at": place}
        yield metric("gain", one.d, low=one.low, high=one.high, n=one.n, method="crossed t", labels=labels)
        yield metric("p_holm", float("nan") if one.p is None else one.p, labels=labels)


def _losses(rest: Grid) -> Iterator[Record]:
    """At the chosen rates: the losses on the way, and after how many updates they had fallen to a level at every seed."""
    ends, chance = np.array(rest.told("ends")), np.log(rest.told("n_classes"))
    for arm in ARMS:
        losses = rest.losses_chosen(arm)
        yield array(f"losses_{arm}", losses)
        for part in LOSS_LEVELS:
            there = losses <= part * chance
            first = np.where(there.any(axis=1), ends[there.argmax(axis=1)], np.nan)
            known, labels = first[np.isfinite(first)], {"arm": arm, "level": part}
            least, most = (float(known.min()), float(known.max())) if len(known) else (None, None)
            yield metric("updates_to", float(first.mean()), low=least, high=most, n=len(known), labels=labels)


def _deciding(
    inside: Inside, rest: Grid, found: Mapping[str, ByPlace], *, cases: np.ndarray | None, refused: Mapping[int, Sequence[str]]
) -> Iterator[Record]:
    """A number a rule, above 0 where it speaks for the statement."""
    seconds = _seconds(inside, rest.batch_size)
    closer = _closer(found["scale"], cases, chance=float(rest.told("chance")))
    judged = [*_uniform(inside, rest.seeds), *closer, _tuning(rest)]
    judged += _small_batches(found["size"], rest.batch_size, cases=cases, refused=refused)
    judged.append(_over_seeds("loss_updates", *(np.log(rest.losses_chosen(arm)[:, -1]) for arm in ARMS)))
    if seconds is not None:
        speedup = median_interval(np.log(seconds[:, 0] / seconds[:, 1]))
        yield measured("batch_speedup", speedup)
        judged.append(_over_seeds("loss_seconds", *_after_equal_seconds(rest, np.median(seconds, axis=0))))
    for one in judged:
        yield metric(one.metric, one.d, low=one.low, high=one.high, n=one.n_seeds, method="paired t over seeds")


def _over_seeds(name: str, a: np.ndarray, b: np.ndarray, *, resolution: float = 0.0) -> Verdict:
    return verdict_over_seeds(a, b, metric=name, resolution=resolution)


def _seconds(inside: Inside, size: int) -> np.ndarray | None:
    """(pairs, arms), where batches of this size could be timed."""
    if size not in inside.found_facts("batchnorm/timing")["sizes"]:
        return None
    return inside.found_array("batchnorm/timing", f"seconds_{size}")


def _after_equal_seconds(rest: Grid, update_s: np.ndarray) -> list[np.ndarray]:
    """The logarithm of both losses when the net of the shorter updates has done all of its own."""
    ends, updates = rest.told("ends"), rest.asked.updates * update_s.min() / update_s
    logs = [np.log(rest.losses_chosen(arm)) for arm in ARMS]
    return [np.array([np.interp(n, ends, row) for row in rows]) for n, rows in zip(updates, logs, strict=True)]


def _uniform(inside: Inside, seeds: Sequence[int]) -> Iterator[Verdict]:
    """How uneven dimensions are after the training, over all layers: the logarithm of without over with."""
    for what in ("uneven_sds", "uneven_means"):
        of_arm = [np.array([_uneven(inside, f"batchnorm/{arm}/{seed}", what) for seed in seeds]) for arm in ARMS]
        yield _over_seeds(what.replace("uneven", "uniform"), *of_arm)


def _uneven(inside: Inside, cell: str, what: str) -> float:
    wanted = {"when": "end", "place": "after"}
    values = [
        record.data["value"]
        for record in inside.found[cell]
        if record.kind == "metric" and record.name == what and wanted.items() <= record.data["labels"].items()
    ]
    return float(np.mean(np.log(np.maximum(values, 1e-12)))) if values else float("nan")


def _closer(scales: ByPlace, cases: np.ndarray | None, *, chance: float) -> Iterator[Verdict]:
    """What batch norm makes of weights closer to zero than usual, and how much less it lets any of these sizes matter.

    A net that is lost is worth no less than one that names the commonest class.
    """
    usual = scales[1.0]
    small = max((right for scale, right in scales.items() if scale <= CLOSER), key=lambda right: right[1].mean())
    yield verdict(small[1], usual[1], groups=cases, metric="closer_gain")
    accuracies = np.maximum([right.mean(axis=2) for right in scales.values()], chance)
    yield _over_seeds("scale_range", *np.ptp(accuracies, axis=0), resolution=1 / usual.shape[2])


def _small_batches(
    sizes: ByPlace, usual: int, *, cases: np.ndarray | None, refused: Mapping[int, Sequence[str]]
) -> Iterator[Verdict]:
    """The accuracy that the smallest batches cost, at as many updates: with batch norm, and beyond what they cost without it."""
    small = next((size for size in sizes if size >= 2 and not refused[int(size)]), usual)
    if small < usual and not refused[usual]:
        costs = sizes[usual] - sizes[small]
        yield verdict(costs[1], costs[0], groups=cases, metric="batch_loss")


def _tuning(rest: Grid) -> Verdict:
    """Decades of learning rates that do nearly as well as the best of the same net at the same seed."""
    rates, accuracy = rest.asked.rates, rest.right.mean(axis=3)
    width = np.array([[_good(rates, row, float(rest.told("chance"))) for row in of_arms] for of_arms in accuracy])
    return _over_seeds("rate_width", width[:, 1], width[:, 0], resolution=float(np.diff(np.log10(rates)).min()) / 2)


def _good(rates: Sequence[float], accuracy: np.ndarray, chance: float) -> float:
    above = float(accuracy.max()) - chance
    return decades_within(rates, accuracy, chance + NEARLY * above) if above >= LEARNED else float("nan")


def compare(inside: Inside, *, seeds: Sequence[int]) -> Iterator[Record]:
    """The difference in balanced accuracy between the nets of the chosen rates, on the test images."""
    y, cases = inside.data.targets("test")[0], inside.data.cases("test")
    if any(inside.found_facts(cell)["lost"] for cell in inside.found):
        return  # which says nothing of the test images

    def right_Sn(arm: str) -> np.ndarray:
        found = [inside.found_array(f"batchnorm/{arm}/{seed}", "probabilities").argmax(1) == y for seed in seeds]
        return np.stack(found).astype(float)

    yield from recorded_verdicts([verdict(right_Sn(NORMED), right_Sn(PLAIN), strata=y, groups=cases, names=(NORMED, PLAIN))])
