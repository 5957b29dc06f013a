"""What every estimator that trains a net shares: from X to a `Task` in the loop, and from stored numbers to results."""

import copy
import hashlib
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_consistent_length

from tasvir.contracts.errors import BadInputError
from tasvir.contracts.pixels import PixelSpace
from tasvir.contracts.seeds import seed_from, stream_seed
from tasvir.contracts.settings import TRAINING_SETTINGS, Setting, check_settings
from tasvir.contracts.space import Layout, Space
from tasvir.contracts.specs import SpecParams
from tasvir.models.inner_split import inner_split
from tasvir.models.keepable import RUNNING, Keepable
from tasvir.train.batches import OrderedBatches, ShuffledBatches, infer, to_unit
from tasvir.train.checkpoint import Checkpoint, restore
from tasvir.train.engine import Engine, build_engine
from tasvir.train.history import History
from tasvir.train.loop import Batches, Hook, Task, fit_loop
from tasvir.train.stream import torch_stream

#: What the batches are made of: X, and whatever goes with each of its rows.
Arrays = tuple[np.ndarray, ...]
#: A net that looks at images before it is trained is shown so many.
MOST_SHOWN = 2000


class TrainedEstimator(Keepable, SpecParams, BaseEstimator, ABC):
    """Abstract: subclasses give the net, the task and the settings that are their own."""

    _settings: ClassVar[Mapping[str, Setting]] = TRAINING_SETTINGS
    _space: ClassVar[type[Space]] = PixelSpace

    hooks: Sequence[Hook]
    engine: Any
    device: str
    max_epochs: int
    batch_size: int
    random_state: Any

    space_: Any
    net_: Any
    history_: History
    hooks_: tuple[Hook, ...]
    precision_: str
    _layout: Layout

    @abstractmethod
    def _build_net(self) -> torch.nn.Module:
        """The net that is kept, for `space_` (and what else is known at `fit`), freshly initialised."""

    def _held_out(self, y: Any, groups: Any, *, n_images: int, seed: int) -> float | None:
        """The part of the images that the inner split holds out."""
        return getattr(self, "validation_fraction", None)

    def _own_hooks(self, given: Arrays, valid: Arrays | None, seed: int) -> tuple[Hook, ...]:
        """Hooks that belong to the way of learning; they see an epoch after those of the caller."""
        return ()

    def _run(
        self, task: Task, batches: Batches, valid: Batches | None, *, history: History | None, hooks: Sequence[Hook]
    ) -> History:
        return fit_loop(task, batches, valid, max_epochs=self.max_epochs, history=history, hooks=hooks)

    @abstractmethod
    def _build_task(self, net: torch.nn.Module, engine: Engine, *, n_steps: int, seed: int) -> Task:
        """The task that trains `net` over `n_steps` steps an epoch."""

    def _check_fit_X(self, X: Any, y: Any = None) -> np.ndarray:
        """Settings and X checked; `space_` learned."""
        check_settings(self, self._settings)
        X = self._space.check(self, X, reset=True)
        if y is not None:
            check_consistent_length(X, y)
        self._learn_space(X)
        return X

    def _learn_space(self, X: np.ndarray) -> None:
        self.space_ = self._space.learn(X)
        self._layout = self.space_.layout(self)

    def _train(
        self, X: np.ndarray, targets: Arrays = (), *, y: Any = None, groups: Any = None, valid: Arrays | None = None
    ) -> None:
        """Train on checked X; `targets` go into the batches beside it, `y` and `groups` only steer the inner split.

        `valid` is a given (X_val, targets_val ...), which wins over the inner split.
        """
        seed = self._seed()
        if groups is not None:
            check_consistent_length(X, groups)
        fraction = None if valid else self._held_out(y, groups, n_images=len(X), seed=seed)
        indices, held_out = inner_split(len(X), y, groups, fraction=fraction, seed=seed)
        given: Arrays = (X, *targets)
        if held_out is not None:
            valid, given = tuple(array[held_out] for array in given), tuple(array[indices] for array in given)
        batches = ShuffledBatches(*self._tensors(*given), batch_size=self.batch_size, seed=seed)
        with torch_stream(stream_seed(seed, "net")):
            engine = build_engine(self.engine, self.device, math.prod(self._layout.shape))
            net = self._new_net()
            if adapt := getattr(net, "adapt", None):
                adapt(_some_images(batches.tensors[0]))
            task = self._build_task(net, engine, n_steps=batches.n_steps, seed=seed)
            valid_batches = None if valid is None else OrderedBatches(*self._tensors(*valid))
            hooks = copy.deepcopy(list(self.hooks))
            # A checkpoint is written when every other hook has seen the epoch.
            in_order = sorted([*hooks, *self._own_hooks(given, valid, seed)], key=lambda hook: isinstance(hook, Checkpoint))
            key = self._training_key((seed, engine.precision), *given, *(valid or ()))
            history = restore(task, in_order, key=key, max_epochs=self.max_epochs)
            self.history_ = self._run(task, batches, valid_batches, history=history, hooks=in_order)
        self.net_, self.hooks_, self.precision_ = task.kept().eval(), tuple(hooks), engine.precision

    def _seed(self) -> int:
        if self.random_state is None and any(isinstance(hook, Checkpoint) for hook in self.hooks):
            raise BadInputError("random_state=None with a Checkpoint: give a whole number, so that the training can be resumed")
        return seed_from(self.random_state)

    def _training_key(self, drawn: tuple[int, str], *arrays: np.ndarray) -> str:
        """Which training this is: data, seed, precision and every setting but how long and where it runs."""
        given = self.get_params(deep=False)
        params = {name: _identity(value) for name, value in given.items() if name not in (*RUNNING, "max_epochs")}
        digest = hashlib.sha256(repr((type(self).__name__, sorted(params.items(), key=str), *drawn)).encode())
        for array in arrays:
            digest.update(f"{array.dtype} {array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def _tensors(self, X: np.ndarray, *targets: np.ndarray) -> tuple[torch.Tensor, ...]:
        return self._stored(X), *(torch.from_numpy(np.ascontiguousarray(array)) for array in targets)

    def _stored(self, X: np.ndarray) -> torch.Tensor:
        """Checked X as it is kept in memory, seen with the axes that a net expects: no copy."""
        stored = self.space_.store(X)
        if not stored.flags.writeable:
            stored = stored.copy()  # torch has no read-only tensors
        return torch.from_numpy(stored).reshape(-1, *self._layout.shape).permute(*self._layout.order)

    def _infer(self, function: Callable[..., torch.Tensor], X: Any, *more: torch.Tensor) -> np.ndarray:
        """`function` of unchecked X, and of what belongs to each of its rows, batch by batch, on the device where the net is."""
        X = self._space.check(self, X, reset=False)
        return infer(function, self._stored(X), *more, device=self._device())

    def _new_net(self) -> torch.nn.Module:
        """In channels-last memory, whether it is trained or loaded: the order of sums, so the last bits, depend on it."""
        try:
            return self._build_net().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        except RuntimeError as error:
            if "allocate" not in str(error):
                raise
            raise MemoryError(f"{type(self).__name__}: layers of these sizes do not fit, give smaller ones") from None

    def _device(self) -> torch.device:
        return next(self.net_.parameters()).device

    def _weights(self) -> dict[str, torch.Tensor]:
        return self.net_.state_dict()

    def _take_weights(self, weights: Mapping[str, torch.Tensor]) -> None:
        self._layout = self.space_.layout(self)
        net = self._new_net()
        net.load_state_dict(weights)
        self.net_ = net.eval()


def _some_images(stored: torch.Tensor) -> torch.Tensor:
    """Evenly from all of them, as they may be sorted by class."""
    return to_unit(stored[:: math.ceil(len(stored) / MOST_SHOWN)])


def _identity(setting: Any) -> Any:
    """A setting as the key of a training knows it: a fitted estimator is its weights."""
    if not isinstance(setting, TrainedEstimator) or not hasattr(setting, "net_"):
        return setting
    digest = hashlib.sha256()
    for name, tensor in sorted(setting._weights().items()):
        digest.update(name.encode() + tensor.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
