"""A hook that records an adversarial training, says what goes wrong, and keeps the best state. Legend: E epochs, K classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.settings import Number
from tasvir.models.adversarial_task import AdversarialTask
from tasvir.models.alarms import Alarm, find_alarms
from tasvir.models.sight import Sight
from tasvir.train.history import History
from tasvir.train.hooks import copy_state
from tasvir.train.loop import Task

_WHOLE = Number(low=1, whole=True)
RANGES = {"measure_every": _WHOLE, "grid_every": _WHOLE, "grid_side": Number(low=1, high=20, whole=True)}


@dataclass(frozen=True)
class RecorderSpec:
    """How often is a generator looked at while it is trained?

    Parameters
    ----------
    measure_every : int, default=2
        Epochs from one comparison with held-out images to the next.
    grid_every : int, default=6
        Epochs from one grid of samples to the next; the first, the last and the kept epoch have one too.
    grid_side : int, default=10
        Samples a side of a grid, at most 20.

    Raises
    ------
    BadInputError
        A value outside its range, when a GAN is fitted.

    Notes
    -----
    Looking changes nothing of what is learned, only which epoch is kept.

    Examples
    --------
    >>> from tasvir import GAN, RecorderSpec
    >>> GAN(recorder=RecorderSpec(grid_every=1)).get_params()["recorder__grid_side"]
    10
    """

    measure_every: int = 2
    grid_every: int = 6
    grid_side: int = 10

    def build(self, sight: Sight, *, max_epochs: int) -> "FlightRecorder":
        for name, allowed in RANGES.items():
            if not allowed.holds(getattr(self, name)):
                raise BadInputError(f"RecorderSpec({name}={getattr(self, name)!r}): give {allowed.words}")
        return FlightRecorder(self, sight, max_epochs=max_epochs)


class FlightRecorder:
    """Looks at the generator after each epoch; at the end it gives back the best state.

    Best is the latest state that measures as well as the best one, within the standard error of a share of the held-out images:
    the harmonic mean of clipped density and coverage. Where nothing is held out it is the latest; an epoch that
    looks as if something went wrong is never kept.
    """

    def __init__(self, spec: RecorderSpec, sight: Sight, *, max_epochs: int):
        self.spec, self.sight, self.max_epochs = spec, sight, max_epochs
        self.variety: list[list[float]] = []
        self.measured: dict[int, dict[str, float]] = {}
        self.grids: dict[int, np.ndarray] = {}
        self.alarms: list[Alarm] = []
        self.highest, self.kept_epoch = 0.0, 0
        self.kept_state: dict[str, Any] | None = None

    def __call__(self, task: Task, history: History) -> bool:
        task, epoch = cast(AdversarialTask, task), len(history)
        if not all(bool(weight.isfinite().all()) for weight in task.players.generator.parameters()):
            self.diverged(epoch)
            return True
        averaged = task.average.module
        self.variety.append(self.sight.variety(task.players.generator).tolist())
        led = task.levers.discriminator_ahead
        n_steps = max(1, task.n_steps // epoch)
        self.alarms = find_alarms(history.rows, np.array(self.variety), blind=task.loss.blind, n_steps=n_steps, led=led)
        stops = any(alarm.kind == "divergence" for alarm in self.alarms)
        last = stops or history.stopped or epoch >= self.max_epochs
        if self.sight.n_compared and (epoch % self.spec.measure_every == 0 or last):
            self.measured[epoch] = self.sight.measure(averaged)
        if epoch == 1 or epoch % self.spec.grid_every == 0 or last:
            self.grids[epoch] = self.sight.grid(averaged, self.spec.grid_side)
        looks_bad = find_alarms(history.rows[-1:], np.array(self.variety[-1:]), blind=task.loss.blind, at_once=True)
        if epoch > led and not looks_bad and self._is_as_good(epoch):
            self.kept_epoch, self.kept_state = epoch, copy_state(task.state())
        return stops

    def diverged(self, epoch: int) -> None:
        """A loss or a weight became NaN or infinite in this epoch: nothing of it can be looked at."""
        self.alarms.append(Alarm("divergence", epoch, epoch))

    def _is_as_good(self, epoch: int) -> bool:
        """Whether this epoch measures as well as any before it, within the error of a share of so many images."""
        if not self.sight.n_compared:
            return True
        if epoch not in self.measured:
            return self.kept_state is None
        value = goodness(self.measured[epoch])
        self.highest = max(self.highest, value)
        return value >= self.highest - (value * (1 - value) / self.sight.n_compared) ** 0.5

    def state(self) -> dict[str, Any]:
        return {
            "variety": self.variety,
            "measured": self.measured,
            "grids": self.grids,
            "alarms": [alarm.told() for alarm in self.alarms],
            "highest": self.highest,
            "kept_epoch": self.kept_epoch,
            "kept_state": self.kept_state,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)
        self.alarms = [Alarm(**told) for told in state["alarms"]]

    def close(self, task: Task) -> None:
        if self.kept_state is None:
            return
        task.load(self.kept_state)
        self.kept_state = None  # an estimator would hold it as long as it lives
        if self.kept_epoch not in self.grids:
            grid = self.sight.grid(cast(AdversarialTask, task).average.module, self.spec.grid_side)
            self.grids = dict(sorted({**self.grids, self.kept_epoch: grid}.items()))

    def told(self) -> dict[str, Any]:
        """All but the grids, as plain values."""
        names = next(iter(self.measured.values()), {})
        return {
            "variety": tuple(tuple(None if np.isnan(share) else share for share in row) for row in self.variety),
            "measured_epochs": tuple(self.measured),
            **{name: tuple(row[name] for row in self.measured.values()) for name in names},
            "alarms": tuple(alarm.told() for alarm in self.alarms),
            "kept_epoch": self.kept_epoch,
        }


def goodness(measured: Mapping[str, float]) -> float:
    """The harmonic mean of clipped density (samples that are as real ones) and coverage (real ones that are drawn)."""
    density, coverage = measured["clipped_density"], measured["clipped_coverage"]
    return 2 * density * coverage / (density + coverage) if density and coverage else 0.0
