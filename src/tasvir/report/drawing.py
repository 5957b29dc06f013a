"""From panels to pictures: one SVG a panel for the page, one PNG and SVG a figure for export.

matplotlib is loaded when the first panel is drawn; no window, no global state (`Figure` without pyplot).
"""

import io
import math
import re
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tasvir.report.document import Figure, Key, Panel
from tasvir.report.palette import INK, RULE, SOFT, as_variables

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas
    from matplotlib.lines import Line2D

    from tasvir.report.words.language import Language

_STYLE = {
    "font.size": 8.5,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.labelcolor": SOFT,
    "axes.edgecolor": RULE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "text.color": INK,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "none",
    "text.parse_math": False,  # a class may be called 'a$b'
}


def panel_svg(panel: Panel, salt: str, words: "Language") -> str:
    """One panel as inline SVG for the page; `salt` keeps the ids of two drawings apart."""
    with drawing_style(), _salted(salt):
        canvas = _canvas(panel.width_in, panel.height_in)
        _fill(canvas.subplots(), panel, words)
        svg = _saved(canvas, "svg").decode()
    return as_variables(_for_the_page(svg))


def figure_files(figure: Figure, words: "Language") -> dict[str, bytes]:
    """The whole figure, its panels side by side on white, as PNG and as SVG."""
    most = 1 if figure.panels[0].wide or figure.panel_rem > 30 else 2 if figure.panel_rem > 15 else 3
    columns = min(len(figure.panels), most)
    rows = math.ceil(len(figure.panels) / columns)
    width, height = (max(getattr(p, side) for p in figure.panels) for side in ("width_in", "height_in"))
    with drawing_style(), _salted(figure.name):
        width_in = columns * width
        keys_a_row = _keys_a_row([words(key.label) for key in figure.keys], width_in)
        legend_in = 0.2 * math.ceil(len(figure.keys) / keys_a_row)
        canvas = _canvas(width_in, rows * (height + 0.25) + legend_in, edge_in=0.08)
        grid = canvas.subplots(rows, columns, squeeze=False).ravel()
        for axes, panel in zip(grid, figure.panels, strict=False):
            _fill(axes, panel, words)
            axes.set_title(words(panel.title))
        for axes in grid[len(figure.panels) :]:
            axes.set_axis_off()
        if figure.keys:
            handles = [_handle(key, words) for key in figure.keys]
            canvas.legend(handles=handles, loc="outside lower left", ncols=keys_a_row, frameon=False)
        return {kind: _saved(canvas, kind, facecolor="white") for kind in ("png", "svg")}


@contextmanager
def drawing_style() -> Iterator[None]:
    """The look of all drawings; within itself it does nothing, so that a page of many takes it once."""
    import matplotlib.style

    if matplotlib.rcParams["svg.hashsalt"] is not None:
        yield
        return
    look: list[str | Path | dict[str, Any]] = ["default", _STYLE | {"svg.hashsalt": "tasvir"}]
    with matplotlib.style.context(look), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # the browser has the script's font
        yield


def _salted(salt: str) -> AbstractContextManager[None]:
    """Ids of one drawing that no other one has."""
    import matplotlib

    return matplotlib.rc_context({"svg.hashsalt": salt})


def _canvas(width_in: float, height_in: float, edge_in: float = 0.01) -> "Canvas":
    from matplotlib.figure import Figure as Canvas
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    return Canvas(figsize=(width_in, height_in), layout=ConstrainedLayoutEngine(w_pad=edge_in, h_pad=edge_in))


def _fill(axes: "Axes", panel: Panel, words: "Language") -> None:
    axes.set_facecolor("none")
    axes.tick_params(length=0)
    panel.draw(axes, words)


def _saved(canvas: "Canvas", kind: str, facecolor: str = "none") -> bytes:
    out = io.BytesIO()
    undated = {"Date": None} if kind == "svg" else {}
    canvas.savefig(out, format=kind, dpi=200, facecolor=facecolor, metadata=undated)
    return out.getvalue()


def _keys_a_row(labels: list[str], width_in: float) -> int:
    longest = max(map(len, labels), default=0)
    return max(1, int(width_in / (0.4 + 0.08 * longest)))


def _handle(key: Key, words: "Language") -> "Line2D":
    from matplotlib.lines import Line2D

    return Line2D([], [], color=key.colour, marker=key.marker, linestyle=key.line, label=words(key.label))


def _for_the_page(svg: str) -> str:
    """Only the element itself, scalable, without what would reach out of it into the page."""
    head, body = svg[svg.index("<svg") :].split(">", 1)
    head = re.sub(r' (width|height|version|xmlns[:a-z]*)="[^"]*"', "", head)
    body = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    return re.sub(r"\s*\n\s*", "\n", f"{head}>{body}").strip()
