"""How cells train: hooks that keep the best epoch and survive a kill, a length in proportion to the data, the fitted model."""

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from tasvir.data.dataset import Dataset
from tasvir.measures.interval import Estimate
from tasvir.records.record import Record, curve, metric, model
from tasvir.studies.cell import Workspace

#: A Gaussian of this width around each pixel: a Bernoulli's bound is so wide on small gray images that codes are left unused.
VAE_LIKELIHOOD = {"likelihood": "gaussian", "likelihood_sd": 0.15}
#: A cell's training is written down at most this often.
CHECKPOINT_S = 2.0


def fit_in_cell(estimator: Any, data: Dataset, workspace: Workspace, *, keep_best: bool = True) -> tuple[Any, Record, int | None]:
    """Fit on the training part and watch the validation part (else an inner split).

    Gives the fitted estimator, its seconds and the epoch that was kept. A training that was killed goes on from its checkpoint.
    """
    from tasvir.train.checkpoint import Checkpoint
    from tasvir.train.hooks import KeepBest, Progress

    X, y, groups = data.part("train")
    X_val, y_val, _ = data.part("val")
    given = {"X_val": X_val, "y_val": y_val} if len(X_val) else {}
    watching = [KeepBest()] if keep_best else []
    progress = Progress(lambda epoch, last, row: workspace.tell(epoch / last), estimator.max_epochs)
    checkpoint = Checkpoint(workspace.folder / "training.safetensors", interval_s=CHECKPOINT_S)
    estimator.set_params(hooks=(*estimator.hooks, *watching, progress, checkpoint), device=workspace.device)
    started = time.perf_counter()
    estimator.fit(X, y, groups=groups, **given)
    fit_s = time.perf_counter() - started
    valid = estimator.history_["valid_loss"] if "valid_loss" in estimator.history_.names else None
    best_epoch = int(np.argmin(valid)) + 1 if valid and keep_best else None
    return estimator, seconds("fit_s", fit_s), best_epoch


def epochs_for(data: Dataset, pixels_seen: float, *, fewest: int, most: int) -> int:
    """As many epochs as show the net about `pixels_seen` pixels, within bounds: small sets are seen more often."""
    X = data.part("train")[0]
    return int(np.clip(round(pixels_seen / max(1, X.shape[0] * X.shape[1] * X.shape[2])), fewest, most))


def conditional_likelihood(n_pixels: int) -> dict[str, Any]:
    """The likelihood of a VAE that is to obey its label: the width grows with the image, so that codes hold about ten nats.

    The same width on a larger image makes the code tell everything, the class too, and the decoder ignores the label.
    """
    return VAE_LIKELIHOOD | {"likelihood_sd": round(0.15 * (n_pixels / 64) ** 0.5, 4)}


def kept_model(estimator: Any, name: str, data: Dataset, workspace: Workspace) -> Record:
    """The fitted estimator as a model record; it learns the words of the classes."""
    from tasvir.models.folder import save_model

    return model(name, save_model(estimator, workspace.folder / "model", class_names=data.class_names))


def seconds(name: str, value: float) -> Record:
    """A time as a metric."""
    return metric(name, value, unit="s")


def measured(name: str, found: Estimate, labels: Mapping[str, str] | None = None) -> Record:
    """A number with its interval as a metric."""
    return metric(name, found.value, low=found.low, high=found.high, n=found.n, method=found.method, labels=labels)


def loss_curve(history: Any, name: str) -> Record:
    """One of a training's curves, and the validation's where there is one."""
    valid = f"valid_{name}"
    return curve(name, {"train": history[name]} | ({"valid": history[valid]} if valid in history.names else {}))


def flat_unit(X: np.ndarray) -> np.ndarray:
    """Images as rows of float32 on the 0..1 scale, for the methods that take flat X."""
    return (X.reshape(len(X), -1) / np.float32(255)).astype(np.float32)
