"""How a classifier learns. Legend: B batch, C channels, H W pixels, K classes."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch.nn import functional

from tasvir.contracts.seeds import stream_seed
from tasvir.models.decay import decayed
from tasvir.nets.augment import Augment
from tasvir.train.batches import to_unit
from tasvir.train.engine import Engine
from tasvir.train.loop import Batch, Losses


class ClassificationTask:
    """AdamW under the one-cycle schedule on the cross-entropy; augments what it trains on.

    A batch is images and targets, and where images count differently, their weights: those are for training alone.
    """

    def __init__(
        self,
        net: torch.nn.Module,
        engine: Engine,
        augment: Augment,
        *,
        schedule: "OneCycle",
        weight_decay: float,
        seed: int,
    ):
        self.engine, self.augment, self.schedule, self.seed = engine, augment, schedule, seed
        net = net.to(engine.device)
        optimizer = torch.optim.AdamW(decayed(net, weight_decay), lr=schedule.peak, fused=True)
        self.net, self.optimizer = engine.setup(net, optimizer)
        self.step = 0
        self.generator = torch.Generator()

    def begin(self, epoch: int) -> None:
        self.generator.manual_seed(stream_seed(self.seed, "augment", epoch))
        torch.manual_seed(stream_seed(self.seed, "dropout", epoch))  # the estimator restores the global stream after training

    def train_step(self, batch: Batch) -> Losses:
        if not self.net.training:  # it walks through all modules
            self.net.train()
        x_BCHW, y_B, *weights = self.engine.put((self.augment(batch[0], self.generator), *batch[1:]))
        with self.engine.autocast():
            logits_BK = self.net(to_unit(x_BCHW))
        logits_BK = logits_BK.float()
        loss = _cross_entropy(logits_BK, y_B, *weights)
        for group in self.optimizer.param_groups:
            group["lr"] = self.schedule(self.step)
        self.optimizer.zero_grad()
        self.engine.backward(loss)
        self.optimizer.step()
        self.step += 1
        return {"loss": loss, "accuracy": _accuracy(logits_BK, y_B)}

    def valid_step(self, batch: Batch) -> Losses:
        self.net.eval()
        x_BCHW, y_B = self.engine.put(batch[:2])
        logits_BK = self.net(to_unit(x_BCHW))
        return {"loss": functional.cross_entropy(logits_BK, y_B), "accuracy": _accuracy(logits_BK, y_B)}

    def state(self) -> dict[str, Any]:
        net = self.engine.unwrap(self.net).state_dict()
        return {"net": net, "optimizer": self.optimizer.state_dict(), "step": self.step}

    def load(self, state: Mapping[str, Any]) -> None:
        self.engine.unwrap(self.net).load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def kept(self) -> torch.nn.Module:
        return self.engine.unwrap(self.net)


class OneCycle:
    """The learning rate at a step: up to `peak` over the first 30 %, then down to nearly nothing (Smith and Topin 2018)."""

    def __init__(self, peak: float, n_steps: int, *, warm: float = 0.3, start: float = 1 / 25, end: float = 1e-4):
        self.peak, self.n_warm, self.n_steps, self.start, self.end = peak, max(1.0, warm * n_steps), n_steps, start, end

    def __call__(self, step: int) -> float:
        if step < self.n_warm:
            return self.peak * _cosine(self.start, 1.0, step / self.n_warm)
        return self.peak * _cosine(1.0, self.end, min(1.0, (step - self.n_warm) / max(1.0, self.n_steps - self.n_warm)))


def _cross_entropy(logits_BK: torch.Tensor, y_B: torch.Tensor, weight_B: torch.Tensor | None = None) -> torch.Tensor:
    """The mean over images, each times its weight where there are any."""
    if weight_B is None:
        return functional.cross_entropy(logits_BK, y_B)
    return (functional.cross_entropy(logits_BK, y_B, reduction="none") * weight_B).mean()


def _accuracy(logits_BK: torch.Tensor, y_B: torch.Tensor) -> torch.Tensor:
    return (logits_BK.argmax(1) == y_B).float().mean()


def _cosine(start: float, end: float, fraction: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * fraction)) / 2
