"""The one training loop. It learns no model's name: a `Task` moves its own optimizers, hooks watch and stop.

``fit_loop`` asks for the batches of each epoch, so that an epoch's randomness depends on its number and never on what ran before.
"""

import math
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import torch

from tasvir.contracts.errors import BadInputError, LossNotFiniteError
from tasvir.train.history import History

Batch = tuple[torch.Tensor, ...]
Losses = dict[str, torch.Tensor]
Batches = Callable[[int], Iterable[Batch]]

#: A read of a loss waits for the device: losses are read every so many steps.
READ_EVERY = 50


class Task(Protocol):
    """What is learned: nets, optimizers, losses, and everything that changes them.

    A task that can tell how good it is on images that it does not learn from has a ``valid_step(batch)`` too, with losses as
    those of `train_step`. `kept` is the net that an estimator keeps: the trained one, or an average of it.
    """

    def begin(self, epoch: int) -> None: ...
    def train_step(self, batch: Batch) -> Losses: ...
    def state(self) -> dict[str, Any]: ...
    def load(self, state: dict[str, Any]) -> None: ...
    def kept(self) -> torch.nn.Module: ...


class Hook(Protocol):
    """Watches an epoch's end; True stops the training. `close` always runs.

    One that has a ``hear(losses)`` too hears those of every training step, as tensors: to read one at once is to wait for it.
    """

    def __call__(self, task: Task, history: History) -> bool: ...
    def state(self) -> dict[str, Any]: ...
    def load(self, state: dict[str, Any]) -> None: ...
    def close(self, task: Task) -> None: ...


def fit_loop(
    task: Task,
    batches: Batches,
    valid: Batches | None = None,
    *,
    max_epochs: int,
    history: History | None = None,
    hooks: Sequence[Hook] = (),
) -> History:
    """Train `task` until `max_epochs` or until a hook stops it; a `history` handed in resumes after its last epoch."""
    history = History() if history is None else history
    valid_step = None if valid is None else _valid_step(task)
    heard = [hook.hear for hook in hooks if hasattr(hook, "hear")]
    try:
        for epoch in range(len(history), max_epochs):
            if history.stopped:
                break
            started = time.perf_counter()
            task.begin(epoch)
            row = _mean_losses(task.train_step, batches(epoch), epoch=epoch, heard=heard)
            if valid is not None and valid_step is not None:
                with torch.inference_mode():
                    row |= _mean_losses(valid_step, valid(epoch), epoch=epoch, prefix="valid_")
            history.append(row, elapsed_s=time.perf_counter() - started)
            for hook in hooks:  # a plain loop: every hook sees every epoch, the later ones see that an earlier one stopped
                history.stopped |= bool(hook(task, history))
    finally:
        for hook in hooks:
            hook.close(task)
    return history


def _valid_step(task: Task) -> Callable[[Batch], Losses]:
    step = getattr(task, "valid_step", None)
    if step is None:
        raise BadInputError(
            f"{type(task).__name__} has no validation loss, but images to validate on are given: "
            "leave X_val out, and set validation_fraction=None where it is a setting"
        )
    return step


def _mean_losses(
    step: Callable[[Batch], Losses],
    batches: Iterable[Batch],
    *,
    epoch: int,
    prefix: str = "",
    heard: Sequence[Callable[[Losses], None]] = (),
) -> dict[str, float]:
    """Run `step` over the batches and give each loss's mean over the images, its name behind `prefix`;
    `heard` hears each step."""
    sums: Losses = {}
    last: dict[str, float] = {}
    n_images = 0
    for index, batch in enumerate(batches):
        size = len(batch[0])
        n_images += size
        losses = step(batch)
        for hear in heard:
            hear(losses)
        for name, loss in losses.items():
            name, weighted = prefix + name, loss.detach() * size
            sums[name] = sums[name] + weighted if name in sums else weighted
        if (index + 1) % READ_EVERY == 0:
            last = _read(sums, n_images, last, at=(epoch, index))
    return _read(sums, n_images, last, at=(epoch, index))


def _read(sums: Losses, n_images: int, last: dict[str, float], *, at: tuple[int, int]) -> dict[str, float]:
    means = dict(zip(sums, (torch.stack(list(sums.values())) / n_images).tolist(), strict=True))
    bad = [name for name, value in means.items() if not math.isfinite(value)]
    if bad:
        raise LossNotFiniteError(
            f"{', '.join(bad)} became {means[bad[0]]} by step {at[1] + 1} of epoch {at[0] + 1} "
            f"(last finite means: {last or 'none'}): lower learning_rate or look at the data"
        )
    return means
