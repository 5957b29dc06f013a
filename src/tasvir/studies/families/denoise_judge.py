"""The differences between the arms of the study of denoising, image by image."""

from collections.abc import Iterator

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.holm import holm_verdicts
from tasvir.measures.mean import mean_estimate
from tasvir.measures.verdict import FEWEST_SEEDS_FIXED, verdict
from tasvir.records.record import Record, facts
from tasvir.studies.families.denoise_cells import Bench
from tasvir.studies.families.verdicts import recorded_verdicts
from tasvir.studies.inside import Inside, measured

BEST = "best filter"


def judge(inside: Inside, *, bench: dict, filters: list[str], pairs: list[tuple[str, str]], seeds: list[int]) -> Iterator[Record]:
    """How many dB an arm has over another on the same noisy images; the filter that counts is the best on held-out images."""
    data = Bench(**bench).test(inside.data)
    best = max(filters, key=lambda name: _held_out_psnr(inside, name))
    asked = [(arm, best if against == BEST else against) for arm, against in pairs]
    scores = {name: _scores_Sn(inside, name, filters=filters, seeds=seeds) for pair in asked for name in pair}
    yield facts({"best_filter": best, "n_seeds": len(seeds), "pairs": [list(pair) for pair in asked]})
    if len(seeds) < FEWEST_SEEDS_FIXED:
        yield from _of_these_trainings(scores, asked, data)
        return
    cases = data.cases("test")
    found = [verdict(scores[a], scores[b], groups=cases, names=(a, b), metric="psnr") for a, b in asked]
    yield from recorded_verdicts(holm_verdicts(found))


def _of_these_trainings(scores: dict[str, np.ndarray], pairs: list[tuple[str, str]], data: Dataset) -> Iterator[Record]:
    """Differences with what the test images leave open; the luck of a training is not in them."""
    for arm, against in pairs:
        found = mean_estimate((scores[arm] - scores[against]).mean(0), data.cases("test"))
        yield measured("difference", found, {"arm": arm, "against": against})


def _held_out_psnr(inside: Inside, name: str) -> float:
    """Of its best setting."""
    found = inside.found[f"denoise/{name}"]
    return max(record.data["value"] for record in found if record.kind == "metric" and record.name == "validation_psnr")


def _scores_Sn(inside: Inside, name: str, *, filters: list[str], seeds: list[int]) -> np.ndarray:
    """(S, n) PSNR by image; a filter has no luck, and is the same at every seed."""
    cells = [f"denoise/{name}"] * len(seeds) if name in filters else [f"denoise/{name}/{seed}" for seed in seeds]
    return np.stack([inside.found_array(cell, "psnr") for cell in cells]).astype(float)
