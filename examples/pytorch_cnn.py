"""A textbook PyTorch CNN on the MNIST-in-CSV format, read through Tasvir.

    python examples/pytorch_cnn.py mnist_train.csv mnist_test.csv

Any other set works too: give `load_data` its name or path.
"""

import sys

import torch
from torch import nn
from torch.utils.data import DataLoader

from tasvir import load_data


def main(train_csv: str, test_csv: str, epochs: int = 2) -> float:
    data = load_data(train_csv, test=test_csv)
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.LazyLinear(len(data.class_names)))
    net(data.torch("train")[0][0][None])  # the first image tells the last layer its size
    optimizer = torch.optim.Adam(net.parameters())
    for _ in range(epochs):
        for x, y in DataLoader(data.torch("train"), batch_size=64, shuffle=True):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
    right = sum((net(x).argmax(1) == y).sum().item() for x, y in DataLoader(data.torch("test"), batch_size=256))
    return right / len(data.torch("test"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python examples/pytorch_cnn.py TRAIN.csv TEST.csv")
    print(f"test accuracy {main(*sys.argv[1:]):.4f}")
