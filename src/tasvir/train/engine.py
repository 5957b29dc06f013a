"""Where tensors live and how gradients flow: four verbs, plain torch behind them."""

from dataclasses import dataclass
from typing import Any, Protocol

import torch

from tasvir.contracts.errors import BadInputError


class Engine(Protocol):
    """setup(module, *optimizers) · put(batch) · backward(loss) · unwrap(module)."""

    device: torch.device

    def setup(self, module: torch.nn.Module, *optimizers: torch.optim.Optimizer) -> Any: ...
    def put(self, batch: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]: ...
    def backward(self, loss: torch.Tensor) -> None: ...
    def unwrap(self, module: torch.nn.Module) -> torch.nn.Module: ...


class TorchEngine:
    """One device, plain torch."""

    def __init__(self, device: torch.device):
        self.device = device

    def setup(self, module: torch.nn.Module, *optimizers: torch.optim.Optimizer) -> Any:
        module.to(self.device)
        return (module, *optimizers) if optimizers else module

    def put(self, batch: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        return tuple(tensor.to(self.device, non_blocking=True) for tensor in batch)

    def backward(self, loss: torch.Tensor) -> None:
        loss.backward()

    def unwrap(self, module: torch.nn.Module) -> torch.nn.Module:
        return module


@dataclass(frozen=True)
class TorchEngineSpec:
    """The plain torch engine as a value."""

    def build(self, device: str) -> TorchEngine:
        return TorchEngine(resolve_device(device))


def build_engine(engine: Any, device: str) -> Engine:
    """The engine behind None, the name 'torch', or a frozen spec with ``build(device)``."""
    if engine is None or engine == "torch":
        return TorchEngineSpec().build(device)
    if not hasattr(engine, "build"):
        raise BadInputError(f"engine={engine!r} is not known: give None, 'torch' or a spec with build(device)")
    return engine.build(device)


def resolve_device(device: str) -> torch.device:
    """'auto' is the accelerator where there is one, else the CPU."""
    if device == "auto":
        return torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
    try:
        resolved = torch.device(device)
        torch.empty(0, device=resolved)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise BadInputError(f"device={device!r} cannot be used here ({reason}): give 'auto' or 'cpu'") from None
    return resolved
