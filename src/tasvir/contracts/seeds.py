"""Randomness is a function of (seed, stream name, epoch), never of what ran before."""

import hashlib
import secrets
from numbers import Integral
from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError


def stream_seed(seed: int, stream: str, epoch: int = 0) -> int:
    """A 63-bit seed for one named stream at one epoch."""
    digest = hashlib.sha256(f"{seed}/{stream}/{epoch}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


def stream_rng(seed: int, stream: str, epoch: int = 0) -> np.random.Generator:
    """numpy's generator of one named stream at one epoch."""
    return np.random.default_rng(stream_seed(seed, stream, epoch))


def seed_from(random_state: Any) -> int:
    """An integer seed from scikit-learn's `random_state`; None takes fresh entropy."""
    if random_state is None:
        return secrets.randbits(31)
    if isinstance(random_state, np.random.RandomState | np.random.Generator):
        draw = random_state.integers if isinstance(random_state, np.random.Generator) else random_state.randint
        return int(draw(2**31 - 1))
    if not isinstance(random_state, Integral) or random_state < 0:
        raise BadInputError(f"random_state={random_state!r}: give a whole number of at least 0, a RandomState or None")
    return int(random_state)
