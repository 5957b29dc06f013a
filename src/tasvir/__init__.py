"""Tasvir: what can be learned from a small set of labelled images, and does generating more of it help?

The public names are imported when they are first used, so that ``import tasvir`` stays light.
"""

import importlib
from typing import Any

from tasvir.models.names import MODELS, SPECS

__version__ = "0.1.0.dev0"

_OTHERS = {
    "PCA": "sklearn.decomposition",
    "Isomap": "sklearn.manifold",
    "Dataset": "tasvir.data.dataset",
    "anatomy": "tasvir.explain.anatomy",
    "audit": "tasvir.data.audit.audit",
    "copy_audit": "tasvir.measures.copies",
    "draw_codes": "tasvir.explain.latent_grid",
    "grad_cam": "tasvir.explain.grad_cam",
    "interpolate": "tasvir.explain.walk",
    "latent_grid": "tasvir.explain.latent_grid",
    "traverse": "tasvir.explain.walk",
    "dataset_from_arrays": "tasvir.data.load",
    "layers": "tasvir.nets.arithmetic.chain",
    "load_data": "tasvir.data.load",
    "load_model": "tasvir.models.folder",
    "open_run": "tasvir.records.run",
    "overlay": "tasvir.explain.overlay",
    "save_model": "tasvir.models.folder",
    "score_classifier": "tasvir.measures.classification",
    "verdict": "tasvir.measures.verdict",
}
_HOMES = {name: model.module for name, model in MODELS.items()} | SPECS | _OTHERS

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tasvir' has no attribute {name!r}; it has {', '.join(_HOMES)}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
