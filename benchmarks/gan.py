"""How good, how fast and how steady is the GAN? Each part prints a table.

TASVIR_DATA=... python benchmarks/gan.py mnist [--epochs 60] [--seed 0]     what 10,000 samples teach, on the test images
TASVIR_DATA=... python benchmarks/gan.py step                               a step beside a plain textbook loop of the same nets
TASVIR_DATA=... python benchmarks/gan.py breastmnist [--seeds 5]            seconds, alarms, sampling
TASVIR_DATA=... python benchmarks/gan.py levers DATA [--images 1000]        candidates for the defaults, on held-out images
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
from speed import peak_gflops
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, TensorDataset

from tasvir import GAN, DCGANSpec, GaussianSampler, ImageClassifier, LeversSpec, load_data
from tasvir.measures.classification import balanced_accuracy
from tasvir.measures.neighbours import spread_sample
from tasvir.measures.prdc import prdc
from tasvir.models.levers import LEVERS
from tasvir.studies import recipes

#: The recipe of the figure: noise of 128 numbers, batches of 128.
MNIST = {"n_components": 128, "batch_size": 128}
N_TAUGHT, N_COVERED = 10_000, 2000


def taught(X: np.ndarray, y: np.ndarray, X_test: np.ndarray, y_test: np.ndarray) -> float:
    """Accuracy on real test images of a `cnn` that saw only these images."""
    classifier = ImageClassifier(net="cnn", max_epochs=10, validation_fraction=None, random_state=0)
    return float((classifier.fit(X, y).predict(X_test) == y_test).mean())


def mnist(epochs: int, seed: int) -> Iterator[str]:
    """GAN-train and coverage, beside real images and the Gaussian sampler."""
    data = load_data("mnist")
    (X, y, _), (X_test, y_test, _) = data.part("train"), data.part("test")
    labels = np.arange(N_TAUGHT) % 10
    started = time.perf_counter()
    gan = GAN(**MNIST, max_epochs=epochs, random_state=seed).fit(X, y)
    seconds = time.perf_counter() - started
    rows = np.random.default_rng(seed).permutation(len(X))
    sets = {"real images": (X[rows[:N_TAUGHT]], y[rows[:N_TAUGHT]])}
    sets["GAN"] = gan.sample(N_TAUGHT, labels, random_state=seed), labels
    sets["GaussianSampler"] = GaussianSampler().fit(X, y).sample(N_TAUGHT, labels, random_state=seed), labels
    others = rows[N_TAUGHT : 2 * N_TAUGHT]
    eye = recipes.small_classifier(N_TAUGHT, seed=seed).fit(X[others], y[others])
    reference = eye.embed(X_test[:N_COVERED])  # which no generator and no eye has seen
    yield f"GAN: {seconds:.0f} s, {epochs} epochs, kept {gan.record_['kept_epoch']}, alarms {gan.record_['alarms']}"
    yield "| 10,000 images | GAN-train, test images | coverage | recall |"
    yield "|---|---|---|---|"
    for name, (images, of_images) in sets.items():
        near = prdc(reference, eye.embed(images[:N_COVERED]))
        yield f"| {name} | {taught(images, of_images, X_test, y_test):.2%} | {near.coverage:.3f} | {near.recall:.3f} |"


def step() -> Iterator[str]:
    """Milliseconds of a step of both players at 28 x 28, batch 128; the best of three epochs of 100 steps, in turns."""
    X, y, _ = load_data("mnist").part("train")
    X, y = X[:12_800], y[:12_800]
    found: dict[str, list[float]] = {}
    ways: dict[str, Callable[[], float]] = {
        "textbook loop": lambda: textbook(X, y),
        "ours, no lever": lambda: ours(X, y, LEVERS["none"]),
        "ours, default levers": lambda: ours(X, y, LeversSpec()),
        "ours, no lever, float32": lambda: ours(X, y, LEVERS["none"], engine="fp32"),
        "ours, default levers, float32": lambda: ours(X, y, LeversSpec(), engine="fp32"),
    }
    for _ in range(3):
        for name, way in ways.items():
            found.setdefault(name, []).append(1000 * way() / 100)
    yield f"{torch.get_num_threads()} threads, a float32 product at {peak_gflops(torch.float32):.0f} GFLOP/s"
    yield "| loop | ms a step | times as fast |"
    yield "|---|---|---|"
    for name, times in found.items():
        yield f"| {name} | {min(times):.1f} | {min(found['textbook loop']) / min(times):.2f} |"


def ours(X: np.ndarray, y: np.ndarray, levers: LeversSpec, **settings: str) -> float:
    """Seconds of the quicker of two epochs."""
    gan = GAN(**MNIST, levers=levers, max_epochs=2, validation_fraction=None, random_state=0, **settings)
    return min(gan.fit(X, y).history_.times_s)


def textbook(X: np.ndarray, y: np.ndarray) -> float:
    """Seconds of the quicker of two epochs of the loop that tutorials show, with our players."""
    torch.manual_seed(0)
    players = DCGANSpec().build((28, 28, 1), 128, 10)
    images = torch.from_numpy(np.array(X))[:, None].float() / 127.5 - 1
    loader = DataLoader(TensorDataset(images, torch.from_numpy(np.array(y)).long()), batch_size=128, shuffle=True)
    adams = [torch.optim.Adam(p.parameters(), lr=2e-4, betas=(0.5, 0.999)) for p in (players.generator, players.discriminator)]
    return min(_epoch(players, loader, *adams) for _ in range(2))


def _epoch(players: torch.nn.Module, loader: DataLoader, adam_g: torch.optim.Optimizer, adam_d: torch.optim.Optimizer) -> float:
    started = time.perf_counter()
    for x, y in loader:
        ones, zeros = torch.ones(len(x)), torch.zeros(len(x))
        adam_d.zero_grad()
        binary_cross_entropy_with_logits(players.discriminator(x, y), ones).backward()
        fake = players.generator(torch.randn(len(x), 128), y)
        binary_cross_entropy_with_logits(players.discriminator(fake.detach(), y), zeros).backward()
        adam_d.step()
        adam_g.zero_grad()
        loss = binary_cross_entropy_with_logits(players.discriminator(fake, y), ones)
        loss.backward()
        adam_g.step()
        loss.item()  # what a tutorial prints
    return time.perf_counter() - started


def breastmnist(seeds: int) -> Iterator[str]:
    """Small data: seconds of a training and of 2,000 samples a class, and what the recorder saw."""
    data = load_data("breastmnist")
    (X, y, _), (X_val, y_val, _) = data.part("train"), data.part("val")
    yield "| seed | training, s | 2,000 samples a class, s | kept of | alarms | coverage, held out | GAN-train, held out |"
    yield "|---|---|---|---|---|---|---|"
    for seed in range(seeds):
        started = time.perf_counter()
        gan = GAN(random_state=seed).fit(X, y, X_val=X_val, y_val=y_val)
        fitted = time.perf_counter()
        drawn = np.concatenate([gan.sample(2000, label, random_state=seed) for label in (0, 1)])
        sampled = time.perf_counter()
        record, labels = gan.record_, np.repeat([0, 1], 2000)
        learned = recipes.small_classifier(2000, seed=seed).fit(drawn, labels)
        worth = balanced_accuracy(y_val, learned.predict(X_val))
        coverage = record["coverage"][record["measured_epochs"].index(record["kept_epoch"])]
        yield (
            f"| {seed} | {fitted - started:.0f} | {sampled - fitted:.1f} | {record['kept_epoch']} of {len(gan.history_)} | "
            f"{list(record['alarms'])} | {coverage:.2f} | {worth:.1%} |"
        )


def levers(source: str, images: int, seeds: int) -> Iterator[str]:
    """Candidates for the defaults; what their samples teach is judged on other training images."""
    X, y, _ = load_data(source).part("train")
    order = np.random.default_rng(0).permutation(len(X))
    n = min(images, int(0.8 * len(X)))
    (fit, held), default = (order[:n], order[n : n + 2000]), LeversSpec()
    candidates = {
        "default": {},
        "no lever": {"levers": LEVERS["none"]},
        "r1 0.1": {"levers": replace(default, r1=0.1)},
        "r1 10": {"levers": replace(default, r1=10.0)},
        "no average": {"levers": replace(default, ema=0.0)},
        "shift 0.125": {"levers": replace(default, shift=0.125)},
        "batches of 32": {"batch_size": 32},
        "rate 1e-3": {"learning_rate": 1e-3},
        "rate 2e-4": {"learning_rate": 2e-4},
    }
    epochs = max(10, min(150, round(60_000 / n)))
    labels = y[fit][spread_sample(y[fit], 2000, 0)]
    yield f"{source}: {n} images, {epochs} epochs, {seeds} seeds; GAN-train on {len(held)} others, %"
    for name, settings in candidates.items():
        worth = []
        for seed in range(seeds):
            gan = GAN(**{"max_epochs": epochs, "random_state": seed, **settings}).fit(X[fit], y[fit])
            drawn = gan.sample(len(labels), labels, random_state=seed)
            learned = recipes.small_classifier(len(labels), seed=seed).fit(drawn, labels)
            worth.append(100 * balanced_accuracy(y[held], learned.predict(X[held])))
        yield f"| {name} | {np.mean(worth):.1f} | {min(worth):.1f}-{max(worth):.1f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("part", choices=("mnist", "step", "breastmnist", "levers"))
    parser.add_argument("data", nargs="?", default="digits")
    for name, default in (("epochs", 60), ("seed", 0), ("seeds", 5), ("images", 1000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    parts = {
        "mnist": lambda: mnist(asked.epochs, asked.seed),
        "step": step,
        "breastmnist": lambda: breastmnist(asked.seeds),
        "levers": lambda: levers(asked.data, asked.images, asked.seeds),
    }
    for line in parts[asked.part]():
        print(line, flush=True)


if __name__ == "__main__":
    main()
