"""What a model folder asks of a fitted estimator."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from tasvir.contracts.space import Space

if TYPE_CHECKING:
    import torch


#: Settings that say how and where to run, not what is learned.
RUNNING = ("hooks", "engine", "device")


class Keepable:
    """Abstract: an estimator says here what a folder keeps besides its settings, its `space_` and its `history_`."""

    #: How its X becomes tensors; None where it leaves X to an estimator that it holds.
    _space: ClassVar[type[Space] | None] = None
    #: Settings that a folder leaves out, because what was learned holds them already.
    _not_kept: ClassVar[tuple[str, ...]] = ()

    def _weights(self) -> "dict[str, torch.Tensor]":
        """What is kept as tensors."""
        return {}

    def _take_weights(self, weights: "Mapping[str, torch.Tensor]") -> None:
        """Become fitted again: settings and learned values are there already."""

    def _more_learned(self) -> dict[str, Any]:
        """Learned attributes by name: plain values, arrays, specs, and fitted estimators (each a folder within the folder)."""
        return {}
