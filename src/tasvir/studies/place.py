"""Where trainings run, and in which numbers."""

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """A device, and a precision: auto, fp32 or bf16."""

    device: str = "auto"
    precision: str = "auto"

    def take(self, estimator: Any) -> Any:
        """The estimator, told to train here."""
        return estimator.set_params(device=self.device, engine=self.precision)

    def resolved(self, size: int | None = None) -> "Place":
        """The same with the precision of this machine for images of `size` numbers; refuses where nothing can be computed."""
        from tasvir.train.engine import resolve_device
        from tasvir.train.precision import resolve_precision

        return dataclasses.replace(self, precision=resolve_precision(self.precision, resolve_device(self.device), size))
