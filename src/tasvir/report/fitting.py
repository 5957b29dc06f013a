"""What the curves of a training say: did it over-fit, was it finished?"""

from dataclasses import dataclass

import numpy as np

from tasvir.report.cells import Curve
from tasvir.report.document import Sentence, say
from tasvir.report.numbers import NBSP, Shown

_RISE = 0.1  # a validation loss this much above its lowest value has turned
_STILL_FALLING = 0.02  # falling by more than this in the last tenth of the epochs is not yet flat


@dataclass(frozen=True)
class Training:
    """One training, read from its loss curve. `rise` is how far the validation loss ended above its lowest value."""

    best_epoch: float
    last_epoch: float
    rise: float
    still_falling: bool
    record: str

    @property
    def overfits(self) -> bool:
        """Whether learning went on after validation had turned."""
        return self.rise > _RISE


def read_training(loss: Curve | None) -> Training | None:
    """The training behind a loss curve; None without a validation series of at least two finite epochs."""
    valid = np.array(loss.series.get("valid", ()) if loss else ())
    if loss is None or np.isfinite(valid).sum() < 2:
        return None
    best = int(np.nanargmin(valid))
    last = int(np.flatnonzero(np.isfinite(valid))[-1])
    lowest = valid[best]
    rise = (valid[last] - lowest) / abs(lowest) if lowest else 0.0
    tail = valid[max(0, last - max(1, len(valid) // 10))]
    still = best == last and tail - valid[last] > _STILL_FALLING * abs(tail)
    return Training(loss.x[best], loss.x[last], float(rise), bool(still), loss.record)


def fitting_sentence(title: str, training: Training | None) -> Sentence | None:
    """Over-fitting, unfinished or levelled off, with the epochs that show it."""
    if training is None:
        return None
    epochs: dict[str, Shown | str | Sentence] = {
        "title": title,
        "best": Shown(f"{training.best_epoch:g}", training.record),
        "last": Shown(f"{training.last_epoch:g}", training.record),
    }
    if training.overfits:
        rise = Shown(f"{100 * training.rise:.0f}{NBSP}%", training.record)
        return say(
            "{title} over-fits: its validation loss was lowest at epoch {best} of {last} and then rose by {rise}.",
            rise=rise,
            **epochs,
        )
    if training.still_falling:
        return say(
            "{title} does not over-fit: its validation loss was still falling at the last epoch, {last}, "
            "so a longer training may give more.",
            **epochs,
        )
    return say(
        "{title} shows no over-fitting: its validation loss, lowest at epoch {best} of {last}, did not rise again.",
        **epochs,
    )
