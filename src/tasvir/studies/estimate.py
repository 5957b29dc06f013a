"""What a study would take, and what it could show, before anything of it is computed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.data.dataset import Dataset
from tasvir.studies.cell import Cell
from tasvir.studies.place import Place
from tasvir.studies.share import threads_by_cell
from tasvir.studies.study import Study
from tasvir.studies.surroundings import limited_threads
from tasvir.studies.work import Probe

#: What nothing declares is small.
UNDECLARED_S = 1.0
#: A spread that is stated, not measured: two recipes answer a tenth of the test images differently at each seed, and the mean
#: differences of seeds scatter by a point.
DISAGREEMENT, SEED_SPREAD = 0.1, 0.01


@dataclass(frozen=True)
class Estimate:
    """Seconds by cell, and for each judging cell the smallest difference that would be found with a probability of 80 %."""

    seconds: dict[str, float]
    smallest: dict[str, float]

    @property
    def total_s(self) -> float:
        """All cells one after the other."""
        return sum(self.seconds.values())


def estimate(
    study: Study,
    data: Dataset,
    options: Any,
    *,
    seed: int = 0,
    device: str = "auto",
    precision: str = "auto",
    threads: int = 1,
) -> Estimate:
    """How long would a study take on this machine, and what could it show? Nothing of it is computed.

    Parameters
    ----------
    study : Study
        What is asked.
    data : Dataset
        Of whom it is asked.
    options : instance of ``study.options``
        How it is asked.
    seed : int
        Of everything drawn.
    device, precision, threads
        As in `run_study`.

    Returns
    -------
    Estimate
        By a probe of a few steps with this data; differences in balanced accuracy, for a stated spread.

    Raises
    ------
    BadInputError
        Data that the study cannot serve, a negative seed, fewer than one thread, a device or precision that cannot be used.

    Examples
    --------
    >>> from tasvir import load_data
    >>> from tasvir.studies.study import find_study
    >>> study = find_study("run")
    >>> estimate(study, load_data("digits"), study.options()).total_s > 10
    True
    """
    check_computing(seed, threads)
    place = Place(device, precision).resolved(data.images[0].size)
    cells = study.cells(data, options, seed)
    seconds = expected_seconds(cells, data, threads=threads_by_cell(cells, threads), place=place)
    return Estimate(seconds, smallest_differences(cells, data))


def check_computing(seed: int, threads: int) -> None:
    """Refuse what nothing can be computed with."""
    if seed < 0:
        raise BadInputError(f"seed={seed} is negative: give a whole number of at least 0")
    if threads < 1:
        raise BadInputError(f"threads={threads}: give a whole number of at least 1")


def expected_seconds(cells: Iterable[Cell], data: Dataset, *, threads: Mapping[str, int], place: Place) -> dict[str, float]:
    """Seconds by cell name. Trainings are measured on a few steps, searches on a part of the images; both are scaled."""
    probes: dict[int, Probe] = {}
    seconds = {}
    for cell in cells:
        probe = probes.setdefault(threads[cell.name], Probe(data, place))
        with limited_threads(threads[cell.name]):
            seconds[cell.name] = probe.seconds(cell.work) or UNDECLARED_S
    return seconds


def smallest_differences(cells: Iterable[Cell], data: Dataset) -> dict[str, float]:
    """By judging cell, what so many test images (groups of them, where there are any) and seeds can show."""
    from tasvir.measures.power import Spread, smallest_effect

    y, cases = data.targets("test")[0], data.cases("test")
    units = [np.unique(cases[y == k]) if cases is not None else np.flatnonzero(y == k) for k in np.unique(y)]
    spread = Spread(image=0.0, noise=DISAGREEMENT**0.5, seed=SEED_SPREAD)
    judging = {cell.name: cell.compares.n_seeds for cell in cells if cell.compares is not None}
    return {name: smallest_effect(spread, [len(k) for k in units], n_seeds) for name, n_seeds in judging.items()}
