"""How a peer is asked: a job's name on a line of standard input, the seconds of one epoch on a line of standard output."""

import sys
import time
from collections.abc import Callable

import numpy as np

#: Images of 28x28 (uint8) and their labels, written by `benchmarks/speed.py`.
FILE = sys.argv[1]
#: An epoch, which says how many seconds it took.
Epoch = Callable[[], float]


def images() -> tuple[np.ndarray, np.ndarray]:
    """(n, 28, 28) on the 0..1 scale as float32, and labels: as every tutorial has them before it begins."""
    with np.load(FILE) as found:
        return found["X"].astype(np.float32) / 255, found["y"].astype(np.int64)


def clocked(epoch: Callable[[], object]) -> Epoch:
    """Of an epoch that does not say how long it took."""

    def seconds() -> float:
        started = time.perf_counter()
        epoch()
        return time.perf_counter() - started

    return seconds


def answer(jobs: dict[str, Callable[[], Epoch]]) -> None:
    """`jobs[name]()` prepares nets and data once and gives what trains for one epoch; a job that is not there takes nan."""
    ready: dict[str, Epoch] = {}
    for line in sys.stdin:
        name = line.strip()
        if name in jobs and name not in ready:
            ready[name] = jobs[name]()
        print(repr(ready[name]()) if name in ready else "nan", flush=True)
