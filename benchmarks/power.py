"""Is an effect found as often as a verdict says? Simulated studies, in every case of a table.

    python benchmarks/power.py [--repeats 400] [--out benchmarks/results]

A first study states `smallest_detectable`; the truth is then set to just that effect, and another study like the first asks
whether it is found. Two classes, a fixed test set. Whether an image is answered rightly is a coin: each image has a difficulty
that both arms share, arms, seeds and images scatter besides (as `benchmarks/statistics.py` does it, with its sizes).

Before any training `smallest_effect` states it from a spread: here the mean spread of 40 studies without an effect.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy.special import expit, logit

from tasvir.measures.power import Spread, measured_spread, smallest_effect
from tasvir.measures.verdict import verdict

SIZES, SEEDS = (50, 150, 600), (3, 5, 10)
EASY, A_SD, U_SD, E_SD = 1.6, 2.0, 0.15, 0.5


PILOTS = 40


def study(n: int, seeds: int, effect: float, rng: np.random.Generator):
    """A verdict on two arms whose balanced accuracies truly differ by about `effect`."""
    labels, a, b = arms(n, seeds, effect, rng)
    return verdict(a, b, strata=labels)


def stated_before(n: int, seeds: int, rng: np.random.Generator) -> float:
    """What `smallest_effect` says for the mean spread of pilots, rounded up to 0.001 as it is printed."""
    pilots = []
    for _ in range(PILOTS):
        labels, a, b = arms(n, seeds, 0.0, rng)
        pilots.append(list(vars(measured_spread(a - b, labels)).values()))
    spread = Spread(*np.sqrt((np.array(pilots) ** 2).mean(axis=0)).tolist())
    return float(np.ceil(1000 * smallest_effect(spread, np.bincount(labels), seeds)) / 1000)


def arms(n: int, seeds: int, effect: float, rng: np.random.Generator):
    """Labels, and the right answers of both arms."""
    labels, hard = (np.arange(n) < 0.3 * n).astype(int), rng.normal(EASY, A_SD, n)

    def arm(shift: float) -> np.ndarray:
        noise = rng.normal(0, U_SD, (seeds, 1)) + rng.normal(0, E_SD, (seeds, n))
        return (rng.random((seeds, n)) < expit(hard + shift + noise)).astype(float)

    return labels, arm(_shift(effect)), arm(0.0)


_DRAWN = np.random.default_rng(1).normal(EASY, A_SD, 20_000) + np.random.default_rng(2).normal(0, E_SD, 20_000)


def _shift(effect: float) -> float:
    """How far the logits move so that accuracy rises by `effect` on average over images."""
    wanted, low, high = float(expit(_DRAWN).mean()) + effect, 0.0, 12.0
    if wanted >= 0.995:
        return float(logit(0.999))
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(_DRAWN + middle).mean() < wanted else (low, middle)
    return low


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=400)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    lines = [f"# How often the effect is found that a verdict calls found with 80 % ({args.repeats} pairs of studies each)", ""]
    heads = "| images | seeds | mean of that effect | found | false verdicts without an effect | stated before training | found |"
    lines += [heads, "|---|---|---|---|---|---|---|"]
    rng = np.random.default_rng(0)
    for n in SIZES:
        for seeds in SEEDS:
            stated = [study(n, seeds, 0.0, rng) for _ in range(args.repeats)]
            found = [study(n, seeds, one.smallest_detectable, rng).outcome == "helps" for one in stated]
            false = np.mean([one.outcome != "cannot tell" for one in stated])
            effect = np.mean([one.smallest_detectable for one in stated])
            before = stated_before(n, seeds, rng)
            found_before = np.mean([study(n, seeds, before, rng).outcome == "helps" for _ in range(args.repeats)])
            after = f"| {n} | {seeds} | {effect:.3f} | {np.mean(found):.2f} | {100 * false:.1f} %"
            lines.append(f"{after} | {before:.3f} | {found_before:.2f} |")
            print(lines[-1], flush=True)
    args.out.mkdir(exist_ok=True)
    (args.out / "power.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
