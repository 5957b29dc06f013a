"""How a classifier learns. Legend: B batch, C channels, H W pixels, K classes."""

import torch
from torch.nn import functional

from tasvir.contracts.seeds import stream_seed
from tasvir.models.decay import decayed
from tasvir.models.scheduled_task import Schedule, ScheduledTask
from tasvir.nets.augment import Augment
from tasvir.train.batches import to_unit
from tasvir.train.engine import Engine
from tasvir.train.loop import Batch, Losses


class ClassificationTask(ScheduledTask):
    """AdamW under the one-cycle schedule on the cross-entropy; augments what it trains on.

    A batch is images and targets, and where images count differently, their weights: those are for training alone.
    """

    def __init__(
        self,
        net: torch.nn.Module,
        engine: Engine,
        augment: Augment,
        *,
        schedule: Schedule,
        weight_decay: float,
        seed: int,
    ):
        self.augment, self.seed = augment, seed
        net = net.to(engine.device)
        super().__init__(
            net, engine, torch.optim.AdamW(decayed(net, weight_decay), lr=schedule.peak, fused=True), schedule=schedule
        )
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
        self.descend(loss)
        return {"loss": loss, "accuracy": _accuracy(logits_BK, y_B)}

    def valid_step(self, batch: Batch) -> Losses:
        self.net.eval()
        x_BCHW, y_B = self.engine.put(batch[:2])
        logits_BK = self.net(to_unit(x_BCHW))
        return {"loss": functional.cross_entropy(logits_BK, y_B), "accuracy": _accuracy(logits_BK, y_B)}


def _cross_entropy(logits_BK: torch.Tensor, y_B: torch.Tensor, weight_B: torch.Tensor | None = None) -> torch.Tensor:
    """The mean over images, each times its weight where there are any."""
    if weight_B is None:
        return functional.cross_entropy(logits_BK, y_B)
    return (functional.cross_entropy(logits_BK, y_B, reduction="none") * weight_B).mean()


def _accuracy(logits_BK: torch.Tensor, y_B: torch.Tensor) -> torch.Tensor:
    return (logits_BK.argmax(1) == y_B).float().mean()
