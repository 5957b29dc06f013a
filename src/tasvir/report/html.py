"""The report as one HTML file: words, tables and figures inside it, nothing fetched from anywhere."""

from tasvir import __version__
from tasvir.report.document import Block, Figure, Key, Prose, Report, Sentence, Table
from tasvir.report.drawing import panel_svg
from tasvir.report.numbers import Shown
from tasvir.report.palette import ROLES

_GLYPHS = {"o": "●", "^": "▲", "s": "■", "D": "◆", "v": "▼", "P": "✚", "*": "★", "X": "✖"}
_LINES = {"-": "━━", "--": "╍╍", "-.": "━╍", ":": "┅┅"}


def report_html(report: Report) -> str:
    """The page as text. It carries a policy that forbids the browser every request."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("tasvir.report", "page")
    pages = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"kind": _kind, "parts": _parts, "glyph": _glyph, "var": _variable}
    pages.tests["number"] = lambda value: isinstance(value, Shown)
    style = loader.get_source(pages, "page.css")[0]
    page = pages.get_template("page.html.j2")
    return page.render(report=report, roles=ROLES, style=style, draw=_draw, version=__version__)


def _draw(figure: Figure, index: int) -> str:
    return panel_svg(figure.panels[index], f"{figure.name}-{index}")


def _kind(block: Block) -> str:
    return {Prose: "prose", Table: "table", Figure: "figure"}[type(block)]


def _parts(words: Sentence | Shown | str) -> tuple[Shown | str, ...]:
    return words.parts if isinstance(words, Sentence) else (words,)


def _glyph(key: Key) -> str:
    return _GLYPHS.get(key.marker, "") or _LINES.get(key.line, "")


def _variable(colour: str) -> str:
    """A role colour as its CSS variable, any other as it is."""
    return next((f"var(--{role})" for role, (light, _) in ROLES.items() if light == colour), colour)
