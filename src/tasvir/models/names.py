"""The one table of models: public name, module, word of the command line, promises; and of the specs that describe their nets.

The package's shop window, the model folder, the help of `tasvir fit` and the catalogue of the tests read it. It loads nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Model:
    """Where an estimator lives, what `tasvir fit` calls it, and what it promises (the words of `tasvir.contracts.checks`)."""

    module: str
    word: str
    promises: tuple[str, ...]


MODELS = {
    "Autoencoder": Model("tasvir.models.autoencoder", "autoencoder", ("transformer",)),
    "VAE": Model("tasvir.models.vae", "vae", ("transformer", "sampler")),
    "Denoiser": Model("tasvir.models.denoiser", "denoiser", ("denoiser",)),
    "GAN": Model("tasvir.models.gan", "gan", ("sampler",)),
    "LandmarkIsomap": Model("tasvir.models.landmark_isomap", "landmark-isomap", ("transformer",)),
    "GaussianSampler": Model("tasvir.models.gaussian_sampler", "gaussian-sampler", ("sampler",)),
    "ImageClassifier": Model("tasvir.models.image_classifier", "image-classifier", ("classifier",)),
}
SPECS = {
    "AugmentSpec": "tasvir.nets.augment",
    "CNNSpec": "tasvir.nets.cnn",
    "ConvSpec": "tasvir.nets.conv",
    "DCGANSpec": "tasvir.nets.dcgan",
    "DenseSpec": "tasvir.nets.dense",
    "EncoderTrunkSpec": "tasvir.nets.trunk",
    "FCGANSpec": "tasvir.nets.fcgan",
    "HourglassSpec": "tasvir.nets.hourglass",
    "LeversSpec": "tasvir.models.levers",
    "MLPSpec": "tasvir.nets.mlp",
    "PairSpec": "tasvir.nets.pair",
    "RecorderSpec": "tasvir.models.flight_recorder",
    "ResNetSpec": "tasvir.nets.resnet",
    "UNetSpec": "tasvir.nets.unet",
    "VGGSpec": "tasvir.nets.vgg",
}


def words() -> str:
    """What `tasvir fit` may be given, for a reader."""
    *first, last = (model.word for model in MODELS.values())
    return f"{', '.join(first)} or {last}"
