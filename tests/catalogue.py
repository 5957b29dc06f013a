"""Every estimator of ours, as the contract tests try it: constructor settings fit for very small data."""

from tasvir import (
    GAN,
    VAE,
    Autoencoder,
    CNNSpec,
    ConvSpec,
    DCGANSpec,
    Denoiser,
    DenseSpec,
    FCGANSpec,
    GaussianSampler,
    HourglassSpec,
    ImageClassifier,
    LandmarkIsomap,
    MLPSpec,
    RecorderSpec,
    ResNetSpec,
    UNetSpec,
    VGGSpec,
)
from tasvir.models.names import MODELS

#: Float32, so that a promise fails on every machine or on none.
FP32 = {"device": "cpu", "engine": "fp32"}

#: What is seldom looked at is tested elsewhere: a net that sees is trained before the first look.
SELDOM = {"recorder": RecorderSpec(measure_every=100, grid_every=100, grid_side=2), "validation_fraction": None}
#: name -> an unfitted instance
ESTIMATORS = {
    "Autoencoder-dense": Autoencoder(net=DenseSpec(hidden=(16,)), n_components=2, max_epochs=2, **FP32),
    "Autoencoder-conv": Autoencoder(net=ConvSpec(filters=(4,)), n_components=2, max_epochs=2, **FP32),
    "VAE-dense": VAE(net=DenseSpec(hidden=(16,)), n_components=2, max_epochs=2, **FP32),
    "VAE-conv-conditional": VAE(net=ConvSpec(filters=(4,)), n_components=2, conditional=True, max_epochs=2, **FP32),
    "Denoiser-unet": Denoiser(net=UNetSpec(widths=(4, 4)), variance=0.2, max_epochs=2, batch_size=36, learning_rate=0.02, **FP32),
    "Denoiser-textbook-told": Denoiser(
        net=HourglassSpec(filters=(4,)),
        variance=(0.05, 0.3),
        blind=False,
        max_epochs=2,
        batch_size=36,
        learning_rate=0.02,
        **FP32,
    ),
    "GAN-conv": GAN(net=DCGANSpec(generator=(8,), discriminator=(4,), dense=8), n_components=4, max_epochs=2, **SELDOM, **FP32),
    "GAN-dense": GAN(
        net=FCGANSpec(generator=(16,), discriminator=(16,)), n_components=4, max_epochs=2, loss="relativistic", **SELDOM, **FP32
    ),
    "LandmarkIsomap": LandmarkIsomap(n_neighbors=3, n_landmarks=20),
    "GaussianSampler": GaussianSampler(),
    "ImageClassifier-vgg": ImageClassifier(net=VGGSpec(widths=(8, 8)), max_epochs=20, batch_size=16, learning_rate=0.02, **FP32),
    "ImageClassifier-resnet": ImageClassifier(
        net=ResNetSpec(widths=(8, 16)), max_epochs=20, batch_size=16, learning_rate=0.02, **FP32
    ),
    "ImageClassifier-cnn": ImageClassifier(
        net=CNNSpec(filters=(4,), dense=(8,), dropout=0.1), max_epochs=20, batch_size=16, learning_rate=0.02, **FP32
    ),
    "ImageClassifier-dense": ImageClassifier(net=MLPSpec(hidden=(16,)), max_epochs=20, batch_size=16, learning_rate=0.02, **FP32),
}


def promises_of(estimator) -> tuple[str, ...]:
    """What is declared for its class, or the class of ours that it is derived from."""
    return next(MODELS[kind.__name__].promises for kind in type(estimator).__mro__ if kind.__name__ in MODELS)
