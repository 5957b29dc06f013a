"""Tasvir, asked as its peers are: the words after a slash are the precision."""

import os

import numpy as np
import torch
from speak import FILE, answer

from tasvir import VAE, Autoencoder, CNNSpec, ImageClassifier

SHARED = {"max_epochs": 1, "validation_fraction": None, "random_state": 0, "device": "cpu"}
JOBS = {
    "dense autoencoder": Autoencoder(batch_size=100, **SHARED),
    "cnn": ImageClassifier(net=CNNSpec(filters=(32, 64, 64), batch_norm=False), batch_size=64, weight_decay=0.0, **SHARED),
    "residual net": ImageClassifier(net="resnet", augment="shift", batch_size=32, **SHARED),
    "conv VAE": VAE(net="conv", n_components=16, likelihood="gaussian", likelihood_sd=0.15, batch_size=128, **SHARED),
}


def prepared(name, precision):
    """The seconds of an epoch are those that the history has, as the peers' leave out what comes before and after."""
    with np.load(FILE) as found:
        X, y = found["X"], found["y"]
    estimator = type(JOBS[name])(**JOBS[name].get_params(deep=False) | {"engine": precision})
    return lambda: lambda: estimator.fit(X, y).history_.times_s[0]


if __name__ == "__main__":
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    answer({f"{name}/{precision}": prepared(name, precision) for name in JOBS for precision in ("fp32", "bf16")})
