"""The layers of any net as torch runs them: rows as those of the arithmetic, with its formulas where it has one."""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from tasvir.contracts.errors import BadInputError
from tasvir.nets.anatomy import Call, calls_of, is_whole
from tasvir.nets.arithmetic.chain import row, work_of
from tasvir.nets.arithmetic.layer import Layer, Work
from tasvir.nets.arithmetic.row import Row
from tasvir.nets.arithmetic.sizes import Size
from tasvir.nets.trail import Trail
from tasvir.nets.translated import CHANNELS_FIRST, in_words

#: Of these each number is multiplied by a weight.
SCALING = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm)
#: Makes what a net is given, on a device.
Give = Callable[[torch.device], tuple[torch.Tensor, ...]]


def measured_rows(net: nn.Module, give: Give, *, part: str = "", all_learn: bool = False) -> tuple[tuple[Row, ...], Size]:
    """A row for each layer that runs, in their order, and the size of what the net is given; nothing in the net changes.

    It runs on torch's meta device, where tensors have shapes and no numbers; a net that needs numbers runs in a copy. With
    `all_learn` weights count as trained whether they have a gradient now or not.
    """
    try:
        return _Measured(_without_numbers(net), give(torch.device("meta")), part=part, all_learn=all_learn).look()
    except RuntimeError:  # NotImplementedError is one: an operation that needs numbers
        return _Measured(_unheard(copy.deepcopy(net).cpu()), give(torch.device("cpu")), part=part, all_learn=all_learn).look()


def _without_numbers(net: nn.Module) -> nn.Module:
    """A copy whose weights have shapes alone, made without copying a weight."""
    known: dict[int, Any] = {}
    for weight in net.parameters():
        known[id(weight)] = nn.Parameter(torch.empty_like(weight, device="meta"), requires_grad=weight.requires_grad)
    for kept in net.buffers():
        known[id(kept)] = torch.empty_like(kept, device="meta")
    return _unheard(copy.deepcopy(net, known))


def _unheard(net: nn.Module) -> nn.Module:
    """Without those that hear what a layer gives: they wait for the user's own runs."""
    for module in net.modules():
        module._forward_hooks.clear()
    return net


class _Measured:
    """One look at a net: the rows of its layers."""

    def __init__(self, net: nn.Module, given: tuple[torch.Tensor, ...], *, part: str, all_learn: bool) -> None:
        self.net, self.given, self.part, self.all_learn = net, given, part, all_learn
        self.rows: list[Row] = []
        self.counted: set[int] = set()
        self.steps_first = True  # of (B, T, F) and (B, F, T)
        self.trail = Trail(given[0])
        self.input = self._size(given[0], net)

    def look(self) -> tuple[tuple[Row, ...], Size]:
        """The rows, and the size of what the net was given."""
        with self.trail:
            calls_of(self.net, lambda net: net(*self.given), self._hear)
        for path, module in self.net.named_modules():
            if any(id(weight) not in self.counted for weight in module.parameters(recurse=False)):
                learned, kept, _ = self._weights(module)
                self._add(Row(_called(path, module, None), (), learned, kept, notes=({"note": "not_called"},)))
        return tuple(self.rows), self.input

    def _hear(self, call: Call) -> None:
        """A layer has run."""
        module = call.module
        learned, kept, shared = self._weights(module)
        if not (is_whole(module) or learned or kept or call.products):
            return
        given = None if call.given is None else self._size(call.given, module)
        output = () if call.output is None else self._size(call.output, module)
        layer = in_words(module)
        work = _agreed(layer, given, output=output, module=module)
        name = _called(call.path, module, layer.on(given) if work and layer and given else None)
        notes: tuple[dict[str, Any], ...] = ({"note": "shared"},) if shared else ()
        scaled = math.prod(output) if isinstance(module, SCALING) and getattr(module, "weight", None) is not None else 0
        found = Row(name, output, learned, kept, call.products + scaled, notes=notes, part=self.part)
        if work is None:
            found = replace(found, notes=({"note": "no_formula"}, *notes))
        before = self.trail.of(call.given if work else call.output)
        if before is None or call.output is None:
            self._add(replace(found, formulas=work.formulas if work else {}))
            return
        reaches = (*before, work.reaches) if work else before
        self.trail.follow(call.output, reaches)
        told = row(name, work or Work(output, ()), [*reaches] or [()], input_shape=self.input)
        formulas = told.formulas if work else {}
        self._add(replace(found, receptive_field=told.receptive_field, step=told.step, formulas=formulas))

    def _add(self, found: Row) -> None:
        self.rows.append(replace(found, part=self.part))

    def _weights(self, module: nn.Module) -> tuple[int, int, bool]:
        """What a layer learns and keeps, each tensor counted once; and whether it was counted before."""
        recurse = is_whole(module)
        all_of = [*module.parameters(recurse=recurse), *(b for b in module.buffers(recurse=recurse) if b.is_floating_point())]
        new = [one for one in all_of if id(one) not in self.counted]
        self.counted |= {id(one) for one in new}
        learned = sum(one.numel() for one in new if one.requires_grad or (self.all_learn and isinstance(one, nn.Parameter)))
        return learned, sum(one.numel() for one in new) - learned, len(new) < len(all_of)

    def _size(self, tensor: torch.Tensor, module: nn.Module) -> Size:
        """One example of a batch of one: channels, or features, last."""
        shape = tuple(tensor.shape)
        if len(shape) > 3:
            return (*shape[2:], shape[1])
        if len(shape) == 3:
            if isinstance(module, nn.RNNBase):
                self.steps_first = True
                return (shape[0] if not module.batch_first else shape[1], shape[2])
            self.steps_first = self.steps_first and not isinstance(module, CHANNELS_FIRST)
            return shape[1:] if self.steps_first else shape[:0:-1]
        return shape[1:]


def _agreed(layer: Layer | None, given: Size | None, *, output: Size, module: nn.Module) -> Work | None:
    """What the arithmetic says of a layer, if it says what torch does."""
    if layer is None or given is None:
        return None
    try:
        work = work_of(layer, given)
    except BadInputError:
        return None
    return work if work.output == output else None


def _called(path: str, module: nn.Module, layer: Layer | None) -> str:
    """Its path, and the layer in the words of the arithmetic, else its class."""
    return f"{path} {layer or type(module).__name__}".strip()


def sequences(net: nn.Module, steps: int, features: int) -> Callable[[torch.device], tuple[torch.Tensor, ...]]:
    """How a net takes sequences, by the first of its layers that says so: (B, T, F), (T, B, F) or (B, F, T)."""
    shape: Sequence[int] = (1, steps, features)
    for module in net.modules():
        if isinstance(module, CHANNELS_FIRST):
            shape = (1, features, steps)
            break
        if isinstance(module, nn.RNNBase):
            shape = shape if module.batch_first else (steps, 1, features)
            break
        if isinstance(module, nn.Linear | nn.MultiheadAttention):
            break
    return lambda device: (torch.zeros(*shape, device=device),)
