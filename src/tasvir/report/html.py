"""The report as one HTML file: words, tables and figures inside it, nothing fetched from anywhere."""

import base64
import hashlib
from functools import partial

from tasvir import __version__
from tasvir.report.document import Block, Explorer, Figure, Frames, Key, Panel, Prose, Report, Table
from tasvir.report.drawing import drawing_style, panel_svg
from tasvir.report.palette import ROLES
from tasvir.report.plane import plane_of
from tasvir.report.webp import embedded
from tasvir.report.words.language import Drawn, Language, language
from tasvir.report.words.message import Sentence, say

_GLYPHS = {"o": "●", "^": "▲", "s": "■", "D": "◆", "v": "▼", "P": "✚", "*": "★", "X": "✖"}
#: Words of the page itself.
_FIXED = {
    "kicker": say("Tasvir report"),
    "contents": say("Contents"),
    "records_say": say("What the records say"),
    "footer": say("Drawn by Tasvir {version} from the run's records alone.", version=__version__),
    "drag": say("Drag in the plane, or use the arrow keys (with Shift in larger steps); Home goes back to the middle."),
    "drawn_there": say("The image that the decoder draws there"),
    "trace": say(
        "Every number names its record: point at it, or read {attribute} in the page's source.", attribute="data-record"
    ),
}
#: Blocks that bring a script, and what their files in `page` are called.
_ACTING: dict[type, str] = {Frames: "frames", Explorer: "explorer"}
_LINES = {"-": "━━", "--": "╍╍", "-.": "━╍", ":": "┅┅"}


def report_html(report: Report, words: Language | None = None) -> str:
    """The page as text. It carries a policy that forbids the browser every request, and every script but its own."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("tasvir.report", "page")
    pages = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = words or language()
    pages.filters |= {"kind": _kind, "parts": words.parts, "glyph": _glyph, "var": _variable, "sha256": _sha256}
    pages.tests["number"] = lambda value: isinstance(value, Drawn)
    style, scripts = loader.get_source(pages, "page.css")[0], []
    for kind, name in _ACTING.items():
        if report.blocks(kind):
            style += loader.get_source(pages, f"{name}.css")[0]
            scripts.append(loader.get_source(pages, f"{name}.js")[0])
    page = pages.get_template("page.html.j2")
    acts = {"draw": partial(_draw, words), "embed": embedded, "through": _through, "plane": plane_of}
    with drawing_style():
        return page.render(
            report=report, roles=ROLES, style=style, scripts=scripts, version=__version__, words=words, **acts, **_FIXED
        )


def _draw(words: Language, panel: Panel, name: str) -> str:
    return panel_svg(panel, name, words)


def _kind(block: Block) -> str:
    return {Prose: "prose", Table: "table", Figure: "figure", **_ACTING}[type(block)]


def _through(label: Sentence) -> Sentence:
    return say("Go through {figure}", figure=label)


def _sha256(script: str) -> str:
    """What the policy calls a script by: the one text that the browser may run."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _glyph(key: Key) -> str:
    return _GLYPHS.get(key.marker, "") or _LINES.get(key.line, "")


def _variable(colour: str) -> str:
    """A role colour as its CSS variable, any other as it is."""
    return next((f"var(--{role})" for role, (light, _) in ROLES.items() if light == colour), colour)
