"""What a cell finds around it: so many threads, global random streams that carry its seed, a process that ends with its study."""

import functools
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from threadpoolctl import threadpool_limits

from tasvir.contracts.seeds import stream_seed


@functools.cache
def end_with(parent: int) -> None:
    """From now on this process ends when `parent`, where that is its parent, does: a killed study leaves no worker behind."""
    if os.getppid() != parent:
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Torch and the linear algebra of numpy compute with so many threads inside, and with as many as before afterwards."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with threadpool_limits(threads):
            yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def seeded_streams(seed: int) -> Iterator[None]:
    """For what takes no seed, as scikit-learn's Isomap (its eigensolver begins anywhere): the streams it draws from."""
    from tasvir.train.stream import torch_stream

    before = random.getstate(), np.random.get_state()
    random.seed(stream_seed(seed, "random"))
    np.random.seed(stream_seed(seed, "numpy") % 2**32)
    try:
        with torch_stream(stream_seed(seed, "torch")):
            yield
    finally:
        random.setstate(before[0])
        np.random.set_state(before[1])
