"""Small sets of images made by hand, and models fitted on them."""

import numpy as np
import pytest

from tasvir import Autoencoder, Dataset, ImageClassifier
from tasvir.data.dataset import DataCard
from tasvir.nets.mlp import MLPSpec

CARD = DataCard("made", "here", "none", "", "", "given", "none")


@pytest.fixture(scope="session")
def make_dataset():
    """A set whose classes differ in brightness: the k-th name is the k-th brightest, whatever its label."""

    def make(names=("ant", "bee", "cat"), *, bright=("ant", "bee", "cat"), shape=(8, 8), n=60, **more) -> Dataset:
        labels = np.arange(n) % len(names)
        level = np.array([bright.index(name) if name in bright else 0 for name in names])[labels]
        noise = np.random.default_rng(0).integers(0, 80, (n, *shape))
        images = (noise + 80 * level.reshape(-1, *[1] * len(shape))).astype(np.uint8)
        split = np.repeat(["train", "test"], [n // 2, n - n // 2])
        given = {"groups": None, "split": split} | more
        return Dataset("made", images, labels, tuple(names), card=CARD, **given)

    return make


@pytest.fixture(scope="session")
def dataset(make_dataset) -> Dataset:
    return make_dataset()


def unfitted_classifier() -> ImageClassifier:
    net = MLPSpec(hidden=(8,))
    return ImageClassifier(net=net, max_epochs=30, batch_size=8, learning_rate=0.02, device="cpu", random_state=0)


@pytest.fixture(scope="session")
def classifier(dataset):
    """Knows the labels 0, 1, 2, and no names."""
    return unfitted_classifier().fit(*dataset.part("train")[:2])


@pytest.fixture(scope="session")
def named_classifier(dataset):
    """The same, fitted on words."""
    X, y, _ = dataset.part("train")
    return unfitted_classifier().fit(X, np.array(dataset.class_names)[y])


@pytest.fixture(scope="session")
def autoencoder(dataset):
    return Autoencoder(n_components=3, max_epochs=1, device="cpu", random_state=0).fit(dataset.part("train")[0])
