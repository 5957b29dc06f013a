"""`tasvir fit MODEL --data D --out DIR`: one estimator, fitted, as a model folder."""

import functools
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from tasvir.cli.answer import Json, Tell, answer, progress
from tasvir.cli.options import Where, load, takes
from tasvir.cli.settings import apply_settings
from tasvir.data.options import LoadOptions
from tasvir.models.names import words
from tasvir.train.history import History


@functools.partial(takes, words={"where": Where, "options": LoadOptions})
def fit(
    model: Annotated[str, typer.Argument(metavar="MODEL", help=f"{words()}.")],
    *,
    data: Annotated[str, typer.Option(help="A named set or a path.")],
    out: Annotated[Path, typer.Option(help="The model folder. What is unfinished there is continued.")],
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A parameter, as net.hidden=64,32.")
    ] = None,
    checkpoint_every: Annotated[int, typer.Option(min=1, help="Epochs between checkpoints.")] = 1,
    as_json: Json = False,
    where: Where,
    options: LoadOptions,
) -> None:
    """Fit a model on the training part of a set and keep it. A larger max_epochs goes on where it ended."""
    from tasvir.apply.refit import fit_in_folder
    from tasvir.models.folder import new_model
    from tasvir.train.engine import TorchEngineSpec

    estimator = new_model(model)
    running = {"random_state": options.seed, "device": where.device, "engine": TorchEngineSpec(where.precision)}
    estimator.set_params(**{name: value for name, value in running.items() if name in estimator.get_params()})
    apply_settings(estimator, setting or [])
    try:
        with progress("epoch") as tell:
            n_trained = fit_in_folder(
                estimator, load(data, options), out, checkpoint_every=checkpoint_every, tell=_losses_told(tell)
            )
    except KeyboardInterrupt:
        _tell_how_to_go_on(out)
        raise typer.Exit(1) from None
    history = getattr(estimator, "history_", History())
    last = {name: history[name][-1] for name in history.names}
    words = [f"Model: {out}"]
    if last:
        words.append(f"{len(history)} epochs; " + _words(last))
    words += _recorder_words(getattr(estimator, "record_", None))
    if not n_trained:
        words.insert(0, "This model is finished already, on the same data." + _fewer(estimator, len(history)))
    answer({"model": str(out), "epochs": len(history), "trained_epochs": n_trained, "last": last}, words, as_json=as_json)


def _recorder_words(record: dict[str, Any] | None) -> list[str]:
    """Which epoch of an adversarial training is kept, and what went wrong."""
    if record is None:
        return []
    told = [
        f"The state of epoch {record['kept_epoch']} is kept."
        if record["kept_epoch"]
        else "No epoch looked good; the last is kept."
    ]
    for alarm in record["alarms"]:
        of = "" if alarm["label"] is None else f" of class number {alarm['label']}"
        told.append(f"Alarm: {alarm['kind']}{of}, epochs {alarm['epoch']} to {alarm['last_epoch']}.")
    return told


def _fewer(estimator: Any, n_epochs: int) -> str:
    """What is said where fewer epochs are asked for than there were."""
    asked = getattr(estimator, "max_epochs", n_epochs)
    return f" It was trained for {n_epochs} epochs, {asked} were asked for: it stays as it is." if asked < n_epochs else ""


def _losses_told(tell: Tell) -> Callable[[int, int, dict[str, float]], None]:
    return lambda epoch, max_epochs, row: tell(epoch, max_epochs, _words(row))


def _tell_how_to_go_on(out: Path) -> None:
    """The same command, to be pasted into a shell."""
    from tasvir.train.checkpoint import TRAINING_FILE

    begun = (out / TRAINING_FILE).is_file()
    what = f"The last checkpoint is in {out}; go on with" if begun else "No epoch was finished; begin again with"
    print(f"\nStopped. {what}:  {shlex.join(['tasvir', *sys.argv[1:]])}", file=sys.stderr)


def _words(row: dict[str, float]) -> str:
    """The losses of an epoch; parts that are numbered (a VAE's KL of each latent) are for --json."""
    return ", ".join(f"{name} {value:.4g}" for name, value in row.items() if not name[-1].isdigit())
