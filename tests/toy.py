"""A study of toy cells, run as a real one is."""

import io
import time
from pathlib import Path

import numpy as np

from tasvir.records.record import Record, array, metric
from tasvir.records.run import RunFolder, open_run
from tasvir.studies.cell import Outcome, addresses
from tasvir.studies.progress import Progress
from tasvir.studies.runner import run_cells

#: What ran, in order; a test empties it.
RAN: list[str] = []


class Study:
    """Some cells and the folder of their run, made where it is not there yet."""

    def __init__(self, path: Path, cells, *, threads: int = 1, fingerprint: str = "data"):
        self.cells, self.threads = cells, threads
        self.addresses = addresses(cells, fingerprint, threads, "cpu")
        self.path, self.told = path, ""
        about = {"study": "toy", "data": "none", "profile": "quick", "seed": 0, "addresses": self.addresses}
        record = Record("run", "toy", data=about)
        if not path.exists():
            RunFolder.create(path, record)
        elif dict(open_run(path).run_record().data["addresses"]) != self.addresses:
            open_run(path).append([record])

    def run(self, data=None, **how) -> list[str]:
        """The cells that failed."""
        RAN.clear()
        stream = io.StringIO()
        run, progress = open_run(self.path), Progress(stream)
        failed = run_cells(run, self.cells, data, threads=self.threads, device="cpu", progress=progress, **how)
        self.told = stream.getvalue()
        return failed

    def records(self, cell: str | None = None) -> list[Record]:
        found = open_run(self.path).records()
        return found if cell is None else [record for record in found if record.cell == self.addresses[cell]]


def number(data, parameters, seed, workspace) -> Outcome:
    """A number drawn from the seed."""
    RAN.append(f"number {parameters}")
    value = float(np.random.default_rng(seed).random()) + parameters.get("plus", 0)
    return Outcome({"title": "Number"}, [metric("value", value), array("many", np.arange(3) + value)])


def total(data, parameters, seed, workspace) -> Outcome:
    """The sum of what it needs."""
    RAN.append("total")
    arrays = [record.content for records in workspace.found.values() for record in records if record.kind == "array"]
    return Outcome({"title": "Total", "of": sorted(workspace.found)}, [metric("value", float(np.sum(arrays)))])


def failing(data, parameters, seed, workspace) -> Outcome:
    """Fails while the file that it is told of exists."""
    RAN.append("failing")
    if Path(parameters["while"]).exists():
        raise ValueError("as it was told\nin two lines")
    return Outcome({"title": "Healed"}, [metric("value", 1.0)])


def interrupted(data, parameters, seed, workspace) -> Outcome:
    RAN.append("interrupted")
    (workspace.folder / "checkpoint").write_text("half way")
    raise KeyboardInterrupt


def slow(data, parameters, seed, workspace) -> Outcome:
    for step in range(5):
        time.sleep(0.01)
        workspace.tell(step / 5)
    return Outcome({"title": "Slow"}, [])


def warning(data, parameters, seed, workspace) -> Outcome:
    import warnings

    warnings.warn("it did not converge\nbut nearly", RuntimeWarning, stacklevel=1)
    return Outcome({"title": "Warned"}, [])


def counting_threads(data, parameters, seed, workspace) -> Outcome:
    import torch

    return Outcome({"threads": torch.get_num_threads()}, [])


def global_draws(data, parameters, seed, workspace) -> Outcome:
    """What global streams give to those who take no seed."""
    import random

    import torch

    return Outcome({"draws": [random.random(), float(np.random.rand()), float(torch.rand(1))]}, [])
