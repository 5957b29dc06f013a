"""Which layers does a net have, what do they give, and how many numbers do they learn? B batch, C channels, H W pixels."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from tasvir.nets.products import Products
from tasvir.nets.shapes import CropTo

#: What is drawn of a net: layers that learn a map. A norm belongs to the layer before it.
KINDS: dict[type[nn.Module], str] = {
    nn.Linear: "dense",
    nn.Conv2d: "convolution",
    nn.ConvTranspose2d: "transposed convolution",
}
#: What belongs to the map before it, and may change its size.
JOINED = (nn.BatchNorm1d, nn.BatchNorm2d, CropTo)


@dataclass(frozen=True)
class Layer:
    """One map: its kind, the shape of what it gives for one example (C, H, W, or F), its parameters with those of its norm."""

    kind: str
    output: tuple[int, ...]
    n_parameters: int
    normed: bool = False


@dataclass(frozen=True, eq=False)
class Call:
    """One run of a module: its path in the net, what it was given first and gave first, and its own products.

    A product is a multiplication and an addition of matrix products and convolutions; those of modules within are theirs.
    """

    path: str
    module: nn.Module
    given: torch.Tensor | None
    output: torch.Tensor | None
    products: int


def layers_of(net: nn.Module, look: Callable[[nn.Module], Any]) -> list[Layer]:
    """The maps of a net in the order in which `look(net)` runs them; as it rests, without a gradient."""
    found: list[Layer] = []
    for call in calls_of(net, look):
        if isinstance(call.module, (*KINDS, *JOINED)) and call.output is not None:
            _note(found, call.module, call.output)
    return found


def calls_of(net: nn.Module, look: Callable[[nn.Module], Any], hear: Callable[[Call], None] | None = None) -> list[Call]:
    """Each run of a module, in the order in which they end, while `look(net)` runs; as it rests, without a gradient.

    What torch keeps as one layer of several modules (attention, a layer whose weights are made anew at each run) is one. `hear`
    is told of each as it ends.
    """
    found: list[Call] = []
    hidden = {inner for one in net.modules() for inner in _hidden(one)}
    paths = {module: path for path, module in net.named_modules() if module not in hidden}
    products = Products()
    open_ones: list[list[int]] = []

    def begin(module: nn.Module, given: tuple[Any, ...]) -> None:
        open_ones.append([products.n, 0])

    def end(module: nn.Module, given: tuple[Any, ...], output: Any) -> None:
        before, inner = open_ones.pop()
        n = products.n - before
        if open_ones:
            open_ones[-1][1] += n
        found.append(Call(paths[module], module, _first(given), _first(output), n - inner))
        if hear is not None:
            hear(found[-1])

    training = net.training
    with ExitStack() as undone:
        for module in paths:
            undone.enter_context(module.register_forward_pre_hook(begin))
            undone.enter_context(module.register_forward_hook(end))
        undone.callback(net.train, training)
        with torch.no_grad(), products:
            look(net.eval())
    return found


def n_parameters(net: nn.Module) -> int:
    """How many numbers it learns."""
    return sum(weight.numel() for weight in net.parameters())


def is_whole(module: nn.Module) -> bool:
    """Whether a module is one layer, whatever it is made of."""
    return isinstance(module, nn.MultiheadAttention) or is_parametrized(module) or not [*module.children()]


def _hidden(module: nn.Module) -> list[nn.Module]:
    return [inner for inner in module.modules() if inner is not module] if is_whole(module) else []


def _first(values: Any) -> torch.Tensor | None:
    """The first tensor of what a module is given or gives."""
    if isinstance(values, torch.Tensor):
        return values
    if isinstance(values, dict):
        values = tuple(values.values())
    return (
        next((one for value in values if (one := _first(value)) is not None), None) if isinstance(values, tuple | list) else None
    )


def _note(found: list[Layer], module: nn.Module, output: torch.Tensor) -> None:
    if isinstance(module, JOINED):
        before, normed = found.pop(), not isinstance(module, CropTo)
        learned = before.n_parameters + n_parameters(module)
        found.append(Layer(before.kind, tuple(output.shape[1:]), learned, normed=before.normed or normed))
        return
    kind = next(kind for of, kind in KINDS.items() if isinstance(module, of))
    found.append(Layer(kind, tuple(output.shape[1:]), n_parameters(module)))
