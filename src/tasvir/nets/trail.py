"""How far each tensor sees into the input of a net, through layers and through the functions between them."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from tasvir.nets.arithmetic.reach import WHOLE, Reach, field

#: The layers that a tensor came through, each with its reach along every axis.
Reaches = tuple[tuple[Reach, ...], ...]
#: What functions do number by number, pad or crop; those that see all places; those that put branches together.
KEEPING = {
    "relu",
    "relu_",
    "leaky_relu",
    "elu",
    "gelu",
    "silu",
    "tanh",
    "sigmoid",
    "softmax",
    "dropout",
    "clamp",
    "float",
    "clone",
    "pad",
}
SEEING_ALL = {"flatten", "mean", "amax", "sum"}
JOINING = {"add", "add_", "sub", "mul", "cat"}
#: Where functions that move a window take its kernel, stride and rate, by place and by name.
_POOLING = ((1, "kernel_size"), (2, "stride"), (4, "dilation"))
MOVING = {
    "conv1d": ((1, "weight"), (3, "stride"), (5, "dilation")),
    "conv2d": ((1, "weight"), (3, "stride"), (5, "dilation")),
    "max_pool1d": _POOLING,
    "max_pool2d": _POOLING,
    "avg_pool1d": _POOLING[:2],
    "avg_pool2d": _POOLING[:2],
}


class Trail(TorchFunctionMode):
    """Follows what is made of one tensor, while it is entered; what it cannot follow, it does not know."""

    def __init__(self, start: torch.Tensor) -> None:
        super().__init__()
        self._known: dict[int, Reaches] = {}
        self._alive: list[torch.Tensor] = []  # an id is only its own as long as the tensor lives
        self.follow(start, ())

    def of(self, tensor: torch.Tensor | None) -> Reaches | None:
        """The way that a tensor came; None where it is not known."""
        return self._known.get(id(tensor))

    def follow(self, tensor: torch.Tensor, reaches: Reaches) -> None:
        """A tensor came this way."""
        self._known[id(tensor)] = reaches
        self._alive.append(tensor)

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        output = func(*args, **(kwargs or {}))
        if isinstance(output, torch.Tensor) and args:
            with torch._C.DisableTorchFunctionSubclass():
                found = self._through(getattr(func, "__name__", ""), output, args=args, named=kwargs or {})
            if found is not None:
                self.follow(output, found)
        return output

    def _through(self, name: str, output: torch.Tensor, *, args: Sequence[Any], named: dict[str, Any]) -> Reaches | None:
        first = args[0]
        if name in JOINING:
            return self._joined(
                [*first] if isinstance(first, tuple | list) else [one for one in args if isinstance(one, torch.Tensor)]
            )
        before = self.of(first) if isinstance(first, torch.Tensor) else None
        if before is None:
            return None
        n_axes = first.ndim - 2
        if output.ndim == first.ndim and name in KEEPING:
            return before
        if _sees_all(name, first, output):
            return (*before, (WHOLE,) * n_axes)
        if n_axes < 1 or output.ndim != first.ndim:
            return None
        moved = _window(name, n_axes, given=lambda place, key: args[place] if place < len(args) else named.get(key))
        return None if moved is None else (*before, moved)

    def _joined(self, tensors: list[torch.Tensor]) -> Reaches | None:
        """Of branches with equal steps, the way of the one that sees most."""
        ways = [way for tensor in tensors if (way := self.of(tensor)) is not None]
        if not ways or len(ways) < len(tensors):
            return None
        n_axes = max((len(reaches) for way in ways for reaches in way), default=0)
        ends = [[field([reaches[axis] for reaches in way] or [Reach()], 1) for axis in range(n_axes)] for way in ways]
        if any([end.step for end in one] != [end.step for end in ends[0]] for one in ends):
            return None
        return ways[max(range(len(ways)), key=lambda place: [end.size for end in ends[place]])]


def _sees_all(name: str, given: torch.Tensor, output: torch.Tensor) -> bool:
    if name.startswith("adaptive_"):
        return set(output.shape[2:]) == {1}
    return name in SEEING_ALL and output.ndim == 2 < given.ndim


def _window(name: str, n_axes: int, *, given: Callable[[int, str], Any]) -> tuple[Reach, ...] | None:
    """The reach of a function that moves a window, lays stamps, or takes every so many places."""
    if name in MOVING:
        return _moved(MOVING[name], n_axes, given=given)
    if name in ("pixel_shuffle", "pixel_unshuffle"):
        factor = given(1, "upscale_factor" if name == "pixel_shuffle" else "downscale_factor")
        return (Reach(factor, factor, kind="stamp" if name == "pixel_shuffle" else "window"),) * n_axes
    if name == "__getitem__":
        index = given(1, "")
        slices = index if isinstance(index, tuple) else (index,)
        if all(isinstance(one, slice) for one in slices):
            steps = [one.step or 1 for one in slices[2:]]
            return tuple(Reach(1, step) for step in [*steps, *[1] * (n_axes - len(steps))])
    return None


def _moved(places: Sequence[tuple[int, str]], n_axes: int, *, given: Callable[[int, str], Any]) -> tuple[Reach, ...]:
    """The reach of a window whose settings a function was given."""
    kernel, *rest = [given(*place) for place in places]
    sizes = _each(kernel.shape[2:] if isinstance(kernel, torch.Tensor) else kernel, n_axes)
    strides = sizes if rest[0] is None or rest[0] == [] else _each(rest[0], n_axes)
    if isinstance(kernel, torch.Tensor) and rest[0] is None:
        strides = (1,) * n_axes
    rates = _each(1 if len(rest) < 2 or rest[1] is None else rest[1], n_axes)
    return tuple(Reach(*three) for three in zip(sizes, strides, rates, strict=True))


def _each(value: Any, n_axes: int) -> tuple[int, ...]:
    numbers = tuple(value) if isinstance(value, tuple | list | torch.Size) else (value,)
    return numbers * n_axes if len(numbers) == 1 else numbers
