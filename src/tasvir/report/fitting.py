"""What the curves of a training say: did it over-fit, was it finished?"""

from dataclasses import dataclass

import numpy as np

from tasvir.report.cells import Curve, Reading
from tasvir.report.numbers import percent, plain
from tasvir.report.words.message import Sentence, Words, say

_RISE = 0.1  # a validation loss that ends this much above its lowest value has turned, where it rose steadily
_LEVEL = 0.01  # of the trend test: how often a loss that only wanders is said to rise
_STILL_FALLING = 0.02  # falling by more than this in the last tenth of the epochs is not yet flat


@dataclass(frozen=True)
class Training:
    """One training, read from its loss curve. `rise` is how far the validation loss ended above its lowest value.

    `steady` says whether it rose with the epochs after its lowest one, and did not only wander.
    """

    best_epoch: float
    last_epoch: float
    rise: float
    steady: bool
    still_falling: bool
    record: str

    @property
    def overfits(self) -> bool:
        """Whether learning went on after validation had turned."""
        return self.steady and self.rise > _RISE


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
    steady = _rises(valid[best + 1 :][np.isfinite(valid[best + 1 :])])
    return Training(loss.x[best], loss.x[last], float(rise), steady, bool(still), record=loss.record)


def _rises(values: np.ndarray) -> bool:
    """Whether later values are greater than chance explains: Kendall's test of a trend (Mann 1945)."""
    from scipy.stats import kendalltau

    if len(values) < 5:  # the best order of four has a chance of 1 in 24
        return False
    return bool(kendalltau(np.arange(len(values)), values, alternative="greater").pvalue < _LEVEL)


def fitting_sentence(title: Words, training: Training | None) -> Sentence | None:
    """Over-fitting, unfinished or levelled off, with the epochs that show it."""
    if training is None:
        return None
    best, last = (plain(int(epoch), training.record) for epoch in (training.best_epoch, training.last_epoch))
    if training.overfits:
        return say(
            "{title} over-fits: its validation loss was lowest at epoch {best} of {last} and then rose steadily, by {rise} in "
            "the end.",
            title=title,
            best=best,
            last=last,
            rise=percent(Reading(training.rise, record=training.record)),
        )
    if training.still_falling:
        return say(
            "The validation loss of {title} was still falling at the last epoch, {last}: a longer training may give more.",
            title=title,
            last=last,
        )
    return say(
        "{title} shows no over-fitting: its validation loss, lowest at epoch {best} of {last}, does not rise steadily after it.",
        title=title,
        best=best,
        last=last,
    )
