"""How does the time of a training grow? With the images, with their size, and with trainings side by side.

    TASVIR_DATA=... python benchmarks/growth.py [--out benchmarks/results]

Each figure is one epoch on one thread: by the share of 10,000 MNIST images (what a doubling costs), and by the side of 1,000 of
them made larger or smaller. The last table trains twice, one after the other and side by side in two processes.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import torch
from PIL import Image

from tasvir import VAE, Autoencoder, GaussianSampler, ImageClassifier, load_data

N_IMAGES, N_SIZED = 10_000, 1000
SHARES, SIDES = (1 / 8, 1 / 4, 1 / 2, 1), (8, 16, 28, 32, 64)
SHARED = {"max_epochs": 1, "validation_fraction": None, "random_state": 0, "device": "cpu"}
ESTIMATORS = {
    "Autoencoder(net='dense')": Autoencoder(**SHARED),
    "Autoencoder(net='conv')": Autoencoder(net="conv", **SHARED),
    "VAE(net='dense')": VAE(**SHARED),
    "VAE(net='conv')": VAE(net="conv", **SHARED),
    "GaussianSampler()": GaussianSampler(random_state=0),
    "ImageClassifier(net='vgg', augment='shift')": ImageClassifier(augment="shift", **SHARED),
    "ImageClassifier(net='resnet', augment='shift')": ImageClassifier(net="resnet", augment="shift", **SHARED),
    "ImageClassifier(net='cnn')": ImageClassifier(net="cnn", **SHARED),
    "ImageClassifier(net='dense')": ImageClassifier(net="dense", **SHARED),
}


def seconds(estimator: Any, X: np.ndarray, y: np.ndarray) -> float:
    """One fit, in whole."""
    torch.set_num_threads(1)
    started = time.perf_counter()
    estimator.fit(X, y)
    return time.perf_counter() - started


def resized(X: np.ndarray, side: int) -> np.ndarray:
    return np.stack([np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR)) for image in X])


def table(head: list[str], rows: dict[str, list[str]]) -> list[str]:
    lines = [f"| estimator | {' | '.join(head)} |", "|---" * (len(head) + 1) + "|"]
    return [*lines, *(f"| {name} | {' | '.join(row)} |" for name, row in rows.items()), ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results"))
    out = parser.parse_args().out
    X, y, _ = load_data("mnist").part("train")
    X, y = X[:N_IMAGES], y[:N_IMAGES]
    sized = {side: resized(X[:N_SIZED], side) for side in SIDES}
    images, sizes, jobs = {}, {}, {}
    for name, estimator in ESTIMATORS.items():
        seconds(estimator, X[:N_SIZED], y[:N_SIZED])  # the first steps load libraries
        of_share = [seconds(estimator, X[: int(share * N_IMAGES)], y[: int(share * N_IMAGES)]) for share in SHARES]
        of_side = [seconds(estimator, sized[side], y[:N_SIZED]) for side in SIDES]
        images[name] = [f"{value:.2f} s" for value in of_share] + [f"{of_share[-1] / of_share[-2]:.2f}"]
        sizes[name] = [f"{value:.2f} s" for value in of_side]
        images[name][:0] = [getattr(estimator, "precision_", "-")]
    with joblib.Parallel(n_jobs=2) as two:
        two(joblib.delayed(seconds)(ImageClassifier(**SHARED), X[:500], y[:500]) for _ in range(2))
        for name, estimator in ESTIMATORS.items():
            started = time.perf_counter()
            alone = [seconds(estimator, X, y) for _ in range(2)]
            middle = time.perf_counter()
            beside = two(joblib.delayed(seconds)(estimator, X, y) for _ in range(2))
            walls = middle - started, time.perf_counter() - middle
            jobs[name] = [f"{np.mean(alone):.2f} s", f"{np.mean(beside):.2f} s", f"{walls[0] / walls[1]:.2f}"]
    lines = [
        "# How trainings grow",
        "",
        f"Seconds of a fit of one epoch on one thread, by the share of {N_IMAGES:,} MNIST images; the last column is a doubling.",
        "",
        *table(["precision", "1/8", "1/4", "1/2", "1", "1 over 1/2"], images),
        f"By the side of {N_SIZED:,} images, in pixels.",
        "",
        *table([str(side) for side in SIDES], sizes),
        f"Two fits on all {N_IMAGES:,} images: each alone, each beside the other, and how much sooner both are done then.",
        "",
        *table(["alone", "side by side", "both, sooner by"], jobs),
    ]
    (out / "growth.md").write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
