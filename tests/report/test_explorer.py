"""A decoder that runs in the page draws what Python draws; without its script a square of images stays."""

import base64
import hashlib
import re
import shutil

import numpy as np
import pytest
from report.test_frames import EN, FA, Page, drawing, policy, report, training
from report.test_frames import block as slider

from tasvir import VAE, DenseSpec
from tasvir.explain.dense_decoder import dense_decoder
from tasvir.explain.latent_grid import draw_codes, latent_grid
from tasvir.report.document import Explorer, Frames, Layer
from tasvir.report.export import export_figures
from tasvir.report.html import report_html
from tasvir.report.palette import class_colour
from tasvir.report.plane import SIDE, plane_of
from tasvir.report.plots.pictures import picture_grid
from tasvir.report.plots.scatter import class_keys
from tasvir.report.text import report_text
from tasvir.report.words.message import say

RNG = np.random.default_rng(0)
CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
ALT = say("A square of images that change smoothly.")
NAMES = ("a", "b")


def explorer(vae, name: str = "plane", limit: float = 2.5) -> Explorer:
    layers = tuple(Layer(one.weights, one.scales, one.bias) for one in dense_decoder(vae))
    still = picture_grid("", draw_codes(vae, latent_grid(3)), width_in=3)
    points = np.array([[0.0, 0.0], [limit, -limit], [-1.0, 1.0], [9.0, 0.0]], np.float32)
    shape = vae.space_.shape
    return Explorer(name, "To walk in.", ALT, still, layers, shape, points, np.array([0, 1, 1, 0]), limit, class_keys(NAMES))


def net(*shape: int) -> VAE:
    """A VAE of wild images, whose drawings differ from place to place."""
    X = RNG.integers(0, 256, (40, *shape), dtype=np.uint8)
    settings = {"n_components": 2, "max_epochs": 8, "learning_rate": 0.02, "random_state": 0, "device": "cpu"}
    return VAE(net=DenseSpec((24, 12)), **settings).fit(X)


@pytest.fixture(scope="module")
def gray():
    return net(9, 8)


@pytest.fixture(scope="module")
def colour():
    return net(6, 7, 3)


@pytest.fixture(scope="module")
def browser():
    """Chromium without a window; every page in it can reach the network only if its policy lets it."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium here")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, tmp_path):
    """``opened(report, words)``: the page in the browser; what it complains of is an error."""
    pages = []

    def open_page(whole, words=None, **how):
        (tmp_path / "page.html").write_text(report_html(whole, words), encoding="utf-8")
        page = browser.new_page(**how)
        page.complaints = []
        page.on("console", lambda message: page.complaints.extend([message.text] * (message.type == "error")))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto((tmp_path / "page.html").as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert [line for page in pages for line in page.complaints] == []


def seen(page, name: str) -> tuple[list[float], np.ndarray]:
    """The code that is decoded in a figure, and the pixels on its canvas."""
    read = """figure => { const c = figure.querySelector("canvas");
        return [c.dataset.code.split(",").map(Number), c.width, c.height,
                [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data]]; }"""
    code, width, height, data = page.locator(f"#{name}").evaluate(read)
    pixels = np.array(data, np.uint8).reshape(height, width, 4)
    assert (pixels[..., 3] == 255).all()
    return code, pixels[..., :3]


def wanted(vae, code: list[float]) -> np.ndarray:
    drawn = vae.inverse_transform(np.array([code], np.float32))[0]
    return np.repeat(drawn[..., None], 3, axis=-1) if drawn.ndim == 2 else drawn


# -- in a browser -------------------------------------------------------------------------------------------------------


def test_wherever_one_drags_it_draws_what_python_draws(opened, gray, colour):
    page = opened(report(explorer(gray, "gray"), explorer(colour, "colour")))
    codes, apart = [], []
    for name, vae in (("gray", gray), ("colour", colour)):
        plane = page.locator(f"#{name} .plane svg")
        plane.scroll_into_view_if_needed()
        box = plane.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        for right, down in RNG.uniform(-0.05, 1.05, (12, 2)):
            page.mouse.move(box["x"] + right * box["width"], box["y"] + down * box["height"])
            code, pixels = seen(page, name)
            assert code == pytest.approx(np.clip([(2 * right - 1) * 2.5, (1 - 2 * down) * 2.5], -2.5, 2.5).tolist(), abs=0.02), (
                "right is more of the first number, up more of the second"
            )
            assert np.abs(pixels - wanted(vae, code)).max() <= 1, code
            codes.append(code)
            apart.append(pixels)
        page.mouse.up()
        before = seen(page, name)[0]
        page.mouse.move(box["x"] + 5, box["y"] + 5)
        assert seen(page, name)[0] == before, "only while it is dragged"
    assert len(np.unique(np.round(codes, 2), axis=0)) > 20
    assert max(int(np.ptp([one[0, 0, 0] for one in apart[:12]])), int(np.ptp([one[0, 0, 0] for one in apart[12:]]))) > 5


def test_arrow_keys_and_a_finger_move_it(opened, gray):
    page = opened(report(explorer(gray)), has_touch=True)
    page.locator("#plane .plane svg").focus()
    for key, code in (
        ("ArrowRight", [0.1, 0]),
        ("ArrowUp", [0.1, 0.1]),
        ("Shift+ArrowLeft", [-0.4, 0.1]),
        ("ArrowDown", [-0.4, 0]),
        ("Home", [0, 0]),
        *[("Shift+ArrowUp", [0, min(2.5, 0.5 * n)]) for n in range(1, 8)],
    ):
        page.keyboard.press(key)
        found, pixels = seen(page, "plane")
        assert found == pytest.approx(code), key
        assert np.abs(pixels - wanted(gray, found)).max() <= 1
    box = page.locator("#plane .plane svg").bounding_box()
    page.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    assert seen(page, "plane")[0] == pytest.approx([1.25, 1.25], abs=0.02)
    assert page.locator("#plane output").inner_text() == "z₁ = {:.2f}, z₂ = {:.2f}".format(*seen(page, "plane")[0])


def test_it_fits_a_narrow_dark_page_from_the_right_and_says_its_place_in_persian(opened, gray):
    page = opened(report(explorer(gray)), FA, viewport={"width": 360, "height": 700}, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#plane .plane svg").focus()
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator("#plane output").inner_text() == "z₁ = ۰٫۵۰, z₂ = ۰٫۰۰"
    assert page.locator("#plane .pointer").get_attribute("transform") == f"translate({0.6 * SIDE:g} {0.5 * SIDE:g})"
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    ring = page.evaluate("getComputedStyle(document.querySelector('.pointer circle + circle')).stroke")
    assert paper != ring


def test_with_a_slider_beside_it_both_run(opened, gray):
    page = opened(report(explorer(gray), slider(training("", 1, 3))))
    assert page.locator(".slider").is_visible()
    assert page.locator(".explore").is_visible()
    assert not page.locator(".still").is_visible()


def test_without_scripts_the_square_of_images_is_seen(opened, gray):
    page = opened(report(explorer(gray)), java_script_enabled=False)
    assert not page.locator(".explore").is_visible()
    assert page.locator(".still svg").is_visible()


# -- its page -----------------------------------------------------------------------------------------------------------


def test_the_policy_names_every_script_and_nothing_else(gray):
    html = report_html(report(explorer(gray), slider(training("", 1, 3))))
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    names = " ".join(f"'sha256-{one}'" for one in hashes)
    assert len(hashes) == 2
    assert policy(Page(html)) == f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {names}"
    alone = report_html(report(explorer(gray)))
    assert len(re.findall("<script>", alone)) == 1
    assert "slider" not in alone
    assert not re.search(r'\b(?:src|href)="(?!data:|#)', html)


@pytest.mark.parametrize(("words", "drag"), [(EN, "Drag in the plane"), (FA, "بکشید")])
def test_it_says_what_it_is(gray, words, drag):
    html = report_html(report(explorer(gray)), words)
    page = Page(html)
    (plane,) = (attributes for tag, attributes in page.elements if attributes.get("role") == "application")
    assert plane["tabindex"] == "0"
    assert drag in plane["aria-label"]
    (canvas,) = (attributes for tag, attributes in page.elements if tag == "canvas")
    assert (canvas["role"], canvas["width"], canvas["height"]) == ("img", "8", "9")
    assert canvas["aria-label"]
    assert words(ALT) in page.values("aria-label")


def test_points_lie_where_their_codes_are(gray):
    shown = plane_of(explorer(gray))
    middle = SIDE // 2
    assert shown.paths == (
        (class_colour(0), f"M{middle} {middle}h0"),  # the point at 9 lies beyond the limit
        (class_colour(1), f"M{SIDE} {SIDE}h0M{int(0.3 * SIDE)} {int(0.3 * SIDE)}h0"),
    )


def test_numbers_come_back_as_they_were(gray):
    for layer, written in zip(explorer(gray).layers, plane_of(explorer(gray)).layers, strict=True):
        for name, kind in (("weights", "<i2"), ("scales", "<f4"), ("bias", "<f4")):
            assert (np.frombuffer(base64.b64decode(written[name]), kind) == getattr(layer, name).ravel()).all()


def test_layers_that_draw_something_else_are_refused(gray):
    whole = explorer(gray)
    for changed in ({"image_shape": (8, 8)}, {"layers": whole.layers[1:]}, {"layers": whole.layers[:-1]}):
        with pytest.raises(ValueError, match="do not draw images"):
            Explorer(**{**vars(whole), **changed})


# -- elsewhere ----------------------------------------------------------------------------------------------------------


def test_it_is_a_figure_like_others(gray, tmp_path):
    whole = report(drawing(), explorer(gray))
    assert [EN(whole.label(one)) for one in whole.blocks(Explorer)] == ["Figure 2"]
    assert not whole.blocks(Frames)
    assert "[Figure 2. To walk in.]" in report_text(whole)
    export_figures(whole, tmp_path, EN)
    assert {path.name for path in tmp_path.glob("figure-02-*")} == {f"figure-02-plane{end}" for end in (".png", ".svg", ".txt")}
