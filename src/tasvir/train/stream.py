"""Torch's global random numbers, lent and given back."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def torch_stream(seed: int) -> Iterator[None]:
    """Torch's global generators carry `seed` inside, and are as they were found afterwards."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
