"""Training and validation, epoch by epoch."""

from typing import TYPE_CHECKING

import numpy as np

from tasvir.report.cells import Curve
from tasvir.report.document import Key, Line, Panel
from tasvir.report.names import PARTS
from tasvir.report.palette import ACCENT, SECOND, SOFT
from tasvir.report.words.message import Words, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tasvir.report.words.language import Language

_GENERATOR, _DISCRIMINATOR = say("generator"), say("discriminator")
_LOOKS: dict[str, tuple[str, Line, Words]] = {
    "train": (ACCENT, "-", PARTS["train"]),
    "valid": (SECOND, "--", PARTS["valid"]),
    "generator_loss": (ACCENT, "-", _GENERATOR),
    "discriminator_loss": (SECOND, "--", _DISCRIMINATOR),
    "generator_gradient": (ACCENT, "-", _GENERATOR),
    "discriminator_gradient": (SECOND, "--", _DISCRIMINATOR),
    "real_score": (SECOND, "--", say("real images, D(x)")),
    "fake_score": (ACCENT, "-", say("generated images, D(G(z))")),
    "noise_sd": (ACCENT, "-", say("noise")),
    "coverage": (ACCENT, "-", say("coverage")),
    "recall": (SECOND, "--", say("recall")),
    "middle": (ACCENT, "-", say("the middle class")),
    "least": (SECOND, "--", say("the least varied class")),
}
_STEPS = {"epoch": say("epoch"), "step": say("step")}


def learning_curve(
    title: Words, curve: Curve, *, percent: bool = False, mark: float | None = None, width_in: float = 3.6
) -> Panel:
    """The series of one curve; `mark` is the epoch whose state was kept."""

    def draw(axes: "Axes", words: "Language") -> None:
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        for name, values in curve.series.items():
            colour, line, _ = _LOOKS.get(name, (SOFT, ":", name))
            points = "." if len(values) == 1 else ""
            axes.plot(curve.x[: len(values)], values, line, color=colour, linewidth=1.4, marker=points)
        if mark is not None:
            axes.axvline(mark, color=SOFT, linewidth=0.8, linestyle=":")
        if percent:
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.percent(value)))
        else:
            if _spans_decades(curve):
                axes.set_yscale("log")
                axes.minorticks_off()
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: words.plain(float(value))))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: words.plain(float(value))))
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.grid(axis="y")
        axes.set_xlabel(words(_STEPS.get(curve.x_name, curve.x_name)))
        axes.spines["left"].set_visible(False)

    return Panel(title, draw, width_in, 0.5 + 0.5 * width_in)


def curve_keys(*curves: Curve) -> tuple[Key, ...]:
    """The legend of all series that occur."""
    names = dict.fromkeys(name for curve in curves for name in curve.series)
    looks = [_LOOKS.get(name, (SOFT, ":", name)) for name in names]
    return tuple(Key(label, colour, "", line) for colour, line, label in looks)


def _spans_decades(curve: Curve) -> bool:
    values = np.array([v for series in curve.series.values() for v in series if np.isfinite(v)])
    return bool(len(values) and values.min() > 0 and values.max() > 30 * values.min())
