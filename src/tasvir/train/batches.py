"""Batches are index lists from one permutation an epoch; the data set stays one tensor in memory."""

from collections.abc import Callable, Iterator

import numpy as np
import torch

from tasvir.contracts.seeds import stream_seed

#: Inference runs in batches of one fixed size (the last is padded), so that no result depends on how many images were asked for.
INFERENCE_BATCH = 256


class ShuffledBatches:
    """The batches of an epoch: a permutation drawn from (seed, epoch), cut into index lists."""

    def __init__(self, *tensors: torch.Tensor, batch_size: int, seed: int):
        self.tensors, self.batch_size, self.seed = tensors, batch_size, seed

    @property
    def n_steps(self) -> int:
        """How many batches an epoch has."""
        return len(_cut(torch.arange(len(self.tensors[0])), self.batch_size))

    def __call__(self, epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
        generator = torch.Generator().manual_seed(stream_seed(self.seed, "batches", epoch))
        order = torch.randperm(len(self.tensors[0]), generator=generator)
        for indices in _cut(order, self.batch_size):
            yield tuple(tensor[indices] for tensor in self.tensors)


class OrderedBatches:
    """The same batches at every epoch, in the order of the data: for validation."""

    def __init__(self, *tensors: torch.Tensor, batch_size: int = INFERENCE_BATCH):
        self.tensors, self.batch_size = tensors, batch_size

    def __call__(self, epoch: int) -> Iterator[tuple[torch.Tensor, ...]]:
        return zip(*(tensor.split(self.batch_size) for tensor in self.tensors), strict=True)


def _cut(order: torch.Tensor, size: int) -> list[torch.Tensor]:
    """Cut into lists of `size`; a single left-over joins the last, as batch norm has no spread of one image."""
    lists = list(order.split(size))
    if len(lists) > 1 and len(lists[-1]) == 1:
        lists[-2:] = [torch.cat(lists[-2:])]
    return lists


def to_unit(x: torch.Tensor) -> torch.Tensor:
    """Stored pixels on the 0..1 scale, as float32."""
    return x.float().div_(255.0) if x.dtype == torch.uint8 else x


@torch.inference_mode()
def infer(function: Callable[..., torch.Tensor], *tensors: torch.Tensor, device: torch.device) -> np.ndarray:
    """`function` over stored pixels (or codes), and what belongs to each, in batches of one fixed size, as a numpy array."""
    outputs = []
    for batch in zip(*(tensor.split(INFERENCE_BATCH) for tensor in tensors), strict=True):
        whole = (to_unit(_padded(part).to(device)) for part in batch)
        outputs.append(function(*whole)[: len(batch[0])].cpu())
    return torch.cat(outputs).numpy()


def _padded(batch: torch.Tensor) -> torch.Tensor:
    """Its last row again and again, up to a whole batch."""
    missing = INFERENCE_BATCH - len(batch)
    return torch.cat([batch, batch[-1:].expand(missing, *batch.shape[1:])]) if missing else batch
