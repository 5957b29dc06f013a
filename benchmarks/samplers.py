"""What can be learned from samples alone? GAN-train of the samplers, each fitted on 2,000 training images.

    python benchmarks/samplers.py [--data mnist fashion_mnist breastmnist PATH] [--seeds 2] [--out benchmarks/results]

As many samples as training images, with their labels, teach the small net of the report (400 steps) and an RBF-SVM on 100
principal components, which are scored on up to 2,000 other training images (balanced accuracy, %). No test image is read.
Beside it: sharpness (1: as real images), density, coverage and recall in pixels, and copies among the samples.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from tasvir import GaussianSampler, load_data
from tasvir.measures.copies import copy_audit
from tasvir.measures.gan_train import gan_train
from tasvir.measures.prdc import prdc
from tasvir.measures.sharpness import sharpness
from tasvir.studies import recipes
from tasvir.studies.flat import flat_unit

SETS = ("mnist", "fashion_mnist", "breastmnist")
#: A set with fewer images is seen more often: as many steps.
N_TRAIN, EPOCHS = 2000, 60


def parts(source: str, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Images and labels to fit on, and others to score on, all from the training part."""
    X, y, _ = load_data(source).part("train")
    order = np.random.default_rng(seed).permutation(len(X))
    n = min(N_TRAIN, int(0.8 * len(X)))
    fit, held = order[:n], order[n : n + N_TRAIN]
    return X[fit], y[fit], X[held], y[held]


def samplers(X: np.ndarray, y: np.ndarray, seed: int, *, n_components: int) -> Iterator[tuple[str, np.ndarray, float]]:
    """Name, samples of the labels y, and the seconds of the fit; the real images first."""
    yield "real images", X, 0.0
    epochs = round(EPOCHS * N_TRAIN / len(y))
    vae = recipes.conditional_vae(n_components=n_components, max_epochs=epochs, seed=seed).set_params(validation_fraction=None)
    for name, sampler in (("GaussianSampler", GaussianSampler()), ("VAE", vae)):
        started = time.perf_counter()
        sampler.fit(X, y)
        yield name, sampler.sample(len(y), y, random_state=seed), time.perf_counter() - started


def row(X: np.ndarray, y: np.ndarray, held: np.ndarray, y_held: np.ndarray, *, drawn: np.ndarray) -> list[float]:
    """What is said of one sampler's samples."""
    net = recipes.small_classifier(len(y), seed=0)
    judged = gan_train(net, drawn, y, X_valid=held, y_valid=y_held).value
    svm = make_pipeline(PCA(min(100, len(y) - 1), random_state=0), SVC(C=10))
    by_svm = gan_train(svm, flat_unit(drawn), y, X_valid=flat_unit(held), y_valid=y_held).value
    n = min(len(drawn), len(held))
    near = prdc(flat_unit(held[:n]), flat_unit(drawn[:n]))
    copies = copy_audit(drawn[:n], X, held[:n]).n_copies / n
    return [100 * judged, 100 * by_svm, sharpness(drawn, X), near.density, near.coverage, near.recall, 100 * copies]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=list(SETS))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    lines = [f"# Samples as training images: {N_TRAIN} images, {EPOCHS} epochs, mean of {args.seeds} seeds", ""]
    lines += ["| data | taught by | net, % | SVM, % | sharpness | density | coverage | recall | copies, % | fit, s |"]
    lines += ["|---|---|---|---|---|---|---|---|---|---|"]
    for source in args.data:
        n_components = recipes.code_size(load_data(source))
        found: dict[str, list[list[float]]] = {}
        for seed in range(args.seeds):
            X, y, held, y_held = parts(source, seed)
            for name, drawn, fit_s in samplers(X, y, seed, n_components=n_components):
                found.setdefault(name, []).append([*row(X, y, held, y_held, drawn=drawn), fit_s])
        for name, rows in found.items():
            net, svm, *shares, copies, fit_s = np.mean(rows, axis=0)
            told = " | ".join(f"{share:.2f}" for share in shares)
            lines.append(f"| {Path(source).name} | {name} | {net:.1f} | {svm:.1f} | {told} | {copies:.1f} | {fit_s:.0f} |")
            print(lines[-1], flush=True)
    (args.out / "samplers.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
