"""What goes wrong in an adversarial training, seen in what was recorded of each epoch. Legend: E epochs, K classes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

#: Images of a class nearer to each other than by this share of what real ones are: it has collapsed.
COLLAPSED = 0.1
#: What holds for so many epochs in a row is no accident of one.
IN_A_ROW = 2
#: A discriminator whose loss is less than this share of a blind one's has won: a cross-entropy where D(x) is 0.95 and D(G(z))
#: 0.05; for so many epochs in a row, and steps. At the beginning of a training on a few hundred images it may be so for dozens of
#: steps, until the generator has learned to draw at all.
SURE, SURE_IN_A_ROW, SURE_STEPS = 0.074, 5, 100
#: A loss (in nats) that no player comes to who still plays.
MOST_LOSS = 100.0


@dataclass(frozen=True)
class Alarm:
    """What went wrong, from which epoch (counted from 1) to which; `label` is the class that collapsed, if one alone did."""

    kind: str
    epoch: int
    last_epoch: int
    label: int | None = None

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def find_alarms(
    rows: Sequence[Mapping[str, float]],
    variety_EK: np.ndarray,
    *,
    blind: float,
    n_steps: int = SURE_STEPS,
    at_once: bool = False,
    led: int = 0,
) -> list[Alarm]:
    """All that went wrong in these epochs: "collapse" (of all or of one class), "won" and "divergence".

    `blind` is the discriminator's loss where it can tell nothing, `n_steps` are those of an epoch. `at_once`: an epoch that looks
    so is enough. In the first `led` epochs the discriminator is meant to win.
    """
    found = [
        *_collapses(variety_EK, 1 if at_once else IN_A_ROW),
        *_won(rows, 1 if at_once else max(SURE_IN_A_ROW, -(-SURE_STEPS // n_steps)), most=SURE * blind, led=led),
        *_diverged(rows),
    ]
    return sorted(found, key=lambda alarm: (alarm.epoch, alarm.kind))


def _collapses(variety_EK: np.ndarray, in_a_row: int) -> Iterator[Alarm]:
    collapsed_EK = variety_EK < COLLAPSED  # NaN is not
    known_K = ~np.isnan(variety_EK).all(axis=0)
    all_E = collapsed_EK[:, known_K].mean(axis=1) > 0.5 if known_K.any() else np.zeros(len(variety_EK), bool)
    yield from (Alarm("collapse", *ends) for ends in _lasting(all_E, in_a_row))
    if known_K.sum() > 1:
        for label in np.flatnonzero(known_K):
            alone_E = collapsed_EK[:, label] & ~all_E
            yield from (Alarm("collapse", *ends, int(label)) for ends in _lasting(alone_E, in_a_row))


def _won(rows: Sequence[Mapping[str, float]], in_a_row: int, *, most: float, led: int) -> Iterator[Alarm]:
    sure = [epoch >= led and row["discriminator_loss"] < most for epoch, row in enumerate(rows)]
    yield from (Alarm("won", *ends) for ends in _lasting(sure, in_a_row))


def _diverged(rows: Sequence[Mapping[str, float]]) -> Iterator[Alarm]:
    beyond = [max(abs(row["generator_loss"]), abs(row["discriminator_loss"])) > MOST_LOSS for row in rows]
    yield from (Alarm("divergence", *ends) for ends in _lasting(beyond, 1))


def _lasting(holds_E: Iterable[bool], in_a_row: int) -> Iterator[tuple[int, int]]:
    """First and last epoch, counted from 1, of each stretch of at least `in_a_row` epochs in which something holds."""
    edges = np.flatnonzero(np.diff(np.array([False, *holds_E, False], dtype=int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= in_a_row:
            yield int(start) + 1, int(end)
