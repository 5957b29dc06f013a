"""What every estimator that trains a net shares: from X to a `Task` in the loop, and from stored pixels to results."""

import copy
import hashlib
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_consistent_length

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.pixels import PixelSpace, check_X
from tasvir.contracts.seeds import seed_from, stream_seed
from tasvir.contracts.settings import TRAINING_SETTINGS, check_settings
from tasvir.contracts.specs import SpecParams
from tasvir.models.inner_split import inner_split
from tasvir.train.batches import OrderedBatches, ShuffledBatches, infer
from tasvir.train.checkpoint import Checkpoint, restore
from tasvir.train.engine import Engine, build_engine
from tasvir.train.history import History
from tasvir.train.loop import Task, fit_loop
from tasvir.train.stream import torch_stream

#: Parameters that say how and where to run, not what is learned.
RUNNING = ("hooks", "engine", "device")


class TrainedEstimator(SpecParams, BaseEstimator, ABC):
    """Abstract: subclasses give the net, the task and the settings that are their own."""

    _settings = TRAINING_SETTINGS

    @abstractmethod
    def _build_net(self) -> torch.nn.Module:
        """The net for `pixels_` (and what else is known at `fit`), freshly initialised."""

    @abstractmethod
    def _build_task(self, net: torch.nn.Module, engine: Engine, *, n_steps: int, seed: int) -> Task:
        """The task that trains `net` over `n_steps` steps an epoch."""

    def _check_fit_X(self, X, y=None) -> np.ndarray:
        """Settings and X checked; `pixels_` learned."""
        check_settings(self, self._settings)
        X = check_X(self, X, reset=True)
        if y is not None:
            check_consistent_length(X, y)
        self.pixels_ = PixelSpace.learn(X)
        self._image_shape = self.pixels_.image_shape(getattr(self, "image_shape", None))
        return X

    def _train(self, X: np.ndarray, targets: np.ndarray | None = None, *, y=None, groups=None, valid=None) -> None:
        """Train on checked X; `targets` go into the batches, `y` and `groups` only steer the inner split.

        `valid` is a given (X_val, targets_val), which wins over the inner split.
        """
        seed = self._seed()
        if groups is not None:
            check_consistent_length(X, groups)
        indices, held_out = inner_split(len(X), y, groups, None if valid else self.validation_fraction, seed)
        if held_out is not None:
            valid = X[held_out], None if targets is None else targets[held_out]
            X, targets = X[indices], None if targets is None else targets[indices]
        batches = ShuffledBatches(*self._tensors(X, targets), batch_size=self.batch_size, seed=seed)
        valid_batches = None if valid is None else OrderedBatches(*self._tensors(*valid))
        with torch_stream(stream_seed(seed, "net")):
            engine = build_engine(self.engine, self.device)
            net = self._new_net()
            task = self._build_task(net, engine, n_steps=batches.n_steps, seed=seed)
            # A checkpoint is written when every other hook has seen the epoch.
            hooks = sorted(copy.deepcopy(list(self.hooks)), key=lambda hook: isinstance(hook, Checkpoint))
            key = self._training_key(seed, X, targets, *(valid or ()))
            history = restore(task, hooks, key=key, max_epochs=self.max_epochs)
            self.history_: History = fit_loop(
                task, batches, valid_batches, max_epochs=self.max_epochs, history=history, hooks=hooks
            )
        self.net_ = engine.unwrap(net).eval()

    def _seed(self) -> int:
        if self.random_state is None and any(isinstance(hook, Checkpoint) for hook in self.hooks):
            raise BadInputError("random_state=None with a Checkpoint: give a whole number, so that the training can be resumed")
        return seed_from(self.random_state)

    def _training_key(self, seed: int, *arrays: np.ndarray | None) -> str:
        """Which training this is: data, seed and every setting but how long and where it runs."""
        given = self.get_params(deep=False)
        params = {name: _identity(value) for name, value in given.items() if name not in (*RUNNING, "max_epochs")}
        digest = hashlib.sha256(repr((type(self).__name__, sorted(params.items(), key=str), seed)).encode())
        for array in arrays:
            digest.update(b"none" if array is None else f"{array.dtype} {array.shape}".encode())
            digest.update(b"" if array is None else np.ascontiguousarray(array))
        return digest.hexdigest()

    def _tensors(self, X: np.ndarray, targets: np.ndarray | None = None) -> tuple[torch.Tensor, ...]:
        x_BCHW = self._stored(X)
        return (x_BCHW,) if targets is None else (x_BCHW, torch.from_numpy(np.ascontiguousarray(targets)))

    def _stored(self, X: np.ndarray) -> torch.Tensor:
        """Checked X as it is kept in memory, seen as (B, C, H, W): channels-last memory, no copy."""
        stored = self.pixels_.store(X)
        if not stored.flags.writeable:
            stored = stored.copy()  # torch has no read-only tensors
        return torch.from_numpy(stored).reshape(-1, *self._image_shape).permute(0, 3, 1, 2)

    def _infer(self, function, X) -> np.ndarray:
        """`function` of unchecked X, batch by batch, on the device where the net is."""
        X = check_X(self, X, reset=False)
        return infer(function, self._stored(X), self._device())

    def _new_net(self) -> torch.nn.Module:
        """In channels-last memory, whether it is trained or loaded: the order of sums, so the last bits, depend on it."""
        return self._build_net().to(memory_format=torch.channels_last)

    def _device(self) -> torch.device:
        return next(self.net_.parameters()).device

    def _weights(self) -> dict[str, torch.Tensor]:
        """What `models/folder.py` keeps as tensors: the net's state."""
        return self.net_.state_dict()

    def _take_weights(self, weights: dict[str, torch.Tensor]) -> None:
        """The fitted net again, from settings, learned values and `weights`."""
        self._image_shape = self.pixels_.image_shape(getattr(self, "image_shape", None))
        net = self._new_net()
        net.load_state_dict(weights)
        self.net_ = net.eval()

    def _more_learned(self) -> dict[str, Any]:
        """Learned attributes that are a subclass's own, as arrays or plain values, for `models/folder.py`."""
        return {}


def _identity(setting: Any) -> Any:
    """A setting as the key of a training knows it: a fitted estimator is its weights."""
    if not isinstance(setting, TrainedEstimator):
        return setting
    digest = hashlib.sha256()
    for name, tensor in sorted(setting._weights().items()):
        digest.update(name.encode() + tensor.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
