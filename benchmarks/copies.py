"""Does the copy audit find copies, and only copies? Planted ones, fresh real images and samples of two generators.

    TASVIR_DATA=../shared/data python benchmarks/copies.py [--splits 5] [--draws 300] [--out benchmarks/results]

Each split draws training images, held-out images that set the threshold, and fresh images that the audit has not seen; nothing
is chosen on the last ones. Planted copies are of training images drawn at random. Fresh images that show the same picture as a
training image are counted apart: those which `find_pairs`, the search for duplicates, finds as they lie, mirrored or moved by a
pixel. The second table gives the audit few held-out images, the third asks how often as many fresh images as held-out ones are
said to be copies, and how often samples are of which every tenth is a copy.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np

import tasvir
from tasvir.data.audit.duplicates import find_pairs
from tasvir.measures.copies import chance_of_copies, copy_audit
from tasvir.measures.planted import planted
from tasvir.studies import recipes

#: set -> training, held-out and fresh images of a split
SETS = {
    "digits": (1000, 300, 400),
    "mnist": (2000, 400, 1000),
    "breastmnist": (437, 109, 234),
    "cats_vs_dogs_64": (1500, 400, 800),
}
FEW, FEW_SPLITS, ASKED, LEVEL = (1, 3, 10, 30, 100), 20, (10, 100), 0.01


def images(name: str) -> tuple[np.ndarray, np.ndarray]:
    folder = Path(os.environ["TASVIR_DATA"]) / name
    data = tasvir.load_data(folder if name == "cats_vs_dogs_64" else name)
    return data.images, data.labels


def drawn(X: np.ndarray, sizes: tuple[int, ...], rng: np.random.Generator) -> list[np.ndarray]:
    """Row numbers of the parts of a split."""
    return np.split(rng.permutation(len(X))[: sum(sizes)], np.cumsum(sizes)[:-1])


def same_pictures(fresh: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Which fresh images are near-duplicates of training images, perhaps mirrored or moved by a pixel."""
    found = np.zeros(len(fresh), bool)
    wide = np.pad(fresh, ((0, 0), (1, 1), (1, 1)) + ((0, 0),) * (fresh.ndim - 3), mode="edge")
    height, width = fresh.shape[1:3]
    for dy in range(3):
        for dx in range(3):
            moved = wide[:, dy : dy + height, dx : dx + width]
            for pictures in (moved, moved[:, :, ::-1]):
                pairs = find_pairs(np.concatenate([training, pictures]))
                across = (pairs.first < len(training)) & (pairs.second >= len(training))
                found[pairs.second[across] - len(training)] = True
    return found


def generated(X: np.ndarray, y: np.ndarray, n: int, seed: int) -> dict[str, np.ndarray]:
    """As many samples of the Gaussian baseline and of a shortly trained VAE."""
    gaussian = recipes.gaussian_sampler(seed=seed).fit(X, y)
    vae = recipes.short_conditional_vae(len(X), X[0].size, seed=seed).fit(X, y)
    return {"Gaussian sampler": gaussian.sample(n, random_state=seed), "VAE": vae.sample(n, random_state=seed)}


def one_split(X: np.ndarray, y: np.ndarray, sizes: tuple[int, ...], seed: int) -> dict[str, float]:
    """Share of each kind of images that is called a copy."""
    rng = np.random.default_rng(seed)
    training, held_out, fresh = drawn(X, sizes, rng)
    copied = X[rng.choice(training, min(300, len(training)), replace=False), ..., None].astype(np.float32) / 255
    copied = copied.reshape(len(copied), *X.shape[1:3], -1)
    kinds = planted(copied)
    kinds["all of these at once"] = planted(planted(planted(kinds["contrast"])["shifted"])["mirrored"])["noise"]
    queries = {kind: np.rint(part * 255).astype(np.uint8).reshape(-1, *X.shape[1:]) for kind, part in kinds.items()}
    queries |= {"fresh": X[fresh], **generated(X[training], y[training], 300, seed)}
    start = time.perf_counter()
    found = copy_audit(np.concatenate(list(queries.values())), X[training], X[held_out])
    shares = {"seconds": time.perf_counter() - start}
    flags = np.split(found.ratio < found.threshold, np.cumsum([len(part) for part in queries.values()])[:-1])
    shares |= {kind: float(part.mean()) for kind, part in zip(queries, flags, strict=True)}
    flag, old = flags[list(queries).index("fresh")], same_pictures(X[fresh], X[training])
    shares |= {"fresh, the same picture apart": float(flag[~old].mean()), "same picture": float(old.mean())}
    return shares | {"threshold": found.threshold, "held-out left out": found.n_left_out / found.n_held_out}


def few_held_out(X: np.ndarray, sizes: tuple[int, ...], n_held_out: int) -> list[float]:
    """Of many splits: share of fresh images called copies, and share found of the kind of planted copies that is found least."""
    flagged, least = [], []
    for seed in range(FEW_SPLITS):
        training, held_out, fresh = drawn(X, (sizes[0], n_held_out, sizes[2]), np.random.default_rng(1000 + seed))
        found = copy_audit(X[fresh], X[training], X[held_out])
        flagged.append(found.n_copies / found.n_samples)
        least.append(min(found.planted.values()))
    return [float(np.mean(flagged)), max(flagged), float(np.mean(least)), min(least)]


def asked(X: np.ndarray, n_training: int, *, n: int, draws: int) -> tuple[float, float]:
    """How often n fresh images are said to hold copies, and n samples of which a tenth is copies."""
    said = np.zeros(2)
    for seed in range(draws):
        training, held_out, fresh = drawn(X, (n_training, n, n), np.random.default_rng(seed))
        tenth = X[fresh].copy()
        tenth[: max(1, n // 10)] = X[training[: max(1, n // 10)]]
        for at, samples in enumerate((X[fresh], tenth)):
            found = copy_audit(samples, X[training], X[held_out])
            said[at] += chance_of_copies(found.n_copies, n, n, n_left_out=found.n_left_out) < LEVEL
    return tuple(said / draws)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    sets = {name: images(name) for name in SETS}
    lines = [f"# What the copy audit calls copies (mean of {args.splits} splits; least or greatest of them in brackets)", ""]
    lines += _first_table(sets, args.splits)
    lines += [
        "",
        f"Few held-out images ({FEW_SPLITS} splits each); fresh ones with those that show the same picture",
        "",
        "| set | held out | fresh called copies (greatest) | kind of planted copies that is found least (least) |",
    ]
    lines += ["|---|---|---|---|"]
    for name in ("digits", "mnist", "breastmnist"):
        for n in FEW:
            mean, most, found, least = few_held_out(sets[name][0], SETS[name], n)
            lines.append(f"| {name} | {n} | {100 * mean:.2f} % ({100 * most:.1f}) | {100 * found:.1f} % ({100 * least:.0f}) |")
            print(lines[-1], flush=True)
    lines += [
        "",
        f"Said to copy, at a level of 1 % ({args.draws} draws)",
        "",
        "| set | held out and samples | fresh | a tenth copies |",
    ]
    lines += ["|---|---|---|---|"]
    for name in ("digits", "breastmnist"):
        for n in ASKED:
            fresh, tenth = asked(sets[name][0], SETS[name][0], n=n, draws=args.draws)
            lines.append(f"| {name} | {n} | {100 * fresh:.1f} % | {100 * tenth:.1f} % |")
            print(lines[-1], flush=True)
    args.out.mkdir(exist_ok=True)
    (args.out / "copies.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _first_table(sets: dict, splits: int) -> list[str]:
    columns = {name: [one_split(*sets[name], SETS[name], seed) for seed in range(splits)] for name in sets}
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    for kind in next(iter(columns.values()))[0]:
        worst = min if kind in ("exact", "noise", "mirrored", "shifted", "contrast", "all of these at once") else max
        cells = [_cell(kind, [split[kind] for split in shares], worst) for shares in columns.values()]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    return lines


def _cell(kind: str, values: list[float], worst) -> str:
    if kind in ("seconds", "threshold"):
        return f"{np.mean(values):.2f}"
    return f"{100 * np.mean(values):.2f} % ({100 * worst(values):.1f})"


if __name__ == "__main__":
    main()
