"""A fitted estimator as a folder: `model.json` (settings, what was learned) and `weights.safetensors` (the net).

Loading never unpickles and never runs code from the folder: classes and specs come from the registries below.
"""

import dataclasses
import hashlib
import importlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import load_file, save_file

import tasvir
from tasvir.contracts.atomic import atomic_folder
from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.contracts.pixels import PixelSpace
from tasvir.contracts.specs import is_spec
from tasvir.models.trained import RUNNING
from tasvir.train.checkpoint import TRAINING_FILE
from tasvir.train.history import History

FORMAT, WEIGHTS = 1, "weights.safetensors"
ESTIMATORS = {
    "Autoencoder": "tasvir.models.autoencoder",
    "GaussianSampler": "tasvir.models.gaussian_sampler",
    "ImageClassifier": "tasvir.models.image_classifier",
    "VAE": "tasvir.models.vae",
}
SPECS = {
    "AugmentSpec": "tasvir.nets.augment",
    "CNNSpec": "tasvir.nets.cnn",
    "ConvSpec": "tasvir.nets.conv",
    "DenseSpec": "tasvir.nets.dense",
    "EncoderTrunkSpec": "tasvir.nets.trunk",
    "MLPSpec": "tasvir.nets.mlp",
    "ResNetSpec": "tasvir.nets.resnet",
}


#: Settings that are not kept: how it was run, and what its own weights hold already.
NOT_KEPT = (*RUNNING, "pretrained")


def save_model(estimator: Any, path: str | Path, *, class_names: Sequence[str] | None = None) -> Path:
    """How is a fitted estimator kept for later?

    Parameters
    ----------
    estimator : fitted Tasvir estimator
        Its `hooks`, `engine` and `device` are not saved: they say how it was run. Nor is `pretrained`: the trunk's weights are.
    path : str or Path
        The model folder; it appears whole or not at all, and replaces a model folder that is there.
    class_names : sequence of str, optional
        The words of the labels 0, 1, ... that it was fitted on: kept as `class_names_`, the words of its `classes_`.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    BadInputError
        The estimator is not fitted, not Tasvir's (scikit-learn's own are not saved), or holds a spec that is not Tasvir's.

    Source
    ------
    safetensors for the weights, JSON for the rest.

    Examples
    --------
    >>> import tempfile
    >>> from tasvir import Autoencoder, load_data, load_model, save_model
    >>> X, _, _ = load_data("digits").part("train")
    >>> folder = save_model(Autoencoder(n_components=2, max_epochs=1).fit(X), tempfile.mkdtemp())
    >>> load_model(folder).transform(X).shape
    (1433, 2)
    """
    name = type(estimator).__name__
    if ESTIMATORS.get(name) != type(estimator).__module__:
        raise BadInputError(f"{name} cannot be saved: give a fitted {' or '.join(ESTIMATORS)}")
    if not hasattr(estimator, "pixels_"):
        raise BadInputError(f"this {name} is not fitted: call fit before save_model")
    described = {
        "format": FORMAT,
        "tasvir": tasvir.__version__,
        "class": name,
        "params": {key: _plain(value) for key, value in estimator.get_params(deep=False).items() if key not in NOT_KEPT},
        "pixels": dataclasses.asdict(estimator.pixels_),
        "n_features_in": estimator.n_features_in_,
        "history": _timeless(estimator.history_) if hasattr(estimator, "history_") else None,
        "learned": {key: _plain(value) for key, value in _learned(estimator, class_names).items()},
    }
    with atomic_folder(Path(path)) as folder:
        weights = {key: tensor.contiguous() for key, tensor in estimator._weights().items()}
        save_file(weights, folder / WEIGHTS)
        described["weights_sha256"] = _sha256(folder / WEIGHTS)
        (folder / "model.json").write_text(json.dumps(described, indent=1))
        if (Path(path) / TRAINING_FILE).is_file():
            shutil.copy2(Path(path) / TRAINING_FILE, folder)
    return Path(path)


def load_model(path: str | Path) -> Any:
    """What does a model folder hold? The fitted estimator, ready to `transform` or `predict`.

    Parameters
    ----------
    path : str or Path
        A folder made by `save_model`.

    Returns
    -------
    estimator
        Fitted, with ``device="auto"``.

    Raises
    ------
    DataFileError
        No model folder, a damaged file, another format, or a class or spec that is not Tasvir's.

    Source
    ------
    See `save_model`.

    Examples
    --------
    See `save_model`.
    """
    path = Path(path)
    described = _read_description(path)
    try:
        estimator = _known(described["class"], ESTIMATORS, path)(
            **{key: _revive(value, path) for key, value in described["params"].items()}
        )
        pixels = described["pixels"]
        estimator.pixels_ = PixelSpace(**(pixels | {"shape": tuple(pixels["shape"])}))
        estimator.n_features_in_ = described["n_features_in"]
        if described["history"] is not None:
            estimator.history_ = History().load(described["history"])
        for key, value in described["learned"].items():
            setattr(estimator, key, _revive(value, path))
        if _sha256(path / WEIGHTS) != described["weights_sha256"]:
            raise DataFileError(f"{path / WEIGHTS} is damaged (its content has changed): save the model again")
        estimator._take_weights(load_file(path / WEIGHTS))
    except DataFileError:
        raise
    except Exception as error:  # whatever a damaged folder breaks, the user hears which folder
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataFileError(f"{path} is damaged ({reason}): save the model again") from None
    return estimator


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _timeless(history: History) -> dict:
    """The curves without their seconds: equal trainings give equal folders."""
    return history.state() | {"times_s": []}


def new_model(word: str) -> Any:
    """An unfitted estimator by its name as people write it: 'Autoencoder', 'image-classifier'."""
    names = {name.lower(): name for name in ESTIMATORS}
    name = names.get(word.replace("-", "").replace("_", "").lower())
    if name is None:
        raise BadInputError(f"no model {word!r}: choose from {', '.join(ESTIMATORS)}")
    return getattr(importlib.import_module(ESTIMATORS[name]), name)()


def _read_description(path: Path) -> dict:
    file = path / "model.json"
    if not file.is_file():
        raise DataFileError(f"{path} is no model folder (no model.json in it): give a folder made by save_model or `tasvir fit`")
    try:
        described = json.loads(file.read_text())
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise DataFileError(f"{file} is damaged ({error}): save the model again") from None
    if not isinstance(described, dict) or described.get("format") != FORMAT:
        raise DataFileError(f"{file} is not of format {FORMAT}: use the version of Tasvir that wrote it, or save the model again")
    return described


def _learned(estimator: Any, class_names: Sequence[str] | None) -> dict[str, Any]:
    learned = estimator._more_learned()
    classes = learned.get("classes_")
    if class_names is not None and classes is not None and classes.dtype.kind in "iu":
        learned["class_names_"] = tuple(class_names[label] for label in classes)
    return learned


def _plain(value: Any) -> Any:
    """JSON for a setting or something learned; specs, arrays and tuples are marked."""
    if is_spec(value):
        name = type(value).__name__
        if SPECS.get(name) != type(value).__module__:
            raise BadInputError(f"{name} cannot be saved: only Tasvir's own specs are ({', '.join(SPECS)})")
        return {"spec": name, "fields": {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}}
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": "str" if value.dtype == object else value.dtype.str}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple | list):
        return {"tuple": [_plain(item) for item in value]}
    if isinstance(value, np.random.RandomState | np.random.Generator):
        return None
    return value


def _revive(value: Any, path: Path) -> Any:
    if not isinstance(value, dict):
        return value
    if "spec" in value:
        spec = _known(value["spec"], SPECS, path)
        return spec(**{key: _revive(field, path) for key, field in value["fields"].items()})
    if "array" in value:
        return np.array(value["array"], dtype=value["dtype"])
    return tuple(_revive(item, path) for item in value["tuple"])


def _known(name: str, registry: dict[str, str], path: Path) -> Any:
    if name not in registry:
        raise DataFileError(f"{path} asks for {name!r}, which is not Tasvir's: only {', '.join(registry)} are loaded")
    return getattr(importlib.import_module(registry[name]), name)
