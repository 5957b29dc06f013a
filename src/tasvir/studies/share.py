"""What each cell gets of the machine: threads by what is declared, jobs by the cores and the memory that are there."""

from collections.abc import Mapping, Sequence

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.studies.cell import Cell
from tasvir.studies.work import Fit

#: What a process takes before it has any image (torch, scikit-learn and what they load), in bytes: measured, generously.
PROCESS_BYTES = 450e6
#: How many times over a cell may hold the images as float32: rows for a search, their distances' blocks, a task's batches.
TIMES_FLOAT32 = 4


def threads_by_cell(cells: Sequence[Cell], threads: int) -> dict[str, int]:
    """Threads of each cell, a function of what is declared and of `threads`, never of the machine or of a measured time.

    Cells that may run side by side (equally deep in what they need) share `threads`: those that train get equal parts, at
    least one each; the others get one.
    """
    depths = _depths(cells)
    training = [depths[cell.name] for cell in cells if _trains(cell)]
    return {cell.name: max(1, threads // training.count(depths[cell.name])) if _trains(cell) else 1 for cell in cells}


def jobs_within(data: Dataset, *, cores: int, threads: Mapping[str, int], memory_bytes: float) -> int:
    """How many cells at once: threads x jobs within the cores, and the processes within the memory; at least one."""
    by_cores = cores // max(threads.values(), default=1)
    return max(1, min(by_cores, int(memory_bytes // bytes_of_a_job(data))))


def bytes_of_a_job(data: Dataset) -> float:
    """What a process that computes a cell may take; the images themselves are shared between processes."""
    images = 4 * float(np.prod(data.images.shape, dtype=float))
    return PROCESS_BYTES + TIMES_FLOAT32 * images


def _depths(cells: Sequence[Cell]) -> dict[str, int]:
    depths: dict[str, int] = {}
    for cell in cells:
        depths[cell.name] = 1 + max((depths[name] for name in cell.needs), default=-1)
    return depths


def _trains(cell: Cell) -> bool:
    return any(isinstance(piece, Fit) for piece in cell.work)
