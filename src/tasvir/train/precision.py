"""In which numbers a training step is computed: float32, or bfloat16 where the hardware has it."""

import functools
import time
import warnings

import torch

from tasvir.contracts.errors import BadInputError

PRECISIONS = ("auto", "fp32", "bf16")
#: Numbers of an example (an image's pixels) below which a step is bound by its many calls, and bfloat16 makes it slower: on
#: images of 8 x 8 a dense autoencoder's step takes 1.8 ms instead of 0.9 (benchmarks/results/steps.md).
SMALLEST = 256
#: What a processor has that multiplies bfloat16 matrices, by torch's names.
PROCESSOR_HAS = ("avx512_bf16", "amx_bf16")


def resolve_precision(precision: str, device: torch.device, size: int | None = None) -> str:
    """'fp32' or 'bf16'; 'auto' is bf16 where this device has it in hardware, and examples of `size` numbers are large enough.

    bf16 that a processor has to emulate is a warning, with a measured figure; a device that cannot is an error.
    """
    if precision not in PRECISIONS:
        raise BadInputError(f"precision={precision!r} is not known: give one of {', '.join(map(repr, PRECISIONS))}")
    if precision == "auto":
        return "bf16" if has_bf16(device) and (size is None or size >= SMALLEST) else "fp32"
    if precision == "bf16" and not has_bf16(device):
        _warn_of_emulation(device)
    return precision


def has_bf16(device: torch.device) -> bool:
    """Whether this device multiplies bfloat16 matrices in hardware."""
    if device.type == "cpu":
        tell = getattr(torch.cpu, "get_capabilities", None)  # an older torch has none
        capabilities = tell() if tell else {}
        return any(capabilities.get(name) for name in PROCESSOR_HAS)
    return device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)


def _warn_of_emulation(device: torch.device) -> None:
    try:
        times = slowdown(device)
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise BadInputError(f"precision='bf16' is not possible on {device} ({reason}): give 'auto' or 'fp32'") from None
    warnings.warn(
        f"precision='bf16' is emulated on {device}: a matrix product takes {times:.1f} times as long as in float32; "
        "'auto' would take fp32 here",
        stacklevel=4,
    )


@functools.cache
def slowdown(device: torch.device, size: int = 512) -> float:
    """How many times longer a product of two matrices takes in bfloat16 than in float32, here and now."""
    seconds = {dtype: _product_s(torch.ones(size, size, dtype=dtype, device=device)) for dtype in (torch.float32, torch.bfloat16)}
    return seconds[torch.bfloat16] / seconds[torch.float32]


def _product_s(matrix: torch.Tensor, repeats: int = 3) -> float:
    """The best of some, the first of which loads libraries; reading a number waits for the device."""
    best = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        (matrix @ matrix)[0, 0].item()
        best = min(best, time.perf_counter() - started)
    return best
