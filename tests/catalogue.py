"""Every estimator of ours, as the contract tests try it: constructor settings fit for very small data."""

from tasvir import (
    VAE,
    Autoencoder,
    CNNSpec,
    ConvSpec,
    DenseSpec,
    GaussianSampler,
    ImageClassifier,
    MLPSpec,
    ResNetSpec,
)
from tasvir.models.names import MODELS

#: name -> an unfitted instance
ESTIMATORS = {
    "Autoencoder-dense": Autoencoder(net=DenseSpec(hidden=(16,)), n_components=2, max_epochs=2, device="cpu"),
    "Autoencoder-conv": Autoencoder(net=ConvSpec(filters=(4,)), n_components=2, max_epochs=2, device="cpu"),
    "VAE-dense": VAE(net=DenseSpec(hidden=(16,)), n_components=2, max_epochs=2, device="cpu"),
    "VAE-conv-conditional": VAE(net=ConvSpec(filters=(4,)), n_components=2, conditional=True, max_epochs=2, device="cpu"),
    "GaussianSampler": GaussianSampler(),
    "ImageClassifier-resnet": ImageClassifier(
        net=ResNetSpec(widths=(8, 16)), max_epochs=20, batch_size=16, learning_rate=0.02, device="cpu"
    ),
    "ImageClassifier-cnn": ImageClassifier(
        net=CNNSpec(filters=(4,), dense=(8,), dropout=0.1), max_epochs=20, batch_size=16, learning_rate=0.02, device="cpu"
    ),
    "ImageClassifier-dense": ImageClassifier(
        net=MLPSpec(hidden=(16,)), max_epochs=20, batch_size=16, learning_rate=0.02, device="cpu"
    ),
}


def promises_of(estimator) -> tuple[str, ...]:
    """What is declared for its class, or the class of ours that it is derived from."""
    return next(MODELS[kind.__name__].promises for kind in type(estimator).__mro__ if kind.__name__ in MODELS)
