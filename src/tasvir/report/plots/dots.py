"""Measured values with their intervals, one under the other."""

from collections.abc import Sequence

from tasvir.report.cells import Reading
from tasvir.report.document import Panel
from tasvir.report.palette import ACCENT, RULE, SOFT
from tasvir.report.plots.bars import shortened


def dot_plot(title: str, rows: Sequence[tuple[str, Reading]], *, as_percent: bool = True, width_in: float = 3.6) -> Panel:
    """One dot a row, its interval a line, its name above; the highest is coloured."""

    def draw(axes) -> None:
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        best = max(reading.value for _, reading in rows)
        for position, (_, reading) in enumerate(rows):
            colour = ACCENT if reading.value == best else SOFT
            if reading.low is not None and reading.high is not None:
                axes.plot([reading.low, reading.high], [position] * 2, color=colour, linewidth=1.6)
            axes.plot(reading.value, position, "o", color=colour, markersize=5)
        for position, (name, _) in enumerate(rows):
            axes.text(0, position - 0.26, shortened(name, 32), color=SOFT, transform=axes.get_yaxis_transform())
            axes.axhline(position, color=RULE, linewidth=0.5, zorder=0)
        axes.set_yticks([])
        axes.set_ylim(len(rows) - 0.5, -0.8)
        axes.margins(x=0.02)
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        if as_percent:
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
        axes.spines["left"].set_visible(False)

    return Panel(title, draw, width_in, 0.4 + 0.36 * len(rows))
