"""A hook that looks at what an autoencoder draws while it learns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from tasvir.train.batches import to_unit
from tasvir.train.history import History
from tasvir.train.loop import Task


class Drawings:
    """What the net makes of a few images (n, h, w[, c]) uint8 after some epochs: ``drawn`` (epochs, n, h, w[, c]) uint8."""

    def __init__(self, images: np.ndarray, epochs: Sequence[int]):
        self.images, self.epochs = images, tuple(epochs)
        self.drawn = np.zeros((0, *images.shape), np.uint8)

    @torch.inference_mode()
    def __call__(self, task: Task, history: History) -> bool:
        if len(history) in self.epochs:
            net = task.kept().eval()  # a training step takes it back into training mode
            x = torch.from_numpy(np.ascontiguousarray(self.images)).to(next(net.parameters()).device)
            x_BCHW = x.reshape(*x.shape[:3], -1).permute(0, 3, 1, 2)
            drawn = net(to_unit(x_BCHW)).permute(0, 2, 3, 1).reshape(x.shape)
            pixels = (drawn.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
            self.drawn = np.concatenate([self.drawn, pixels[None]])
        return False

    def state(self) -> dict[str, Any]:
        return {"drawn": self.drawn}

    def load(self, state: Mapping[str, Any]) -> None:
        self.drawn = state["drawn"]

    def close(self, task: Task) -> None:
        pass
