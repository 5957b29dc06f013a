"""The judge of the reductions: each method against PCA with as many numbers, on the same test images. Nothing is trained here."""

from collections.abc import Iterator, Mapping

import numpy as np

from tasvir.measures.holm import holm_verdicts
from tasvir.measures.verdict import FEWEST_SEEDS_FIXED, verdict
from tasvir.records.record import Record
from tasvir.studies.cell import Cell, Comparison
from tasvir.studies.families.verdicts import recorded_verdicts
from tasvir.studies.inside import Inside

#: What every method is held against.
BASELINE = "pca"
#: method -> size -> the cells of its seeds
Found = Mapping[str, Mapping[str, list[str]]]


def verdict_cell(found: Found, *, seed: int, n_seeds: int) -> Cell:
    """Every method and size against PCA of that size; a verdict where there are seeds enough."""
    needs = dict.fromkeys(name for sizes in found.values() for names in sizes.values() for name in names)
    judged = Comparison(n_seeds) if n_seeds >= FEWEST_SEEDS_FIXED else None
    return Cell("reduction/verdict", judge, {"found": found}, seed, needs=tuple(needs), compares=judged)


def judge(inside: Inside, *, found: Found) -> Iterator[Record]:
    """Differences in balanced accuracy, corrected by Holm's rule over methods and sizes."""
    y, cases = inside.data.targets("test")[0], inside.data.cases("test")

    def right_Sn(method: str, d: str) -> np.ndarray:
        return np.stack([inside.found_array(name, f"predictions {d}") == y for name in found[method][d]]).astype(float)

    pairs = [(method, d) for method, sizes in found.items() for d in sizes if method != BASELINE]
    verdicts = holm_verdicts(
        [
            verdict(
                right_Sn(method, d), right_Sn(BASELINE, d), strata=y, groups=cases, names=(f"{method}/{d}", f"{BASELINE}/{d}")
            )
            for method, d in pairs
        ]
    )
    yield from recorded_verdicts(verdicts)
