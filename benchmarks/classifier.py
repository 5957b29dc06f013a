"""What does the report's classifier learn from few and from many images, and what are held-out images worth to it?

    python benchmarks/classifier.py [DATA:IMAGES ...] [--seeds 3] [--out benchmarks/results]

Each net is fitted on so many training images and scored on up to 5,000 others: balanced accuracy, log-loss, seconds of the fit
on OMP_NUM_THREADS threads. No test image is read. "best epoch": a tenth is held out, and the epoch of the lowest loss on it is
kept; "all images": none is, and the last epoch is kept, as in the report. The residual net is what the report had before, in
its epochs.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import log_loss

from tasvir import ImageClassifier, ResNetSpec, load_data
from tasvir.measures.classification import balanced_accuracy
from tasvir.studies import recipes
from tasvir.studies.families.main_job import PROFILES
from tasvir.train.hooks import KeepBest

QUESTIONS = ("digits:1000", "fashion_mnist:500", "breastmnist:400")
MOST_SCORED = 5000
#: Pixels seen and most epochs of the quick profile when its net was the residual one.
BEFORE_PIXELS, BEFORE_EPOCHS = 650e6, 40


def nets(X: np.ndarray, augment: str, seed: int) -> Iterator[tuple[str, Any]]:
    """The report's net and the one before it, each in the epochs of its quick profile."""
    how, pace = PROFILES["quick"], recipes.classifier_pace(len(X))
    before = ResNetSpec(stem_stride=2 if len(X) >= 15_000 else None)
    for name, net, pixels, most in (
        ("residual", before, BEFORE_PIXELS, BEFORE_EPOCHS),
        ("convolution", "vgg", how.classifier_pixels, how.classifier_epochs),
    ):
        epochs = int(np.clip(round(pixels / np.prod(X.shape[:3])), 4, most))
        shared = {"net": net, "augment": augment, "max_epochs": epochs, "random_state": seed, **pace}
        yield f"{name}, {epochs} epochs, best epoch", ImageClassifier(validation_fraction=0.1, hooks=[KeepBest()], **shared)
        yield f"{name}, {epochs} epochs, all images", ImageClassifier(validation_fraction=None, **shared)


def scores(question: str, seed: int) -> Iterator[tuple[str, list[float]]]:
    """Of each net: balanced accuracy in %, log-loss, seconds."""
    source, _, n_images = question.rpartition(":")
    data = load_data(source)
    augment, _ = recipes.augmentation(data, seed)
    X, y, _ = data.part("train")
    order = np.random.default_rng(seed).permutation(len(X))
    fit, held = order[: int(n_images)], order[int(n_images) :][:MOST_SCORED]
    for name, net in nets(X[fit], augment, seed):
        started = time.perf_counter()
        net.fit(X[fit], y[fit])
        fit_s = time.perf_counter() - started
        probabilities = net.predict_proba(X[held])
        right = balanced_accuracy(y[held], net.classes_[probabilities.argmax(1)])
        yield name, [100 * right, log_loss(y[held], probabilities, labels=net.classes_), fit_s]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("questions", nargs="*", default=list(QUESTIONS), metavar="DATA:IMAGES")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    lines = [f"# The report's classifier on other training images, {args.seeds} seeds, {torch.get_num_threads()} thread(s)", ""]
    lines += ["| data, images | net | balanced accuracy, % | log-loss | fit, s |", "|---|---|---|---|---|"]
    for question in args.questions:
        found: dict[str, list[list[float]]] = {}
        for seed in range(args.seeds):
            for name, row in scores(question, seed):
                found.setdefault(name, []).append(row)
        for name, rows in found.items():
            right, loss, fit_s = zip(*rows, strict=True)
            told = [" / ".join(f"{value:.1f}" for value in right), " / ".join(f"{value:.3f}" for value in loss)]
            lines.append(f"| {Path(question).name} | {name} | {' | '.join(told)} | {np.mean(fit_s):.0f} |")
            print(lines[-1], flush=True)
    (args.out / "classifier.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
