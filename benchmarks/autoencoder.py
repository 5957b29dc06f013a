"""One epoch of the dense `Autoencoder()` on MNIST, beside a textbook loop and the machine's own peak.

    TASVIR_DATA=... python benchmarks/autoencoder.py [--rounds 3]

The textbook loop is how PyTorch's own tutorials read MNIST: a map-style data set that makes a Pillow image of each example
and a float tensor of that, a `DataLoader` that shuffles, Adam as it comes, `loss.item()` at each step. Nets, batch sizes and
learning rates are equal. The peak is the best rate of a product of two 2048 x 2048 float32 matrices. All three are measured
in turn in the same run; the figures are medians over the rounds.
"""

import argparse
import time
from itertools import pairwise

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

from tasvir import Autoencoder, load_data

BATCH = 100
WIDTHS = (784, 500, 200, 100, 30)


class Textbook(Dataset):
    """One example at a time: Pillow image, then float tensor."""

    def __init__(self, images: np.ndarray, labels: np.ndarray):
        self.images, self.labels = images, labels

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int):
        picture = Image.fromarray(self.images[index])
        pixels = torch.from_numpy(np.array(picture)).unsqueeze(0)
        return pixels.float().div(255), int(self.labels[index])


def textbook_seconds(X: np.ndarray, y: np.ndarray) -> float:
    """One epoch of the loop that a student writes first."""
    down = [layer for a, b in pairwise(WIDTHS) for layer in (nn.Linear(a, b), nn.ReLU())]
    up = [layer for a, b in pairwise(WIDTHS[::-1]) for layer in (nn.Linear(a, b), nn.ReLU())]
    net = nn.Sequential(*down[:-1], *up[:-1], nn.Sigmoid())
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    criterion = nn.MSELoss()
    loader = DataLoader(Textbook(X, y), batch_size=BATCH, shuffle=True)
    running = 0.0
    started = time.perf_counter()
    for images, _ in loader:
        images = images.view(images.size(0), -1)
        optimizer.zero_grad()
        loss = criterion(net(images), images)
        loss.backward()
        optimizer.step()
        running += loss.item()
    return time.perf_counter() - started


def our_seconds(X: np.ndarray) -> float:
    """One epoch of `Autoencoder()`; the epoch's own time, as `history_` has it."""
    return Autoencoder(max_epochs=1, validation_fraction=None, random_state=0).fit(X).history_.times_s[0]


def peak_flops(size: int = 2048, repeats: int = 5) -> float:
    """Floating-point operations a second of a large matrix product: the best of some."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    best = float("inf")
    for _ in range(repeats + 1):
        started = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - started)
    return 2 * size**3 / best


def epoch_flops(n_images: int) -> float:
    """Multiplications and additions of one epoch: forward, gradients of weights, gradients of inputs but the first layer's."""
    weights = 2 * sum(a * b for a, b in pairwise(WIDTHS))
    return 2.0 * n_images * (3 * weights - WIDTHS[0] * WIDTHS[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    X, y, _ = load_data("mnist").part("train")
    our_seconds(X[:2000])  # the first steps load libraries
    rows = [(our_seconds(X), textbook_seconds(X, y), peak_flops()) for _ in range(rounds)]
    ours, textbook, peak = (float(np.median(column)) for column in zip(*rows, strict=True))
    rate = epoch_flops(len(X)) / ours
    print(f"threads {torch.get_num_threads()}, {len(X):,} images, batch {BATCH}, median of {rounds} rounds")
    print(f"Autoencoder()        {ours:7.2f} s an epoch   {rate / 1e9:6.0f} GFLOP/s")
    print(f"textbook DataLoader  {textbook:7.2f} s an epoch   ratio {textbook / ours:.2f}   (asked: 3.5)")
    print(f"matrix product peak  {peak / 1e9:7.0f} GFLOP/s      share {rate / peak:.0%}   (asked: 40 %)")
    floor = epoch_flops(len(X)) / peak
    print(f"at the full peak an epoch would take {floor:.2f} s: a ratio of {textbook / floor:.2f}")


if __name__ == "__main__":
    main()
