"""A fitted estimator as a folder: `model.json` (settings, what was learned) and `weights.safetensors` (the net).

A fitted estimator that it holds is a folder within the folder. Loading never unpickles and never runs code from the folder.
"""

import importlib
import json
import shutil
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

import tasvir
from tasvir.contracts.atomic import atomic_folder
from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.dataset import Dataset
from tasvir.models.description import DESCRIPTION, Reader, Writer, is_fitted, is_ours, kept_settings, sha256
from tasvir.models.names import MODELS, words
from tasvir.train.checkpoint import TRAINING_FILE
from tasvir.train.history import History

#: 2: convolutional nets pad nothing inside, so that their layers are numbered otherwise; 3: so are those of dense classifiers.
FORMAT, WEIGHTS = 3, "weights.safetensors"


def save_model(
    estimator: Any,
    path: str | Path,
    *,
    class_names: Sequence[str] | None = None,
    data: Dataset | None = None,
) -> Path:
    """How is a fitted estimator kept for later?

    Parameters
    ----------
    estimator : fitted Tasvir estimator
        With the fitted estimators that it holds. `hooks`, `engine` and `device` are not saved: they say how it was run. Nor is
        `pretrained`: the trunk's weights are.
    path : str or Path
        The model folder; it appears whole or not at all, and replaces a model folder that is there.
    class_names : sequence of str, optional
        The words of the labels 0, 1, ... that it was fitted on: kept as `class_names_`, the words of its `classes_`.
    data : Dataset, optional
        The set that it was fitted on. Kept of it: the words of its classes; as `value_range_` what became black and white in its
        images, by which `tasvir predict` and the like read others; and as `fitted_on_` its fingerprint, so that
        `tasvir evaluate` does not score images that were learned.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    BadInputError
        The estimator is not fitted, not Tasvir's (scikit-learn's own are not saved), or holds a spec that is not Tasvir's.

    Notes
    -----
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
    name, path = type(estimator).__name__, Path(path)
    if not is_ours(estimator):
        raise BadInputError(f"{name} cannot be saved: give a fitted {' or '.join(MODELS)}")
    if not is_fitted(estimator):
        raise BadInputError(f"this {name} is not fitted: call fit before save_model")
    with atomic_folder(path) as folder:
        described = _described(estimator, Writer(folder, save_model), class_names=class_names, data=data)
        weights = {key: tensor.contiguous() for key, tensor in estimator._weights().items()}
        save_file(weights, folder / WEIGHTS)
        described["weights_sha256"] = sha256(folder / WEIGHTS)
        (folder / DESCRIPTION).write_text(json.dumps(described, indent=1))
        if (path / TRAINING_FILE).is_file():
            shutil.copy2(path / TRAINING_FILE, folder)
    return path


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

    Notes
    -----
    See `save_model`.

    Examples
    --------
    See `save_model`.
    """
    path = Path(path)
    described, reader = _read_description(path), Reader(path, load_model)
    try:
        estimator = reader.estimator(described["class"], described["params"])
        _take_learned(estimator, described, reader)
        if sha256(path / WEIGHTS) != described["weights_sha256"]:
            raise DataFileError(f"{path / WEIGHTS} is damaged (its content has changed): save the model again")
        estimator._take_weights(load_file(path / WEIGHTS))
    except DataFileError:
        raise
    except Exception as error:  # whatever a damaged folder breaks, the user hears which folder
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DataFileError(f"{path} is damaged ({reason}): save the model again") from None
    return estimator


def new_model(word: str) -> Any:
    """An unfitted estimator by its name as people write it: 'Autoencoder', 'image-classifier'."""
    asked = word.replace("-", "").replace("_", "").lower()
    for name, model in MODELS.items():
        if asked in (name.lower(), model.word.replace("-", "")):
            return getattr(importlib.import_module(model.module), name)()
    near = get_close_matches(word.lower(), [model.word for model in MODELS.values()], n=1)
    raise BadInputError(f"no model {word!r}: " + (f"did you mean {near[0]!r}?" if near else f"give {words()}"))


def _described(estimator: Any, writer: Writer, *, class_names: Sequence[str] | None, data: Dataset | None) -> dict[str, Any]:
    """All of `model.json` but the hash of the weights."""
    space = {} if estimator._space is None else {estimator._space.kind: estimator.space_.to_json()}
    names = class_names if data is None else data.class_names
    return {
        "format": FORMAT,
        "tasvir": tasvir.__version__,
        "class": type(estimator).__name__,
        "params": {key: writer.plain(value, key) for key, value in kept_settings(estimator).items()},
        **space,
        "n_features_in": getattr(estimator, "n_features_in_", None),
        "precision": getattr(estimator, "precision_", None),
        "history": _timeless(estimator.history_) if hasattr(estimator, "history_") else None,
        "learned": {key: writer.plain(value, key) for key, value in _learned(estimator, names, data).items()},
    }


def _take_learned(estimator: Any, described: Mapping[str, Any], reader: Reader) -> None:
    if estimator._space is not None:
        estimator.space_ = estimator._space.from_json(described[estimator._space.kind])
    if described["n_features_in"] is not None:
        estimator.n_features_in_ = described["n_features_in"]
    if described["precision"] is not None:
        estimator.precision_ = described["precision"]
    if described["history"] is not None:
        estimator.history_ = History().load(described["history"])
    for key, value in reader.revive_all(described["learned"]).items():
        if key.startswith("_") or not key.endswith("_"):  # methods are not learned
            raise DataFileError(f"model.json says that {key!r} was learned, which no estimator does: save the model again")
        setattr(estimator, key, value)


def _timeless(history: History) -> dict[str, Any]:
    """The curves without their seconds: equal trainings give equal folders."""
    return history.state() | {"times_s": []}


def _read_description(path: Path) -> dict[str, Any]:
    file = path / DESCRIPTION
    if not file.is_file():
        raise DataFileError(f"{path} is no model folder (no model.json in it): give a folder made by save_model or `tasvir fit`")
    try:
        described = json.loads(file.read_text())
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataFileError(f"{file} is damaged ({error}): save the model again") from None
    if not isinstance(described, dict) or described.get("format") != FORMAT:
        raise DataFileError(f"{file} is not of format {FORMAT}: use the version of Tasvir that wrote it, or save the model again")
    return described


def _learned(estimator: Any, class_names: Sequence[str] | None, data: Dataset | None) -> dict[str, Any]:
    of_data = {name: getattr(estimator, name, None) for name in ("value_range_", "clipped_", "fitted_on_")}
    if data is not None:
        card = data.card
        of_data = {"value_range_": card.value_range, "clipped_": card.clipped or None, "fitted_on_": data.fingerprint}
    learned = estimator._more_learned() | {name: value for name, value in of_data.items() if value is not None}
    classes = learned.get("classes_")
    if class_names is not None and classes is not None and classes.dtype.kind in "iu":
        learned["class_names_"] = tuple(class_names[label] for label in classes)
    return learned
