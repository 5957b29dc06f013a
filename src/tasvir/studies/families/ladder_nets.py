"""The nets of the study of codes, unfitted: both autoencoders, the classifier of codes, and the one that has the encoder."""

from collections.abc import Sequence
from typing import Any

from tasvir.models.autoencoder import Autoencoder
from tasvir.models.image_classifier import ImageClassifier
from tasvir.nets.dense import DenseSpec
from tasvir.nets.mlp import MLPSpec
from tasvir.studies.families.as_given import DECAY, RATE, GivenAutoencoder
from tasvir.studies.recipes import HELD_OUT

#: The peaks of the one-cycle schedule, chosen on training images of MNIST that were held out: of a classifier of codes
#: (2e-2: 96.6 %, 1e-2: 96.3, 5e-3: 96.1, 1e-3: 94.9) and of encoder and head together (3e-3: 98.5 %, 1e-3: 98.3).
CLASSIFIER_RATE, TUNED_RATE = 2e-2, 3e-3
#: At most so many training images are held out to be watched.
MOST_WATCHED = 2000
AUTOENCODERS = {"given": GivenAutoencoder, "repaired": Autoencoder}


def autoencoder(kind: str, *, hidden: Sequence[int], code: int, epochs: int, batch_size: int) -> Autoencoder:
    """The autoencoder of a kind: with the decay in the gradient as it is given, or beside it."""
    unfitted = AUTOENCODERS[kind](net=DenseSpec(tuple(hidden)), n_components=code, max_epochs=epochs, batch_size=batch_size)
    return unfitted.set_params(learning_rate=RATE, weight_decay=DECAY)


def classifier(layers: Sequence[int], *, epochs: int, batch_size: int) -> ImageClassifier:
    """Dense layers on any numbers."""
    unfitted = ImageClassifier(net=MLPSpec(tuple(layers)), max_epochs=epochs, batch_size=batch_size)
    return unfitted.set_params(learning_rate=CLASSIFIER_RATE, weight_decay=DECAY)


def tuned_classifier(fitted: Autoencoder, *, epochs: int, batch_size: int) -> ImageClassifier:
    """The encoder and a layer on its codes, which learn together."""
    unfitted = ImageClassifier(pretrained=fitted, max_epochs=epochs, batch_size=batch_size)
    return unfitted.set_params(learning_rate=TUNED_RATE, weight_decay=DECAY)


def watched_share(n_images: int) -> float:
    """The part of the training images that is held out to be watched."""
    return min(HELD_OUT, MOST_WATCHED / n_images)


def told_of(net: Any) -> dict[str, Any]:
    """The settings of a training."""
    names = ("learning_rate", "weight_decay", "batch_size")
    return {name: getattr(net, name) for name in names} | {"epochs": len(net.history_)}
