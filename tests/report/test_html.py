"""One page that holds everything, asks nobody for anything, and says where each number is recorded."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from recorded import Run

from tasvir.records.record import curve, metric
from tasvir.report.html import report_html
from tasvir.report.text import report_text

VOID = {"meta", "link", "br", "img", "input"}


class Page(HTMLParser):
    """Elements with their attributes, and the text between them; unclosed elements are an error."""

    def __init__(self, html: str):
        super().__init__()
        self.elements, self.open, self.words = [], [], []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [attributes[name] for _, attributes in self.elements if name in attributes]


def page_of(run) -> Page:
    return Page(report_html(run.report()))


@pytest.fixture(scope="module")
def whole(request):
    """The page of the whole main job, drawn once."""
    run = request.getfixturevalue("digits_once")
    html = report_html(run.report())
    return run, html, Page(html)


def test_nothing_is_fetched(whole):
    _, html, page = whole
    links = page.values("href") + page.values("src") + page.values("xlink:href")
    assert links
    assert all(link.startswith(("#", "data:")) for link in links)
    assert all(target.startswith("#") for target in re.findall(r"url\(['\"]?([^)]*)", html))
    assert "@import" not in html
    tags = Counter(tag for tag, _ in page.elements)
    assert tags["iframe"] == 0
    assert tags["script"] == 1  # the slider's, which the policy names by its hash
    assert not any("src" in attributes for tag, attributes in page.elements if tag == "script")
    assert "default-src 'none'" in html


def test_links_lead_somewhere_and_ids_are_unique(whole):
    _, html, page = whole
    ids = Counter(page.values("id"))
    assert max(ids.values()) == 1
    targets = page.values("href") + page.values("xlink:href") + re.findall(r"url\((#[^)]*)\)", html)
    assert {t[1:] for t in targets if t.startswith("#")} <= set(ids)


def test_each_number_is_in_the_records(whole):
    run, _, page = whole
    known = recorded(run)
    shown = {address for value in page.values("data-record") for address in value.split("; ")}
    assert len(shown) > 100
    assert shown <= known


def recorded(run) -> set[str]:
    """Every address a number of the page may name."""
    known = set()
    for record in run.all():
        cell = record.cell or "run"
        if record.kind == "metric":
            labels = ",".join(f"{key}={value}" for key, value in record.data["labels"].items())
            known.add(f"{cell} {record.name}" + (f"[{labels}]" if labels else ""))
        elif record.kind in ("curve", "array"):
            known.add(f"{cell} {record.name}")
        else:
            data = record.data | record.data.get("facts", {}) | record.data.get("parameters", {})
            known |= {f"{cell} {path}" for path in paths(data)}
    return known


def paths(data: dict, before: str = "") -> set[str]:
    found = set()
    for key, value in data.items():
        found.add(before + key)
        found |= paths(value, f"{before}{key}.") if isinstance(value, dict) else set()
    return found


def test_captions_stand_below_figures_and_above_tables_and_are_numbered(whole):
    _, html, page = whole
    assert html.index('id="split"') < html.index("<b>Table 2.</b>") < html.index("<table", html.index('id="split"'))
    start = html.index('id="scatter"')
    assert html.index("</svg>", start) < html.index("<figcaption>", start)
    numbers = [int(n) for n in re.findall(r"<b>Figure (\d+)\.</b>", html)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert sum(tag == "figure" for tag, _ in page.elements) == len(numbers) == 20


def test_the_contents_has_every_chapter_and_the_summary_a_sentence_of_each_but_the_appendix(whole):
    _, _, page = whole
    chapters = [attributes["id"] for tag, attributes in page.elements if tag == "section"]
    assert chapters == ["data-card", "audit", "representations", "classifier", "generation", "evidence", "appendix"]
    assert sum(tag == "dd" for tag, _ in page.elements) == len(chapters) - 1


def test_the_verdict_is_the_first_thing_that_its_chapter_says(whole):
    _, html, _ = whole
    chapter = html[html.index('<section id="evidence">') :]
    assert "the conditional VAE" in chapter[chapter.index('<div class="verdict">') : chapter.index("<p>A part of")]


def test_figures_follow_the_readers_light(whole):
    _, html, _ = whole
    assert "prefers-color-scheme: dark" in html
    assert "var(--ink)" in html[html.index("<figure") :]


def test_the_same_records_give_the_same_page(whole):
    run, html, _ = whole
    assert report_html(run.report()) == html


def test_names_from_the_data_cannot_become_markup(empty):
    evil = '"><script>alert(1)</script>'
    facts = {"title": evil, "about": evil, "class_names": [evil, "b"], "counts": {"train": [3, 4]}, "image_shape": [8, 8]}
    empty.found("data", facts=facts)
    page = page_of(empty)
    assert "script" not in {tag for tag, _ in page.elements}
    assert evil in "".join(page.words)


@pytest.mark.parametrize(
    "part", ["classifier", "baseline", "comparison", "representation", "data", "audit", "generation", "evidence"]
)
def test_a_run_may_lack_a_part_or_have_failed_in_it(digits, part):
    lacking = digits.without(part)
    assert "Appendix" in report_text(lacking.report())
    for name in digits.cells.keys() - lacking.cells.keys():
        digits.failed(name, "it could not be computed")
    assert "it could not be computed" in " ".join(report_text(digits.report()).split())


def test_an_empty_run_and_one_without_a_run_record(empty):
    assert "What was asked." in "".join(page_of(empty).words)
    page_of(Run())


def test_numbers_that_are_not_finite_are_dashes(empty):
    found = [metric("knn_accuracy", float("nan")), curve("loss", {"train": [float("nan")], "valid": [float("nan")]})]
    empty.found("representation/pca/2", found)
    empty.found("classifier/0", [metric("balanced_accuracy", float("nan")), *found])
    assert "nan" not in "".join(page_of(empty).words).lower()
