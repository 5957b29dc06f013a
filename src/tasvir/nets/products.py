"""How many products torch computes meanwhile: by its own rules for matrix products and convolutions, whatever modules do.

torch's `FlopCounterMode` also follows modules, by hooks on gradients, and fails where a layer hands on what it was given.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

#: An operation of torch to the count of its operations: two, a multiplication and an addition, for each product.
RULES: dict[Any, Callable[..., int]] = flop_registry


class Products(TorchDispatchMode):
    """Counts multiply-adds while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.n = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        given = kwargs or {}
        packet = getattr(func, "_overloadpacket", None)
        if packet not in RULES and func is not torch.ops.prim.device.default and hasattr(func, "decompose"):
            with self:
                taken_apart = func.decompose(*args, **given)
            if taken_apart is not NotImplemented:
                return taken_apart
        output = func(*args, **given)
        if packet in RULES:
            self.n += RULES[packet](*args, **given, out_val=output) // 2
        return output
