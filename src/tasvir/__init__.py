"""Tasvir: what can be learned from a small set of labelled images, and does generating more of it help?

The public names are imported when they are first used, so that ``import tasvir`` stays light.
"""

import importlib

__version__ = "0.1.0.dev0"

_HOMES = {
    "Autoencoder": "tasvir.models.autoencoder",
    "GaussianSampler": "tasvir.models.gaussian_sampler",
    "ImageClassifier": "tasvir.models.image_classifier",
    "PCA": "sklearn.decomposition",
    "Isomap": "sklearn.manifold",
    "Dataset": "tasvir.data.dataset",
    "VAE": "tasvir.models.vae",
    "load_data": "tasvir.data.load",
    "load_model": "tasvir.models.folder",
    "open_run": "tasvir.records.run",
    "save_model": "tasvir.models.folder",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'tasvir' has no attribute {name!r}; it has {', '.join(_HOMES)}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
