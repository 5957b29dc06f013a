"""What the trainings of nets that draw have in common: AdamW, what the encoder sees, and what is kept. B batch, C channels."""

from collections.abc import Mapping
from typing import Any

import torch

from tasvir.contracts.seeds import stream_seed
from tasvir.models.decay import decayed
from tasvir.nets.augment import Augment
from tasvir.train.batches import to_unit
from tasvir.train.engine import Engine
from tasvir.train.loop import Batch


class DrawingTask:
    """AdamW on a net that draws; while it is trained its encoder sees images that `augment` has changed.

    Subclasses give train_step(batch) and valid_step(batch).
    """

    def __init__(
        self,
        net: torch.nn.Module,
        engine: Engine,
        *,
        learning_rate: float,
        augment: Augment,
        seed: int,
        weight_decay: float = 0.0,
    ):
        self.engine, self.augment, self.seed = engine, augment, seed
        net = net.to(engine.device)
        optimizer = torch.optim.AdamW(decayed(net, weight_decay), lr=learning_rate, fused=True)
        self.net, self.optimizer = engine.setup(net, optimizer)
        self._changes = torch.Generator()

    def begin(self, epoch: int) -> None:
        self._changes.manual_seed(stream_seed(self.seed, "augment", epoch))

    def step(self, loss: torch.Tensor) -> None:
        """Down the gradient of the loss."""
        self.optimizer.zero_grad()
        self.engine.backward(loss)
        self.optimizer.step()

    def learn(self) -> None:
        """Into training mode; a net that is in it already is not walked through."""
        if not self.net.training:
            self.net.train()

    def pair(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, tuple[torch.Tensor, ...]]:
        """What the encoder sees and what is to be drawn, 0..1 scale, and the targets beside them."""
        x_BCHW, *targets = self.engine.put(batch)
        changed_BCHW = self.augment(x_BCHW, self._changes) if self.net.training else x_BCHW
        wanted_BCHW = to_unit(x_BCHW)
        seen_BCHW = wanted_BCHW if changed_BCHW is x_BCHW else to_unit(changed_BCHW)
        return seen_BCHW, wanted_BCHW, tuple(targets)

    def state(self) -> dict[str, Any]:
        return {"net": self.engine.unwrap(self.net).state_dict(), "optimizer": self.optimizer.state_dict()}

    def load(self, state: Mapping[str, Any]) -> None:
        self.engine.unwrap(self.net).load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])

    def kept(self) -> torch.nn.Module:
        return self.engine.unwrap(self.net)
