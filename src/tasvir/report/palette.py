"""Colours of page and figures.

A role (ink, accent, ...) has a colour for light and one for dark: in the page it is a CSS variable, also inside the
figures, so that they follow the reader's setting; an exported figure has the light one. Class colours are the same in
both. They were searched for: between any two of the ten, OKLab distance x 100 is more than 10 with normal vision and under
deuteranopia, protanopia and tritanopia (as Machado et al. 2009 simulate them), contrast at least 2 on either paper.
"""

INK = "#1d1c1a"
SOFT = "#6b665e"
RULE = "#d8d3c8"
PAPER = "#fdfcf9"
ACCENT = "#1f5f8b"
SECOND = "#b3512a"
TINT = "#a9c3d6"

ROLES = {
    "ink": (INK, "#e8e4dc"),
    "soft": (SOFT, "#a29c91"),
    "rule": (RULE, "#3a3b3e"),
    "paper": (PAPER, "#15171a"),
    "accent": (ACCENT, "#84bfe6"),
    "second": (SECOND, "#f0986f"),
    "tint": (TINT, "#3f5f78"),
}

CLASS_COLOURS = (
    "#3c4bd2",
    "#f04b2d",
    "#3c9669",
    "#e169b4",
    "#0fc1fb",
    "#784b78",
    "#96c300",
    "#b41e0f",
    "#a569f0",
    "#e1a5a5",
)
CLASS_MARKERS = "o^sDvP*X"


def class_colour(index: int) -> str:
    """Colour of a class; from the eleventh on colours come again with another marker."""
    return CLASS_COLOURS[index % len(CLASS_COLOURS)]


def class_marker(index: int) -> str:
    """Marker of a class: neighbours in the list differ in shape as well as in colour."""
    return CLASS_MARKERS[(index + index // len(CLASS_COLOURS)) % len(CLASS_MARKERS)]


def as_variables(svg: str) -> str:
    """A drawing whose role colours are CSS variables of the page around it."""
    for role, (light, _) in ROLES.items():
        svg = svg.replace(light, f"var(--{role})")
    return svg
