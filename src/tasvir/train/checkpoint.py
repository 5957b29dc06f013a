"""A checkpoint: the task's state, the hooks' states and the history, in one safetensors file that appears whole or not at all.

A state is a tree of dicts, lists, plain values, tensors and numpy arrays; all of it comes back bit for bit.
"""

import json
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from tasvir.contracts.atomic import atomic_file
from tasvir.contracts.errors import BadInputError, BadTypeError, DataFileError
from tasvir.train.history import History
from tasvir.train.loop import Hook, Task

_TENSOR, _ARRAY, _PAIRS = "__tensor__", "__array__", "__pairs__"

#: The checkpoint that stays beside a model, so that its training can go on.
TRAINING_FILE = "training.safetensors"


class Checkpoint:
    """Writes the whole training to `path`, at most every `every` epochs and `interval_s` seconds, and at the last epoch.

    `key` says of which training it is (data, settings, seed); a checkpoint of another training is refused.
    """

    def __init__(self, path: Path, *, every: int = 1, interval_s: float = 0.0):
        self.path, self.every, self.interval_s = Path(path), every, interval_s
        self.key, self.max_epochs = "", 0
        self.others: Sequence[Hook] = ()
        self.written = time.monotonic()

    def watch(self, others: Sequence[Hook], *, key: str, max_epochs: int) -> None:
        """Learn whose states to write beside the task's."""
        self.others, self.key, self.max_epochs = (
            [hook for hook in others if hook is not self],
            key,
            max_epochs,
        )

    def __call__(self, task: Task, history: History) -> bool:
        last = history.stopped or len(history) >= self.max_epochs
        due = len(history) % self.every == 0 and time.monotonic() - self.written >= self.interval_s
        if last or due:
            hooks = [hook.state() for hook in self.others]
            write_state(self.path, {"key": self.key, "task": task.state(), "hooks": hooks, "history": history.state()})
            self.written = time.monotonic()
        return False

    def restore(self, task: Task) -> History | None:
        """Bring task and hooks to the written state; None where nothing was written."""
        if not self.path.exists():
            return None
        state = read_state(self.path)
        if state["key"] != self.key:
            raise BadInputError(
                f"{self.path} is the checkpoint of a training with other data or settings: use the same ones, or another folder"
            )
        if len(self.others) != len(state["hooks"]):
            raise BadInputError(
                f"{self.path} was written beside {len(state['hooks'])} other hooks, now there are {len(self.others)}: "
                "use the same ones, or another folder"
            )
        task.load(state["task"])
        for hook, hook_state in zip(self.others, state["hooks"], strict=True):
            hook.load(hook_state)
        return History().load(state["history"])

    def state(self) -> dict[str, Any]:
        return {}

    def load(self, state: Mapping[str, Any]) -> None:
        pass

    def close(self, task: Task) -> None:
        pass


def restore(task: Task, hooks: Sequence[Hook], *, key: str, max_epochs: int) -> History | None:
    """Let the checkpoint among `hooks` (if any) know its fellows, and continue from what it wrote before."""
    history = None
    for hook in hooks:
        if isinstance(hook, Checkpoint):
            hook.watch(hooks, key=key, max_epochs=max_epochs)
            history = hook.restore(task)
    return history


def write_state(path: Path, state: Any) -> None:
    """Write a nested state of dicts, lists, plain values, tensors and numpy arrays."""
    tensors: dict[str, torch.Tensor] = {}
    tree = _take_tensors(state, tensors)
    with atomic_file(path) as temporary:
        save_file(tensors, temporary, metadata={"tree": json.dumps(tree)})


def read_state(path: Path) -> Any:
    """Read back what `write_state` wrote."""
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
            tree = json.loads(file.metadata()["tree"])
    except (SafetensorError, TypeError, KeyError, ValueError) as error:
        raise DataFileError(f"{path} is damaged ({error}): delete it, the training then begins anew") from None
    return _give_tensors(tree, tensors)


def _take_tensors(tree: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(tree, dict):
        # Optimizers number their parameters with ints; JSON knows only text, so pairs keep the keys as they are.
        return {_PAIRS: [[key, _take_tensors(value, tensors)] for key, value in tree.items()]}
    if isinstance(tree, list | tuple):
        return [_take_tensors(value, tensors) for value in tree]
    if isinstance(tree, torch.Tensor):
        name = f"{len(tensors):05d}"
        tensors[name] = tree.detach().contiguous().cpu().clone()
        return {_TENSOR: name, "channels_last": tree.ndim == 4 and tree.is_contiguous(memory_format=torch.channels_last)}
    if isinstance(tree, np.ndarray | np.generic):
        return _take_array(tree, tensors)
    return tree


def _take_array(array: np.ndarray | np.generic, tensors: dict[str, torch.Tensor]) -> dict[str, Any]:
    """As bytes: numpy has kinds of numbers, and text, that torch has not."""
    if array.dtype.hasobject or array.dtype.names:
        raise BadTypeError(f"a state has an array of dtype {array.dtype}: a checkpoint takes arrays of numbers, text or times")
    name = f"{len(tensors):05d}"
    tensors[name] = torch.frombuffer(bytearray(array.tobytes()) or bytearray(1), dtype=torch.uint8)
    return {_ARRAY: name, "dtype": array.dtype.str, "shape": array.shape, "scalar": isinstance(array, np.generic)}


def _give_array(tree: dict[str, Any], tensors: dict[str, torch.Tensor]) -> np.ndarray | np.generic:
    dtype, shape = np.dtype(tree["dtype"]), tuple(tree["shape"])
    raw = tensors[tree[_ARRAY]].numpy().tobytes()
    array = np.frombuffer(raw, dtype, count=math.prod(shape)).reshape(shape).copy()
    return array[()] if tree["scalar"] else array


def _give_tensors(tree: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(tree, list):
        return [_give_tensors(value, tensors) for value in tree]
    if isinstance(tree, dict):
        if _ARRAY in tree:
            return _give_array(tree, tensors)
        if _TENSOR in tree:
            tensor = tensors[tree[_TENSOR]]
            # Fused optimizers walk through parameter and moments as they lie in memory: another layout would mix them up.
            return tensor.to(memory_format=torch.channels_last) if tree["channels_last"] else tensor
        return {key: _give_tensors(value, tensors) for key, value in tree[_PAIRS]}
    return tree
