"""Settings and learned values as JSON, and back. Fitted estimators among them become folders of their own.

Classes and specs come from the one table: what a folder names beside them is never loaded.
"""

import dataclasses
import hashlib
import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.contracts.specs import is_spec
from tasvir.models.keepable import RUNNING
from tasvir.models.names import MODELS, SPECS

#: The file of a model folder that holds the description.
DESCRIPTION = "model.json"


def is_ours(value: Any) -> bool:
    """Whether it is an instance of one of the estimators of the table, and not of a class that has only its name."""
    model = MODELS.get(type(value).__name__)
    return model is not None and model.module == type(value).__module__


def is_fitted(estimator: Any) -> bool:
    """Whether it has learned something."""
    return any(name.endswith("_") and not name.startswith("_") for name in vars(estimator))


def kept_settings(estimator: Any) -> dict[str, Any]:
    """The constructor's settings, but for how it was run and what its learned values hold already."""
    left_out = (*RUNNING, *estimator._not_kept)
    return {name: value for name, value in estimator.get_params(deep=False).items() if name not in left_out}


class Writer:
    """Turns values into JSON; `keep(estimator, folder)` saves what is fitted."""

    def __init__(self, folder: Path, keep: Callable[[Any, Path], Any]):
        self.folder, self.keep = folder, keep

    def plain(self, value: Any, name: str) -> Any:
        """JSON for a setting or something learned called `name`; what JSON has no word for is marked."""
        if is_spec(value):
            return {
                "spec": _spec_name(value),
                "fields": {f.name: self.plain(getattr(value, f.name), name) for f in dataclasses.fields(value)},
            }
        if is_ours(value):
            return self._estimator(value, name)
        if isinstance(value, np.ndarray | np.generic):  # a number of numpy's stays one: it computes otherwise than Python's
            return {"array": value.tolist(), "dtype": "str" if value.dtype == object else value.dtype.str}
        if isinstance(value, tuple | list):
            return {"tuple": [self.plain(item, f"{name}.{index}") for index, item in enumerate(value)]}
        if isinstance(value, Mapping):
            return {
                "pairs": [
                    [self.plain(key, name), self.plain(item, f"{name}.{index}")]
                    for index, (key, item) in enumerate(value.items())
                ]
            }
        if isinstance(value, np.random.RandomState | np.random.Generator):
            return None
        return value

    def _estimator(self, estimator: Any, name: str) -> dict[str, Any]:
        if not is_fitted(estimator):
            settings = kept_settings(estimator)
            params = {key: self.plain(value, f"{name}.{key}") for key, value in settings.items()}
            return {"unfitted": type(estimator).__name__, "params": params}
        self.keep(estimator, self.folder / name)
        return {"folder": name, "sha256": sha256(self.folder / name / DESCRIPTION)}


class Reader:
    """Turns JSON into values again; `load(folder)` gives a fitted estimator."""

    def __init__(self, folder: Path, load: Callable[[Path], Any]):
        self.folder, self.load = folder, load

    def revive(self, value: Any) -> Any:
        """What `Writer.plain` described."""
        if not isinstance(value, dict):
            return value
        if "spec" in value:
            return self.known(value["spec"], SPECS)(**self.revive_all(value["fields"]))
        if "unfitted" in value:
            return self.estimator(value["unfitted"], value["params"])
        if "folder" in value:
            return self._nested(value)
        if "array" in value:
            return np.array(value["array"], dtype=value["dtype"])[()]
        if "pairs" in value:
            return {self.revive(key): self.revive(item) for key, item in value["pairs"]}
        return tuple(self.revive(item) for item in value["tuple"])

    def revive_all(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.revive(value) for name, value in values.items()}

    def estimator(self, name: str, params: Mapping[str, Any]) -> Any:
        """An unfitted estimator of the table."""
        modules = {name: model.module for name, model in MODELS.items()}
        return self.known(name, modules)(**self.revive_all(params))

    def known(self, name: str, modules: Mapping[str, str]) -> Any:
        if name not in modules:
            raise DataFileError(f"{self.folder} asks for {name!r}, which is not Tasvir's: only {', '.join(modules)} are loaded")
        return getattr(importlib.import_module(modules[name]), name)

    def _nested(self, value: Mapping[str, Any]) -> Any:
        name = value["folder"]
        folder = self.folder / name
        if folder.parent != self.folder or name in ("", ".", ".."):
            raise DataFileError(f"{self.folder} asks for the model {name!r} outside of itself: save the model again")
        if sha256(folder / DESCRIPTION) != value["sha256"]:
            raise DataFileError(f"{folder} is damaged (it is not the model that was saved here): save the model again")
        return self.load(folder)


def sha256(path: Path) -> str:
    """The hash of a file's content."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _spec_name(spec: Any) -> str:
    name = type(spec).__name__
    if SPECS.get(name) != type(spec).__module__:
        raise BadInputError(f"{name} cannot be saved: only Tasvir's own specs are ({', '.join(SPECS)})")
    return name
