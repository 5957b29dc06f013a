"""Fit in a folder: what is unfinished there is continued, what is finished is kept."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tasvir.contracts.atomic import must_be_replaceable
from tasvir.contracts.errors import BadInputError, DataFileError
from tasvir.data.dataset import Dataset
from tasvir.models.folder import save_model
from tasvir.train.checkpoint import TRAINING_FILE, Checkpoint
from tasvir.train.hooks import Progress
from tasvir.train.loop import Hook

#: Told after each epoch: the epoch, how many there will be, and its losses.
Tell = Callable[[int, int, dict[str, float]], None]


def fit_watched(estimator: Any, data: Dataset, checkpoint: Checkpoint, *, tell: Tell, watching: Sequence[Hook] = ()) -> Any:
    """Fit on the training part and watch the validation part; what `checkpoint` wrote before is continued.

    The estimator's own hooks come first, then those of `watching`; afterwards it has its own again. One that takes no hooks is
    fitted in one go.
    """
    X, y, groups = data.part("train")
    if not _takes_hooks(estimator):
        return estimator.fit(X, y)
    X_val, y_val, _ = data.part("val")
    watches = "validation_fraction" in estimator.get_params(deep=False)  # a GAN has no loss to watch
    given = {"X_val": X_val, "y_val": y_val} if len(X_val) and watches else {}
    own = estimator.hooks
    try:
        estimator.set_params(hooks=(*own, *watching, Progress(tell, estimator.max_epochs), checkpoint))
        return estimator.fit(X, y, groups=groups, **given)
    finally:
        estimator.set_params(hooks=own)


def fit_in_folder(estimator: Any, data: Dataset, folder: Path, *, checkpoint_every: int, tell: Tell) -> int:
    """Fit `estimator` on the training part, watch the validation part, keep model and checkpoint in `folder`.

    Gives the number of epochs that were trained now: 0 where the training was finished already.
    """
    _check_folder(folder)
    told: list[int] = []

    def tell_and_count(epoch: int, max_epochs: int, row: dict[str, float]) -> None:
        told.append(epoch)
        tell(epoch, max_epochs, row)

    checkpoint = Checkpoint(folder / TRAINING_FILE, every=checkpoint_every)
    fitted = fit_watched(estimator, data, checkpoint, tell=tell_and_count)
    if not _takes_hooks(fitted):  # fitted in one go: there is nothing to resume
        return _keep_new(fitted, folder, data)
    if told or not (folder / "model.json").is_file():  # asked for fewer epochs than it has, a model stays as it is
        save_model(fitted, folder, data=data)
    return len(told)


def _takes_hooks(estimator: Any) -> bool:
    return "hooks" in estimator.get_params(deep=False)


def _keep_new(estimator: Any, folder: Path, data: Dataset) -> int:
    """Keep a model that was fitted in one go; 0 where the folder holds the same already, and never another one's place."""
    if not (folder / "model.json").is_file():
        save_model(estimator, folder, data=data)
        return 1
    with tempfile.TemporaryDirectory() as place:
        new = save_model(estimator, Path(place) / "model", data=data)
        if (new / "model.json").read_bytes() != (folder / "model.json").read_bytes():
            raise BadInputError(f"{folder} holds a model of other data or settings: give --out a new folder")
    return 0


def _check_folder(folder: Path) -> None:
    """A new or empty folder that can be written, or one in which a training was begun."""
    if folder.exists() and not folder.is_dir():
        raise DataFileError(f"{folder} is a file: give --out a folder")
    there = [path for path in folder.iterdir() if path.suffix != ".part"] if folder.is_dir() else []  # a kill leaves parts
    ours = any((folder / name).is_file() for name in (TRAINING_FILE, "model.json"))
    if there and not ours:
        raise BadInputError(f"{folder} holds something else: give --out a new folder, or one that `tasvir fit` made")
    must_be_replaceable(folder)
