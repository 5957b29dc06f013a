"""One slider moves the pictures of several series; nothing else on a page runs, and where nothing runs the last ones are seen."""

import base64
import hashlib
import io
import re
import shutil
import subprocess
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from recorded import Run

from tasvir.report import webp
from tasvir.report.document import MOST_FRAMES, Figure, Frame, Frames, Report, Series, assemble, chapter, frames, thinned
from tasvir.report.export import export_figures
from tasvir.report.html import report_html
from tasvir.report.numbers import count
from tasvir.report.plots.pictures import near_square, picture_square
from tasvir.report.summary import summarise
from tasvir.report.text import report_text
from tasvir.report.webp import embedded
from tasvir.report.words.language import language
from tasvir.report.words.message import Words, say

RNG = np.random.default_rng(0)
CHROMIUM = shutil.which("chromium")
EN, FA = language(), language("fa")
ALT = say("Grids of small images, real ones beside generated ones.")
CAPTION = "What is seen."


def epoch(n: int) -> Words:
    return say("component {n}", n=count(n))


def images(n: int = 5, height: int = 8, width: int = 8, *colours: int) -> np.ndarray:
    return RNG.integers(0, 256, (n, height, width, *colours), dtype=np.uint8)


def training(title: Words, *epochs: int) -> Series:
    return Series(title, tuple(Frame(epoch(n), images()) for n in epochs))


def block(*series: Series, name: str = "samples") -> Frames:
    return frames(name, CAPTION, alt=ALT, series=series)


def drawing(name: str = "other") -> Figure:
    return Figure(name, "A caption.", "words", (picture_square("", images()),))


def report(*blocks) -> Report:
    return assemble("Title", (), (chapter("generation", say("Generation"), *blocks),))


@pytest.fixture(scope="module")
def two_arms() -> Report:
    """A drawing, and two trainings, of which the second stopped early."""
    return report(drawing(), block(training("a net", 1, 3, 6), training("PCA", 1, 3)))


class Page(HTMLParser):
    """Elements with their attributes; unclosed elements are an error."""

    def __init__(self, html: str):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "img", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def read(source: str) -> np.ndarray:
    head, content = source.split(",", 1)
    assert head == "data:image/webp;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("RGBA"))


# -- the block ----------------------------------------------------------------------------------------------------------


def test_it_is_numbered_among_the_figures_as_it_is_read():
    first, slider, last = drawing("a"), block(training("", 1), name="b"), drawing("c")
    whole = report(first, slider, last)
    assert [EN(whole.label(one)) for one in (first, slider, last)] == ["Figure 1", "Figure 2", "Figure 3"]
    assert [whole.number(one) for one in (first, slider, last)] == [1, 2, 3]
    assert whole.blocks(Frames) == (slider,)
    with pytest.raises(AssertionError, match="one name"):
        report(slider, drawing("b"))


def test_what_has_no_frames_is_left_out():
    assert block() is None
    assert frames("samples", CAPTION, alt=ALT, series=[None, Series("a net", ())]) is None
    one = training("PCA", 1)
    assert frames("samples", CAPTION, alt=ALT, series=[Series("a net", ()), one]).series == (one,)


@given(st.integers(0, 400), st.integers(2, 20))
def test_thinning_keeps_both_ends_and_even_steps(n, most):
    kept = thinned(range(n), most)
    assert len(kept) == min(n, most)
    assert kept[:1] == tuple(range(n))[:1]
    assert kept[-1:] == tuple(range(n))[-1:]
    steps = set(np.diff(kept).tolist())
    assert all(step > 0 for step in steps)
    assert max(steps, default=0) - min(steps, default=0) <= 1
    assert thinned(kept, most) == kept


def test_a_page_holds_few_frames_of_each():
    (series,) = block(training("a net", *range(1, 41))).series
    assert len(series.frames) == MOST_FRAMES
    assert [series.frames[i].title for i in (0, -1)] == [epoch(1), epoch(40)]


@pytest.mark.parametrize("wrong", [images().astype(float), images(0), images(5, 8, 8, 2), images()[0]])
def test_what_is_no_images_is_refused(wrong):
    with pytest.raises(ValueError, match=r"images are \(n, h, w"):
        Frame("", wrong)


def test_a_place_is_called_as_the_frames_there_unless_they_differ():
    assert block(training("", 1, 3), training("", 1, 3, 6)).steps == (epoch(1), epoch(3), epoch(6))
    apart = block(training("", 1, 3), training("", 1, 4, 6)).steps
    assert list(map(EN, apart)) == ["1 of 3", "2 of 3", "3 of 3"]


def test_what_cannot_be_written_breaks_its_chapter_alone(digits_once):
    class Broken:
        NAME, TITLE = "generation", say("Generation")

        @staticmethod
        def compose(cells):
            wrong = Frame(say("component {n}"), images())
            return chapter(Broken.NAME, Broken.TITLE, block(Series("", (wrong,))))

    text = report_text(summarise(Run(digits_once.about).all(), [Broken]))
    assert "its records are damaged" in text


# -- its pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "tiles"), [(1, (1, 1)), (2, (1, 2)), (5, (2, 3)), (9, (3, 3)), (100, (10, 10))])
def test_a_grid_is_nearly_square_and_its_left_over_places_are_transparent(n, tiles):
    given_ = images(n)
    grid = near_square(given_)
    assert grid.shape == (tiles[0] * 9 - 1, tiles[1] * 9 - 1, 4)
    places = [grid[9 * i : 9 * i + 8, 9 * j : 9 * j + 8] for i in range(tiles[0]) for j in range(tiles[1])]
    for place, image in zip(places, given_, strict=False):
        assert (place[..., :3] == image[..., None]).all()
        assert (place[..., 3] == 255).all()
    assert not any(place[..., 3].any() for place in places[n:])


@pytest.mark.parametrize("colours", [(), (3,)])
def test_pictures_are_as_they_were_while_there_is_room(colours):
    given_ = images(100, 8, 8, *colours)
    ((picture,),) = embedded(block(Series("", (Frame("", given_),))))
    shown, wanted = read(picture.source), near_square(given_)
    seen = wanted[..., 3] > 0
    assert (shown[..., 3] == wanted[..., 3]).all()
    assert (shown[seen] == wanted[seen]).all()
    assert (picture.width, picture.height) == (3 * wanted.shape[1], 3 * wanted.shape[0])


def smooth(side: int) -> np.ndarray:
    """Images that a photograph's compression suits."""
    x = np.linspace(0, 3, side)
    waves = [np.sin(a + x[:, None] * a) * np.cos(x[None] * a) for a in np.linspace(1, 6, 16)]
    return (127 + 100 * np.stack(waves) + RNG.normal(0, 3, (16, side, side))).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize(("room", "side"), [(12_000, 32), (4_800, 24), (1, 16)])
def test_with_less_room_they_are_coarser_and_all_alike(monkeypatch, room, side):
    monkeypatch.setattr(webp, "_ROOM", room)
    monkeypatch.setattr(webp, "_ROOM_EACH", 0)
    given_ = smooth(32)
    (pictures,) = embedded(block(Series("", (Frame("", given_), Frame("", given_[::-1])))))
    shown = [read(picture.source).astype(int) for picture in pictures]
    wanted = [near_square(one, side).astype(int) for one in (given_, given_[::-1])]
    assert [one.shape for one in shown] == [one.shape for one in wanted]
    assert room == 1 or sum(len(base64.b64decode(picture.source.split(",")[1])) for picture in pictures) <= room
    for one, other in zip(shown, wanted, strict=True):
        seen = other[..., 3] > 0
        assert 0 < np.abs(one[seen] - other[seen]).mean() < 8


# -- its page -----------------------------------------------------------------------------------------------------------


def policy(page: Page) -> str:
    (found,) = (attributes["content"] for tag, attributes in page.elements if "http-equiv" in attributes)
    return found


def test_the_policy_lets_its_one_script_run_and_nothing_else(two_arms):
    html = report_html(two_arms)
    page = Page(html)
    assert sum(tag == "script" for tag, _ in page.elements) == 1
    (script,) = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    hashed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy(page) == f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{hashed}'"
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert all(source.startswith("data:") for source in page.values("src"))


def test_a_page_without_frames_runs_nothing():
    html = report_html(report(drawing()))
    assert policy(Page(html)) == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert "script" not in html
    assert "slider" not in html


@pytest.mark.parametrize(("words", "through", "last"), [(EN, "Go through Figure 2", "6"), (FA, "مرور شکل ۲", "۶")])
def test_a_slider_says_what_it_moves_and_where_it_is(two_arms, words, through, last):
    html = report_html(two_arms, words)
    page = Page(html)
    (slider,) = (attributes for tag, attributes in page.elements if tag == "input")
    (steps,) = (attributes["id"] for tag, attributes in page.elements if tag == "datalist")
    assert (slider["type"], slider["max"], slider["value"]) == ("range", "2", "2")
    assert (slider["aria-label"], slider["list"]) == (through, steps)
    labels = [attributes["label"] for tag, attributes in page.elements if tag == "option"]
    assert labels == [words(epoch(n)) for n in (1, 3, 6)]
    assert labels[-1].endswith(last)
    assert ("a net" in html, f'dir="{words.direction}"' in html) == (True, True)


def test_every_picture_is_there_and_says_what_it_is(two_arms):
    page = Page(report_html(two_arms))
    alts = [attributes["alt"] for tag, attributes in page.elements if tag == "img"]
    assert alts == [f"{title}, component {n}" for title, epochs in (("a net", (1, 3, 6)), ("PCA", (1, 3))) for n in epochs]
    assert EN(ALT) in page.values("aria-label")
    assert [attributes["class"] for _, attributes in page.elements if "hidden" in attributes] == ["slider"]


def test_where_there_is_one_frame_there_is_nothing_to_move():
    assert "slider" not in Page(report_html(report(block(training("a net", 6))))).values("class")


def seen(html: str, folder) -> tuple[bool, list[str]]:
    """Whether the slider can be seen, and the pictures that the browser shows for it."""
    (folder / "page.html").write_text(html, encoding="utf-8")
    quiet = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --virtual-time-budget=2000"
    where = (f"--user-data-dir={folder / 'profile'}", "--dump-dom", (folder / "page.html").as_uri())
    done = subprocess.run([CHROMIUM, *quiet.split(), *where], capture_output=True, text=True, check=True, timeout=60)
    shown = re.findall(r'<div class="now">.*?alt="([^"]*)"', done.stdout, flags=re.DOTALL)
    (slider,) = re.findall(r'<div class="slider"[^>]*>', done.stdout)
    return "hidden" not in slider, shown


@pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here")
def test_a_browser_runs_its_script_and_no_other(two_arms, tmp_path):
    html = report_html(two_arms)
    early, late = (html.replace(' value="2" list', f' value="{i}" list') for i in (0, 2))
    assert seen(early, tmp_path) == (True, ["a net, component 1", "PCA, component 1"])
    assert seen(late, tmp_path) == (True, ["a net, component 6", "PCA, component 3"])
    assert seen(html.replace("const show", "const  show"), tmp_path) == (False, [])


# -- elsewhere ----------------------------------------------------------------------------------------------------------


def test_in_plain_text_it_is_its_caption(two_arms):
    assert "[Figure 2. What is seen.]" in report_text(two_arms)


def test_it_is_exported_whole_and_frame_by_frame(two_arms, tmp_path):
    export_figures(two_arms, tmp_path, EN)
    ends = {path.name.removeprefix("figure-02-samples") for path in tmp_path.glob("figure-02-*")}
    each = {"-01-01.png", "-01-02.png", "-01-03.png", "-02-01.png", "-02-02.png"}
    assert ends == {".png", ".svg", ".txt", *each}
    _, slider = two_arms.blocks(Figure | Frames)
    picture = np.asarray(Image.open(tmp_path / "figure-02-samples-02-01.png"))
    assert (picture == near_square(slider.series[1].frames[0].images)).all()
    assert "PCA, component 3" in (tmp_path / "figure-02-samples.svg").read_text()
    assert (tmp_path / "figure-02-samples.txt").read_text() == "Figure 2. What is seen.\n"
