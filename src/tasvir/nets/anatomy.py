"""Which layers does a net have, what do they give, and how many numbers do they learn? B batch, C channels, H W pixels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

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


def layers_of(net: nn.Module, look: Callable[[nn.Module], Any]) -> list[Layer]:
    """The maps of a net in the order in which `look(net)` runs them; as it rests, without a gradient."""
    found: list[Layer] = []
    handles = [
        module.register_forward_hook(lambda module, _, output: _note(found, module, output))
        for module in net.modules()
        if isinstance(module, (*KINDS, *JOINED))
    ]
    training = net.training
    try:
        with torch.no_grad():
            look(net.eval())
    finally:
        net.train(training)
        for handle in handles:
            handle.remove()
    return found


def n_parameters(net: nn.Module) -> int:
    """How many numbers it learns."""
    return sum(weight.numel() for weight in net.parameters())


def _note(found: list[Layer], module: nn.Module, output: torch.Tensor) -> None:
    if isinstance(module, JOINED):
        before, normed = found.pop(), not isinstance(module, CropTo)
        learned = before.n_parameters + n_parameters(module)
        found.append(Layer(before.kind, tuple(output.shape[1:]), learned, normed=before.normed or normed))
        return
    kind = next(kind for of, kind in KINDS.items() if isinstance(module, of))
    found.append(Layer(kind, tuple(output.shape[1:]), n_parameters(module)))
