"""What the study of denoising found, a row for each arm, over its seeds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tasvir.report.cells import Cells, Reading
from tasvir.report.rows import Row, find, read_rows
from tasvir.report.view import View, view

CELLS, JUDGE, NOISY = "denoise", "denoise/differences", "noisy"
FILTERS = ("gaussian", "tv", "wavelet", "nlm")
#: The nets that are trained, the one that is ours for one variance first; `estimated` is the told one again.
NETS, OURS = ("textbook", "unet", "blind", "told"), "unet"


@dataclass(frozen=True)
class Found:
    """All arms that were computed, and their judge."""

    rows: tuple[Row, ...]
    judge: View | None

    def row(self, arm: str | None) -> Row | None:
        return None if arm is None else find(self.rows, arm)

    def of(self, arms: Sequence[str]) -> list[Row]:
        return [row for row in self.rows if row.arm in arms]

    @property
    def best_filter(self) -> Row | None:
        """The one that was best on held-out images."""
        return None if self.judge is None else self.row(self.judge.facts.get("best_filter"))

    @property
    def bench(self) -> dict:
        """What all arms were tried on."""
        return next((row.first.parameters.get("bench") or {} for row in self.rows), {})

    @property
    def level(self) -> float:
        """The variance at which arms are compared."""
        return float(self.bench.get("variance") or 0.0)

    @property
    def variances(self) -> list[float]:
        """Those of the curve."""
        return [float(variance) for variance in self.bench.get("variances") or ()]

    def difference(self, arm: str, against: str | None) -> Reading | None:
        """How many dB one arm is above another."""
        return None if self.judge is None or against is None else self.judge.reading("difference", arm=arm, against=against)

    def at(self, arm: str, variance: float) -> Reading | None:
        """The PSNR of an arm at a place of the curve."""
        row = self.row(arm)
        return None if row is None else row.reading("psnr_at", variance=variance)

    def most_trainings(self) -> int:
        return max((len(row.cells) for row in self.rows), default=0)


def read(cells: Cells) -> Found:
    """The arms in the order of the page."""
    order = (NOISY, *FILTERS, *NETS, "estimated")
    return Found(tuple(sorted(read_rows(cells, CELLS, without=(JUDGE,)), key=_place(order))), view(cells, JUDGE))


def _place(order: Sequence[str]) -> Callable[[Row], int]:
    return lambda row: order.index(row.arm) if row.arm in order else len(order)
