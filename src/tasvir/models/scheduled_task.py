"""One net under one optimizer whose learning rate goes up and down once: what a classifier and a denoiser have in common."""

import math
from collections.abc import Mapping
from typing import Any, Protocol

import torch

from tasvir.train.engine import Engine


class ScheduledTask:
    """Subclasses give begin(epoch), train_step(batch) and valid_step(batch); `net` is on the engine's device already."""

    def __init__(self, net: torch.nn.Module, engine: Engine, optimizer: torch.optim.Optimizer, *, schedule: "Schedule"):
        self.engine, self.schedule = engine, schedule
        self.net, self.optimizer = engine.setup(net, optimizer)
        self.step = 0

    def descend(self, loss: torch.Tensor) -> None:
        """Down the gradient of the loss, at the rate of this step."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.schedule(self.step)
        self.optimizer.zero_grad()
        self.engine.backward(loss)
        self.optimizer.step()
        self.step += 1

    def state(self) -> dict[str, Any]:
        net = self.engine.unwrap(self.net).state_dict()
        return {"net": net, "optimizer": self.optimizer.state_dict(), "step": self.step}

    def load(self, state: Mapping[str, Any]) -> None:
        self.engine.unwrap(self.net).load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def kept(self) -> torch.nn.Module:
        return self.engine.unwrap(self.net)


class Schedule(Protocol):
    """The learning rate at a step, and the highest of all."""

    peak: float

    def __call__(self, step: int) -> float: ...


class OneCycle:
    """The learning rate at a step: up to `peak` over the first 30 %, then down to nearly nothing (Smith and Topin 2018)."""

    def __init__(self, peak: float, n_steps: int, *, warm: float = 0.3, start: float = 1 / 25, end: float = 1e-4):
        self.peak, self.n_warm, self.n_steps, self.start, self.end = peak, max(1.0, warm * n_steps), n_steps, start, end

    def __call__(self, step: int) -> float:
        if step < self.n_warm:
            return self.peak * _cosine(self.start, 1.0, step / self.n_warm)
        return self.peak * _cosine(1.0, self.end, min(1.0, (step - self.n_warm) / max(1.0, self.n_steps - self.n_warm)))


def _cosine(start: float, end: float, fraction: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * fraction)) / 2
