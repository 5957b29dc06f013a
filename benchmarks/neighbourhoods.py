"""How many images do coverage, density and their like need? Real images beside as many other real images.

    python benchmarks/neighbourhoods.py [--repeats 40] [--out benchmarks/results]

Each repeat draws two disjoint parts of n training images; between a set and itself every measure should say the same each time.
The mean is the most that a generator can reach, the standard deviation what is luck.
"""

import argparse
from pathlib import Path

import numpy as np

from tasvir import load_data
from tasvir.measures.prdc import prdc
from tasvir.studies.flat import flat_unit

SETS, SIZES = ("digits", "fashion-mnist"), (20, 50, 100, 200, 500)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    lines = [f"# Real images beside other real images: mean and standard deviation of {args.repeats} pairs of parts", ""]
    lines += [
        "| set | images | coverage | density | recall | clipped density | clipped coverage |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in SETS:
        points = flat_unit(load_data(name).part("train")[0])
        rng = np.random.default_rng(0)
        for n in SIZES:
            if 2 * n <= len(points):
                parts = [rng.permutation(len(points))[: 2 * n] for _ in range(args.repeats)]
                found = np.array([list(vars(prdc(points[rows[:n]], points[rows[n:]])).values()) for rows in parts])
                shown = " | ".join(f"{mean:.2f} ({sd:.2f})" for mean, sd in zip(found.mean(0), found.std(0), strict=True))
                lines.append(f"| {name} | {n} | {shown} |")
                print(lines[-1], flush=True)
    args.out.mkdir(exist_ok=True)
    (args.out / "neighbourhoods.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
