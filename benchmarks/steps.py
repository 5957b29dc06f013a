"""Where does a training step go? The operations that take most of it, for each estimator, in float32 and in bfloat16.

    TASVIR_DATA=... python benchmarks/steps.py [--out benchmarks/results]

On 2,560 MNIST images and one thread. Milliseconds are those of a step without the profiler; shares are the profiler's.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
from growth import ESTIMATORS, resized
from torch.profiler import ProfilerActivity, profile

from tasvir import load_data

N_IMAGES, N_OPERATIONS = 2560, 6


def step_ms(estimator: Any, X: Any, y: Any) -> float:
    """The better of two epochs, by step."""
    steps = -(-len(X) // estimator.batch_size)
    return 1000 * min(estimator.fit(X, y).history_.times_s[0] for _ in range(2)) / steps


def shares(estimator: Any, X: Any, y: Any) -> str:
    """The operations' own time, in percent of all that was seen."""
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        estimator.fit(X, y)
    found = sorted(seen.key_averages(), key=lambda event: -event.self_cpu_time_total)
    total = sum(event.self_cpu_time_total for event in found)
    named = [(event.key.removeprefix("aten::"), event.self_cpu_time_total / total) for event in found[:N_OPERATIONS]]
    return ", ".join(f"{name} {share:.0%}" for name, share in named)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    out = parser.parse_args().out
    torch.set_num_threads(1)
    X, y, _ = load_data("mnist").part("train")
    X, y = X[:N_IMAGES], y[:N_IMAGES]
    lines = [
        "# Where a training step goes",
        "",
        "| estimator | side | numbers | ms a step | operations |",
        "|---|---|---|---|---|",
    ]
    for side in (28, 8):
        images = X if side == 28 else resized(X, side)
        for name, estimator in ESTIMATORS.items():
            for precision in ("fp32", "bf16") if "engine" in estimator.get_params() else ():
                tried = type(estimator)(**estimator.get_params(deep=False) | {"engine": precision})
                tried.fit(images[:500], y[:500])
                lines.append(f"| {name} | {side} | {precision} | {step_ms(tried, images, y):.2f} | {shares(tried, images, y)} |")
    (out / "steps.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
