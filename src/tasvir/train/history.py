"""What a training went through: one row of plain numbers an epoch."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class History:
    """Rows of losses by epoch; ``history["loss"]`` is a curve, ``history.stopped`` says that a hook ended the training.

    Examples
    --------
    >>> history = History()
    >>> history.append({"loss": 0.5, "valid_loss": 0.6}, elapsed_s=1.0)
    >>> history["loss"], len(history)
    ([0.5], 1)
    """

    rows: list[dict[str, float]] = field(default_factory=list)
    times_s: list[float] = field(default_factory=list)
    stopped: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, name: str) -> list[float]:
        return [row[name] for row in self.rows]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the curves."""
        return tuple(self.rows[-1]) if self.rows else ()

    def append(self, row: dict[str, float], *, elapsed_s: float) -> None:
        self.rows.append(row)
        self.times_s.append(elapsed_s)

    def state(self) -> dict[str, Any]:
        return {
            "rows": [dict(row) for row in self.rows],
            "times_s": list(self.times_s),
            "stopped": self.stopped,
        }

    def load(self, state: dict[str, Any]) -> "History":
        self.rows, self.times_s, self.stopped = list(state["rows"]), list(state["times_s"]), state["stopped"]
        return self
