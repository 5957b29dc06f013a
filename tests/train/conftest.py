"""A task that learns nothing and remembers everything."""

import pytest
import torch


class ToyTask:
    """Its loss in a step is the mean of the batch; `steps` counts what was learned."""

    def __init__(self):
        self.steps, self.begun, self.valid_grad = 0, [], []

    def begin(self, epoch):
        self.begun.append(epoch)

    def train_step(self, batch):
        self.steps += 1
        return {"loss": batch[0].mean(), "square": (batch[0] ** 2).mean()}

    def valid_step(self, batch):
        self.valid_grad.append(torch.is_grad_enabled())
        return {"loss": batch[0].mean()}

    def state(self):
        return {"steps": self.steps, "weight": torch.tensor([float(self.steps)])}

    def load(self, state):
        self.steps = state["steps"]


class Watcher:
    """A hook that notes what it sees, and stops or fails at an epoch where it is told to."""

    def __init__(self, *, stop_at=None, fail_at=None):
        self.stop_at, self.fail_at = stop_at, fail_at
        self.seen, self.closed = [], 0

    def __call__(self, task, history):
        self.seen.append(len(history))
        if len(history) == self.fail_at:
            raise KeyboardInterrupt
        return len(history) == self.stop_at

    def state(self):
        return {"seen": list(self.seen)}

    def load(self, state):
        self.seen = list(state["seen"])

    def close(self, task):
        self.closed += 1


@pytest.fixture
def task():
    return ToyTask()


@pytest.fixture
def watcher():
    """Makes hooks that watch."""
    return Watcher


@pytest.fixture
def batches():
    """Three batches of different length, another value each epoch."""
    return lambda epoch: [(torch.full((size,), float(epoch + size)),) for size in (4, 4, 1)]
