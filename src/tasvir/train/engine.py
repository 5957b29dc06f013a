"""Where tensors live, in which numbers a step is computed, and how gradients flow: five verbs, plain torch behind them."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import torch

from tasvir.contracts.errors import BadInputError
from tasvir.train.precision import PRECISIONS, resolve_precision


class Engine(Protocol):
    """setup(module, *optimizers) · put(batch) · autocast() · backward(loss) · unwrap(module).

    A task enters `autocast` for what its nets compute in a training step, and nothing else: losses, optimizers, validation and
    inference stay in float32, and so do weights.
    """

    device: torch.device
    precision: str

    def setup(self, module: torch.nn.Module, *optimizers: torch.optim.Optimizer) -> Any: ...
    def put(self, batch: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]: ...
    def autocast(self) -> AbstractContextManager[Any]: ...
    def backward(self, loss: torch.Tensor) -> None: ...
    def unwrap(self, module: torch.nn.Module) -> torch.nn.Module: ...


class TorchEngine:
    """One device, plain torch; `precision` is fp32 or bf16."""

    def __init__(self, device: torch.device, precision: str = "fp32"):
        self.device, self.precision = device, precision

    def setup(self, module: torch.nn.Module, *optimizers: torch.optim.Optimizer) -> Any:
        module.to(self.device)
        return (module, *optimizers) if optimizers else module

    def put(self, batch: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        return tuple(tensor.to(self.device, non_blocking=True) for tensor in batch)

    def autocast(self) -> AbstractContextManager[Any]:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")

    def backward(self, loss: torch.Tensor) -> None:
        loss.backward()

    def unwrap(self, module: torch.nn.Module) -> torch.nn.Module:
        return module


@dataclass(frozen=True)
class TorchEngineSpec:
    """The plain torch engine as a value: `precision` is auto (bf16 where it is in hardware and pays), fp32 or bf16."""

    precision: str = "auto"

    def build(self, device: str, size: int | None = None) -> TorchEngine:
        place = resolve_device(device)
        return TorchEngine(place, resolve_precision(self.precision, place, size))


def build_engine(engine: Any, device: str, size: int | None = None) -> Engine:
    """The engine behind None (auto), the name of a precision, or a frozen spec with ``build(device)``.

    Auto asks for the `size` of an example, in numbers.
    """
    if engine is None or isinstance(engine, TorchEngineSpec) or engine in PRECISIONS:
        spec = engine if isinstance(engine, TorchEngineSpec) else TorchEngineSpec(engine or "auto")
        return spec.build(device, size)
    if not hasattr(engine, "build"):
        names = ", ".join(map(repr, PRECISIONS))
        raise BadInputError(f"engine={engine!r} is not known: give None, {names} or a spec with build(device)")
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
