"""How often does the interval of a mean leave out the true mean, when there are few images and their numbers are skewed?

python benchmarks/means.py [REPEATS]: as `tasvir study saliency` judges its maps, six intervals together at 95 %, and one alone.
"""

import sys

import numpy as np

from tasvir.measures.mean import mean_estimate

TOGETHER = 6
KINDS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "skewed (exponential)": lambda rng, n: rng.exponential(size=n) - 1,
    "rare (a tenth is large)": lambda rng, n: np.where(rng.random(n) < 0.1, 0.9, -0.1),
    "bounded (beta)": lambda rng, n: rng.beta(0.3, 1.2, n) - 0.2,
}


def main(repeats: int = 1000) -> None:
    rng = np.random.default_rng(0)
    print("| numbers | n | one interval of 95 % misses | one of six misses, together at most 5 % |\n|---|---|---|---|")
    for kind, draw in KINDS.items():
        for n in (20, 50, 100, 300):
            missed = {
                level: np.mean([_misses(draw(rng, n), level) for _ in range(repeats)]) for level in (0.95, 1 - 0.05 / TOGETHER)
            }
            alone, each = missed.values()
            print(f"| {kind} | {n} | {alone:.1%} | {1 - (1 - each) ** TOGETHER:.1%} |", flush=True)


def _misses(values: np.ndarray, confidence: float) -> bool:
    found = mean_estimate(values, confidence=confidence)
    return not found.low <= 0 <= found.high


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
