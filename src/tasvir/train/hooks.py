"""Hooks watch, stop and restore whole states; whatever changes what is learned lives in the Task."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from tasvir.contracts.errors import BadInputError
from tasvir.train.history import History
from tasvir.train.loop import Losses, Task


class Progress:
    """Tells a callback, after each epoch, how far the training is: ``tell(epoch, max_epochs, row)``."""

    def __init__(self, tell: Callable[[int, int, dict[str, float]], None], max_epochs: int):
        self.tell, self.max_epochs = tell, max_epochs

    def __call__(self, task: Task, history: History) -> bool:
        self.tell(len(history), self.max_epochs, history.rows[-1])
        return False

    def state(self) -> dict[str, Any]:
        return {}

    def load(self, state: Mapping[str, Any]) -> None:
        pass

    def close(self, task: Task) -> None:
        pass


class EarlyStopping:
    """Stops when `monitor` has not gone below its best for `patience` epochs in a row."""

    def __init__(self, *, monitor: str = "valid_loss", patience: int = 5):
        self.monitor, self.patience = monitor, patience
        self.best, self.waited = math.inf, 0

    def __call__(self, task: Task, history: History) -> bool:
        value = _watched(history, self)
        self.best, self.waited = (value, 0) if value < self.best else (self.best, self.waited + 1)
        return self.waited >= self.patience

    def state(self) -> dict[str, Any]:
        return {"best": self.best if math.isfinite(self.best) else None, "waited": self.waited}

    def load(self, state: Mapping[str, Any]) -> None:
        self.best = math.inf if state["best"] is None else state["best"]
        self.waited = state["waited"]

    def close(self, task: Task) -> None:
        pass


class KeepBest:
    """Holds the whole state of the epoch with the lowest `monitor` and gives it back at the end."""

    def __init__(self, *, monitor: str = "valid_loss"):
        self.monitor = monitor
        self.best = math.inf
        self.best_epoch: int | None = None
        self.best_state: dict[str, Any] | None = None

    def __call__(self, task: Task, history: History) -> bool:
        value = _watched(history, self)
        if value < self.best:
            self.best, self.best_epoch, self.best_state = value, len(history), copy_state(task.state())
        return False

    def state(self) -> dict[str, Any]:
        if self.best_state is None:
            return {}
        return {"best": self.best, "best_epoch": self.best_epoch, "best_state": self.best_state}

    def load(self, state: Mapping[str, Any]) -> None:
        if state:
            self.best, self.best_epoch, self.best_state = state["best"], state["best_epoch"], state["best_state"]

    def close(self, task: Task) -> None:
        if self.best_state is not None:
            task.load(self.best_state)
            self.best_state = None  # an estimator keeps its hooks: a second copy of the net would live as long as the first


class StepLosses:
    """Keeps one loss of every training step: ``values[i]`` is that of step i + 1."""

    def __init__(self, name: str = "loss"):
        self.name, self.values = name, np.zeros(0, np.float32)
        self._unread: list[torch.Tensor] = []

    def hear(self, losses: Losses) -> None:
        self._unread.append(losses[self.name].detach())

    def __call__(self, task: Task, history: History) -> bool:
        read = torch.stack(self._unread).float().cpu().numpy()
        self.values, self._unread = np.concatenate([self.values, read]), []
        return False

    def state(self) -> dict[str, Any]:
        return {"values": self.values}

    def load(self, state: Mapping[str, Any]) -> None:
        self.values, self._unread = state["values"], []

    def close(self, task: Task) -> None:
        self._unread = []  # steps of an epoch that did not end belong to no history


def copy_state(tree: Any) -> Any:
    """A nested state with its tensors and arrays copied, so that training on does not change it."""
    if isinstance(tree, dict):
        return {key: copy_state(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [copy_state(value) for value in tree]
    if isinstance(tree, np.ndarray):
        return tree.copy()
    return tree.detach().clone() if hasattr(tree, "detach") else tree


def _watched(history: History, hook: EarlyStopping | KeepBest) -> float:
    """The watched value; without validation images the training loss of the same name stands in."""
    row, monitor = history.rows[-1], hook.monitor
    for name in (monitor, monitor.removeprefix("valid_")):
        if name in row:
            return row[name]
    raise BadInputError(
        f"{type(hook).__name__}(monitor={monitor!r}): this training has no such loss; give monitor= one of {', '.join(row)}"
    )
