"""A well-known student solution of "an autoencoder for classification", as it is given: each of its two mistakes can be left out.

Its Adam has the weight decay in the gradient, where it is divided like the rest of it; and its classifier ends in a softmax,
while the cross-entropy that it is trained with takes one already. Legend: B batch, C channels, H W pixels, K classes, Z code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tasvir.contracts.seeds import stream_seed
from tasvir.contracts.specs import resolve_spec
from tasvir.models.autoencoder import Autoencoder, ReconstructionTask
from tasvir.nets.augment import AUGMENTS
from tasvir.train.batches import OrderedBatches, ShuffledBatches
from tasvir.train.engine import Engine
from tasvir.train.history import History
from tasvir.train.loop import Batch, Hook, Losses, fit_loop
from tasvir.train.stream import torch_stream

#: Learning rate and weight decay of both nets.
RATE, DECAY = 1e-3, 1e-5
#: Codes (n, Z) float32 and labels (n,).
Labelled = tuple[np.ndarray, np.ndarray]


class GivenAutoencoder(Autoencoder):
    """The same net, trained by an Adam whose weight decay is a part of the gradient."""

    def _build_task(self, net: nn.Module, engine: Engine, *, n_steps: int, seed: int) -> ReconstructionTask:
        augment = resolve_spec(self.augment, AUGMENTS, "augment").build(self._layout.shape)
        task = ReconstructionTask(net, engine, augment=augment, seed=seed, learning_rate=self.learning_rate)
        task.optimizer = coupled(task.net)
        return task


class GivenClassification:
    """Cross-entropy of dense layers on codes; `softmaxes` is 2 where the net ends in one of its own, else 1."""

    def __init__(self, widths: Sequence[int], *, softmaxes: int, seed: int):
        layers: list[nn.Module] = []
        with torch_stream(stream_seed(seed, "net")):
            for fans in pairwise(widths):
                layers += [nn.Linear(*fans), nn.ReLU()]
        self.net = nn.Sequential(*layers[:-1])
        self.softmaxes = softmaxes
        self.optimizer = coupled(self.net)

    def begin(self, epoch: int) -> None:
        pass

    def train_step(self, batch: Batch) -> Losses:
        losses = self._losses(batch)
        self.optimizer.zero_grad()
        losses["loss"].backward()
        self.optimizer.step()
        return losses

    def valid_step(self, batch: Batch) -> Losses:
        return self._losses(batch)

    def _losses(self, batch: Batch) -> Losses:
        z_BZ, y_B = batch
        given_BK = self.net(z_BZ)
        if self.softmaxes == 2:
            given_BK = given_BK.softmax(1)
        return {"loss": functional.cross_entropy(given_BK, y_B), "accuracy": (given_BK.argmax(1) == y_B).float().mean()}

    def state(self) -> dict[str, Any]:
        return {"net": self.net.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load(self, state: Mapping[str, Any]) -> None:
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])

    def kept(self) -> nn.Module:
        return self.net


@dataclass(frozen=True)
class Pace:
    """How long a net learns, and from how many images at once."""

    epochs: int
    batch_size: int


@dataclass(frozen=True)
class Taught:
    """The classifier after its last epoch, and how its losses went."""

    net: nn.Module
    history: History

    @torch.inference_mode()
    def probabilities(self, codes: np.ndarray) -> np.ndarray:
        """(n, K): the softmax that its net ends in, or that its loss takes."""
        found: np.ndarray = self.net(torch.from_numpy(codes)).softmax(1).numpy()
        return found


def taught_as_given(
    task: GivenClassification,
    train: Labelled,
    watched: Labelled | None,
    *,
    pace: Pace,
    seed: int,
    hooks: Sequence[Hook],
) -> Taught:
    """Train it on codes and their labels; `watched` are others."""
    batches = ShuffledBatches(*map(torch.from_numpy, train), batch_size=pace.batch_size, seed=seed)
    valid = None if watched is None else OrderedBatches(*map(torch.from_numpy, watched))
    return Taught(task.net, fit_loop(task, batches, valid, max_epochs=pace.epochs, hooks=hooks))


def coupled(net: nn.Module) -> torch.optim.Adam:
    """Adam with the decay of all weights in the gradient."""
    return torch.optim.Adam(net.parameters(), lr=RATE, weight_decay=DECAY, fused=True)
