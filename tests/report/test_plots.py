"""Every drawing is drawn, at its edges too."""

import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from tasvir.report.cells import Curve, Reading
from tasvir.report.document import Figure, Key
from tasvir.report.drawing import figure_files, panel_svg
from tasvir.report.palette import ROLES
from tasvir.report.plots.bars import class_histogram, shortened, value_bars
from tasvir.report.plots.curves import learning_curve
from tasvir.report.plots.dots import difference_plot, dot_plot, seed_plot
from tasvir.report.plots.matrix import confusion_matrix
from tasvir.report.plots.pictures import picture_grid, picture_row, pictures_with_words, side_by_side, tiled
from tasvir.report.plots.plane import plane_density, plane_scatter, plane_ways
from tasvir.report.plots.roc import roc_plot
from tasvir.report.plots.scatter import class_scatter
from tasvir.report.words.language import language

EN = language()
RNG = np.random.default_rng(0)
MANY = [f"a class with quite a long name {i}" for i in range(60)]
CURVE = Curve((1.0,), "epoch", {"train": (0.5,), "valid": (float("nan"),), "other": (0.4,)}, "cell loss")
WIDE = Curve((1.0, 2.0, 3.0), "epoch", {"train": (100.0, 1.0, 0.01)}, "cell loss")
PANELS = {
    "histogram": class_histogram({"train": (3, 0), "odd part": (1, 1)}, ["cat", "a$b$ <&>"]),
    "histogram of many": class_histogram({"train": range(60)}, MANY),
    "one image": picture_row("", np.zeros((1, 4, 4), np.uint8)),
    "colour": picture_row("", np.zeros((3, 80, 100, 3), np.uint8), wide=True),
    "one epoch": learning_curve("", CURVE, mark=1.0),
    "decades": learning_curve("", WIDE),
    "percent": learning_curve("", WIDE, percent=True),
    "dots": dot_plot("", [("a", Reading(0.5)), (MANY[0], Reading(0.7, 0.6, 0.8))]),
    "one dot": dot_plot("", [("a", Reading(1.0, 1.0, 1.0))], as_percent=False),
    "differences": difference_plot(
        "", [("a", Reading(0.02, 0.01, 0.03)), ("b", Reading(-0.1)), ("c", Reading(-0.2, -0.3, -0.1))]
    ),
    "seeds": seed_plot("", [("a", [Reading(0.5), Reading(0.6)]), (MANY[0], [Reading(0.7)])]),
    "one seed": seed_plot("", [("a", [Reading(0.5)])]),
    "values": value_bars("", [3.0, 1.0, 0.0], x_name="x", y_name="y"),
    "one value": value_bars("", [0.0], x_name="x", y_name="y"),
    "grid": picture_grid("", np.zeros((2, 3, 4, 5), np.uint8), row_names=MANY[:2]),
    "colour grid": picture_grid("", np.zeros((20, 20, 80, 80, 3), np.uint8), axis_names=("one", "two"), width_in=5.0),
    "pair": pictures_with_words("", np.zeros((2, 4, 4), np.uint8), [("train 1", "cat"), ("test 2", "a$b$ <&>")], marked=True),
    "two classes": confusion_matrix(np.array([[5, 0], [0, 0]]), ["cat", "dog"]),
    "sixty classes": confusion_matrix(RNG.integers(0, 9, (60, 60)), MANY),
    "scatter": class_scatter("", RNG.normal(size=(50, 2)), np.arange(50) % 3, class_names=["a", "b", "c", "never seen"]),
    "one place": class_scatter("", np.zeros((5, 2)), np.zeros(5, int), class_names=["a"]),
    "plane": plane_scatter("", RNG.normal(size=(50, 2)), np.arange(50) % 3, class_names=["a", "b", "c", "d"], limit=2.0),
    "empty plane": plane_scatter("", np.zeros((1, 2)), np.zeros(1, int), class_names=["a"], limit=2.0, far=np.ones((9, 9), bool)),
    "density": plane_density("", RNG.random((9, 9)), limit=2.0, highest=0.5),
    "ways": plane_ways("", RNG.normal(size=(50, 2)), {"a": RNG.normal(size=(9, 2)), "b": np.zeros((9, 2))}, limit=2.0),
    "roc": roc_plot([("a", np.array([0, 0, 1]), np.array([0, 1, 1]))]),
}


@pytest.mark.parametrize("name", PANELS)
def test_drawn_as_an_element_of_the_page(name):
    svg = panel_svg(PANELS[name], name, EN)
    assert svg.startswith("<svg")
    assert svg.endswith("</svg>")
    assert "<style" not in svg
    assert "#1d1c1a" not in svg
    assert "mathdefault" not in svg


def test_drawing_twice_gives_the_same_text():
    assert panel_svg(PANELS["scatter"], "s", EN) == panel_svg(PANELS["scatter"], "s", EN)


def test_words_stay_words():
    assert ">a$b$ &lt;&amp;&gt;</text>" in panel_svg(PANELS["histogram"], "h", EN)


def test_a_script_the_drawing_font_lacks_is_left_to_the_browser():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "猫" in panel_svg(class_histogram({"train": (1, 2)}, ["猫", "تصویر"]), "h", EN)


def test_a_figure_is_exported_as_png_and_svg():
    keys = tuple(Key(f"key {i}", "#3c4bd2") for i in range(7))
    files = figure_files(Figure("f", "", "", (PANELS["dots"], PANELS["roc"], PANELS["one dot"]), keys), EN)
    assert files["png"].startswith(b"\x89PNG")
    assert b"<svg" in files["svg"]


def test_large_pictures_are_reduced_and_gaps_are_transparent():
    strip = side_by_side(np.full((2, 144, 100, 3), 9, np.uint8))
    assert strip.shape == (72, 2 * 50 + 4, 4)
    assert strip[:, 50:54, 3].max() == 0
    assert (strip[0, 0] == [9, 9, 9, 255]).all()


def test_a_grid_of_many_images_is_reduced_as_a_whole():
    assert tiled(np.zeros((20, 20, 64, 64), np.uint8)).shape == (20 * 45 + 19 * 3, 20 * 45 + 19 * 3, 4)
    assert tiled(np.zeros((2, 3, 28, 14), np.uint8)).shape == (2 * 28 + 1, 3 * 14 + 2, 4)


@pytest.mark.parametrize(
    ("reading", "colour"),
    [
        (Reading(0.2, 0.1, 0.3), ROLES["accent"]),
        (Reading(-0.2, -0.3, -0.1), ROLES["second"]),
        (Reading(0.2, 0.0, 0.3), ROLES["soft"]),
        (Reading(0.2), ROLES["soft"]),
    ],
)
def test_a_difference_is_coloured_where_its_interval_leaves_out_zero(reading, colour):
    canvas = Canvas()
    axes = canvas.subplots()
    difference_plot("", [("a", reading)]).draw(axes, EN)
    dot = next(line for line in axes.lines if line.get_marker() == "o")
    assert dot.get_color() == colour[0]


def test_names_fit_beside_an_axis():
    assert shortened("cat") == "cat"
    assert len(shortened("x" * 50)) == 18
