"""Layers over a sequence as torch has them, and what they cost, measured: B batch, T steps, D features."""

import math
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from tasvir.nets.anatomy import n_parameters
from tasvir.nets.arithmetic.costs import COSTS, Sizes
from tasvir.nets.products import Products

#: Dependence is followed over so many steps, of so few features.
SHORT, NARROW = (8, 16, 32), 4
#: At least so many runs of which the middle one counts, after some that do not; more, up to so many, within so many seconds.
RUNS, WARM, MOST_RUNS, SPENT_S = 9, 3, 200, 0.2
#: What takes more multiply-adds is not timed.
MOST_TIMED = 10**10
PRODUCTS = ("Addmm", "Mm", "Bmm", "Baddbmm", "Convolution", "Linear", "Matmul")


class Causal(nn.Module):
    """A convolution of x_BTD over the step itself and those before it, `rate` apart."""

    def __init__(self, width: int, kernel: int, rate: int = 1):
        super().__init__()
        self.reach = rate * (kernel - 1)
        self.layer = nn.Conv1d(width, width, kernel, dilation=rate)

    def forward(self, x_BTD: torch.Tensor) -> torch.Tensor:
        return self.layer(functional.pad(x_BTD.transpose(1, 2), (self.reach, 0))).transpose(1, 2)


class Recurrent(nn.Module):
    """torch's own RNN of x_BTD: the state after each step."""

    def __init__(self, width: int):
        super().__init__()
        self.layer = nn.RNN(width, width, batch_first=True)

    def forward(self, x_BTD: torch.Tensor) -> torch.Tensor:
        states_BTD, _ = self.layer(x_BTD)
        return states_BTD

    def states(self, x_BTD: torch.Tensor) -> Iterator[torch.Tensor]:
        """One after the other, so that each can be looked at."""
        state = None
        for step in range(x_BTD.shape[1]):
            out_BTD, _ = self.layer(x_BTD[:, step : step + 1], state)
            yield out_BTD
            state = out_BTD.transpose(0, 1)


class Attention(nn.Module):
    """One head in which every step of x_BTD looks at all; with dense layers for queries, keys, values and behind, or bare."""

    def __init__(self, width: int, *, projected: bool):
        super().__init__()
        self.dense = nn.ModuleList([nn.Linear(width, width) for _ in range(4)] if projected else [])

    def forward(self, x_BTD: torch.Tensor) -> torch.Tensor:
        queries, keys, values = (layer(x_BTD) for layer in self.dense[:3]) if self.dense else (x_BTD,) * 3
        weights_BTT = (queries @ keys.transpose(1, 2) / math.sqrt(x_BTD.shape[2])).softmax(2)
        mixed_BTD = weights_BTT @ values
        return self.dense[3](mixed_BTD) if self.dense else mixed_BTD


def built(name: str, width: int, kernel: int, *, depth: int = 0) -> nn.Module:
    """The layer at this depth of a stack."""
    if name in ("conv", "dilated"):
        return Causal(width, kernel, kernel**depth if name == "dilated" else 1)
    return Recurrent(width) if name == "rnn" else Attention(width, projected=name == "projected")


def measured_costs(name: str, sizes: Sizes) -> dict[str, Any]:
    """Multiply-adds and parameters of the real layer, and over short sequences what waits for what."""
    few = COSTS[name].facts(sizes)["operations"]["value"] <= MOST_TIMED
    # Without numbers, but for an RNN: there torch takes its many steps apart one by one, which takes longer than they do.
    with _drawn(), torch.device("cpu" if name == "rnn" and few else "meta"):
        layer, x_BTD = built(name, sizes.width, sizes.kernel), torch.zeros(1, sizes.length, sizes.width)
        with torch.no_grad(), Products() as products:
            layer(x_BTD)
    lengths = sorted({min(n, sizes.length) for n in SHORT})
    short = [_short(name, Sizes(n, NARROW, min(sizes.kernel, n))) for n in lengths]
    return {"operations": products.n, "parameters": n_parameters(layer), "short": short}


def _short(name: str, sizes: Sizes) -> dict[str, int]:
    told = COSTS[name].facts(sizes)
    return {
        "length": sizes.length,
        "kernel": sizes.kernel,
        "sequential": waiting_products(name, sizes),
        "sequential_formula": told["sequential"]["value"],
        "path": path_length(name, sizes),
        "path_formula": told["path"]["value"],
    }


def waiting_products(name: str, sizes: Sizes) -> int:
    """How many products of one layer wait for one another: the longest chain of them in the graph that torch keeps."""
    with _drawn():
        layer = built(name, sizes.width, sizes.kernel)
        output = layer(torch.randn(1, sizes.length, sizes.width, requires_grad=True))
    longest: dict[Any, int] = {}
    waiting = [output.grad_fn]
    while waiting:
        node = waiting[-1]
        before = [one for one, _ in node.next_functions if one is not None]
        if todo := [one for one in before if one not in longest]:
            waiting += todo
            continue
        waiting.pop()
        longest[node] = max((longest[one] for one in before), default=0) + node.name().startswith(PRODUCTS)
    return longest[output.grad_fn]


def path_length(name: str, sizes: Sizes) -> int:
    """How many layers, or states, lie between the first step and the last: as few as let the gradient of one reach the other."""
    with _drawn():
        x_BTD = torch.rand(1, sizes.length, sizes.width, dtype=torch.float64, requires_grad=True)
        layers: list[nn.Module] = []
        while len(layers) <= sizes.length:
            layers.append(_positive(built(name, sizes.width, sizes.kernel, depth=len(layers))))
            given = [*_given(layers, x_BTD)]
            slopes = torch.autograd.grad(given[-1][0, -1].sum(), [x_BTD, *given], allow_unused=True)
            if slopes[0][0, 0].any():
                return sum(slope is not None and bool(slope.any()) for slope in slopes[1:])
    raise AssertionError(f"{name}: the last step never saw the first")


def _positive(layer: nn.Module) -> nn.Module:
    """Weights above 0, in 64 bits: no gradient is lost because two ways cancel each other."""
    with torch.no_grad():
        for weight in layer.parameters():
            weight.abs_()
    return layer.double()


def _given(layers: Sequence[nn.Module], x_BTD: torch.Tensor) -> Iterator[torch.Tensor]:
    """What one layer after the other gives; of a recurrent one, what each step gives."""
    for layer in layers:
        if isinstance(layer, Recurrent):
            yield from layer.states(x_BTD)
            return
        x_BTD = layer(x_BTD)
        yield x_BTD


def timed(name: str, sizes: Sizes, lengths: Sequence[int]) -> list[float | None]:
    """Seconds for one sequence of each length, the middle of several runs on one thread; None where that would take long."""
    found: list[float | None] = []
    with _drawn(), _one_thread(), torch.inference_mode():
        layer = built(name, sizes.width, sizes.kernel)
        for n in lengths:
            operations = COSTS[name].facts(Sizes(n, sizes.width, sizes.kernel))["operations"]["value"]
            found.append(_seconds(layer, torch.randn(1, n, sizes.width)) if operations <= MOST_TIMED else None)
    return found


def _seconds(layer: nn.Module, x_BTD: torch.Tensor) -> float:
    taken: list[float] = []
    while len(taken) < WARM + RUNS or (len(taken) < MOST_RUNS and sum(taken) < SPENT_S):
        begun = time.perf_counter()
        layer(x_BTD)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[WARM:])


def growth(lengths: Sequence[int], seconds: Sequence[float | None]) -> float | None:
    """The exponent of n that the times follow: the slope of the line through their logarithms."""
    known = [(math.log(n), math.log(took)) for n, took in zip(lengths, seconds, strict=True) if took is not None]
    return statistics.linear_regression(*zip(*known, strict=True)).slope if len(known) > 2 else None


@contextmanager
def _drawn() -> Iterator[None]:
    """Random numbers that are always the same, and leave the user's as they were."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def compared(names: Sequence[str], sizes: Sizes) -> dict[str, Any]:
    """All of it, as plain values."""
    n = sizes.length
    lengths = sorted({max(2, n // 8), max(2, n // 4), max(2, n // 2), n})
    rows = []
    for name in names:
        seconds = timed(name, sizes, lengths)
        took = {"seconds": seconds, "exponent": growth(lengths, seconds)}
        rows.append({"layer": name, **COSTS[name].facts(sizes), "measured": measured_costs(name, sizes) | took})
    return {"length": n, "width": sizes.width, "kernel": sizes.kernel, "lengths": lengths, "runs": RUNS, "compare": rows}
