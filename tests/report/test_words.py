"""Words in every language: catalogues are whole, pages hold no other language, numbers are written as the language does."""

import re
from string import Formatter

import catalogues as collected
import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.report.cells import Reading
from tasvir.report.export import export_figures
from tasvir.report.html import report_html
from tasvir.report.numbers import count, of_n, p_value, percent, plain, points, seconds
from tasvir.report.text import report_text, summary_lines
from tasvir.report.words import language as languages_module
from tasvir.report.words.language import SOURCE, check_language, language, languages
from tasvir.report.words.message import Shown, listed, literal, say, say_n

FA = language("fa")
OTHERS = [code for code in languages() if code != SOURCE]
#: Latin words that a Persian page may hold: methods, measures, formats, and the software's own names.
NAMES = {
    "Adam",
    "AdamW",
    "ReLU",
    "MNIST",
    "profile",
    "standard",
    "ResNet",
    "ELBO",
    "PCA",
    "Isomap",
    "VAE",
    "NN",
    "k",
    "p",
    "AUC",
    "ROC",
    "GAN",
    "FCGAN",
    "DCGAN",
    "D",
    "G",
    "z",
    "log",
    "R",
    "train",
    "KL",
    "sha",
    "DICOM",
    "data",
    "record",
    "value",
    "range",
    "seeds",
    "Grad",
    "CAM",
    "Selvaraju",
    "Adebayo",
    "saliency",
}


def fields(template: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(template) if name)


@pytest.fixture(params=OTHERS)
def catalogue(request):
    return collected.read(request.param)


def test_every_template_has_its_words_and_nothing_else_is_kept(catalogue):
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue if message.id}
    assert known == set(collected.messages())


def test_translations_are_whole_and_sure_with_the_same_placeholders(catalogue):
    for message in catalogue:
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        source = message.id if isinstance(message.id, str) else message.id[-1]
        given = [message.string] if isinstance(message.id, str) else list(message.string)
        assert len(given) == (1 if isinstance(message.id, str) else catalogue.num_plurals), message.id
        for words in given:
            assert words.strip(), message.id
            assert fields(words) == fields(source), message.id


def test_refreshing_changes_nothing(catalogue):
    again = collected.refresh(str(catalogue.locale))
    assert {m.id: m.string for m in again if m.id and not isinstance(m.id, tuple)} == {
        m.id: m.string for m in catalogue if m.id and not isinstance(m.id, tuple)
    }


def test_no_template_is_put_together_where_no_catalogue_sees_it():
    """A template given to `say` is written out in the call; what is formatted or added is told from its source."""
    for path in sorted(collected.CATALOGUES.parent.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'\bsay(_n)?\(\s*f["\']', text), path
        assert not re.search(r'\bsay\([^()]*["\']\s*\+', text), path


@pytest.fixture(scope="module")
def page(request):
    """``page(run, language)``: a page, drawn once."""
    drawn: dict[tuple[str, str], str] = {}

    def draw(run: str, words) -> str:
        if (run, words.code) not in drawn:
            drawn[run, words.code] = report_html(request.getfixturevalue(run).report(), words)
        return drawn[run, words.code]

    return draw


def visible(html: str) -> str:
    """What a reader of the page sees, tables of settings and names of files apart."""
    body = html[html.index("<body>") :]
    body = re.sub(r'<section id="appendix">.*?</section>|<script>.*?</script>', "", body, flags=re.DOTALL)
    body = re.sub("\N{FIRST STRONG ISOLATE}[^\N{POP DIRECTIONAL ISOLATE}]*\N{POP DIRECTIONAL ISOLATE}", "", body)
    alts = " ".join(re.findall(r'aria-label="([^"]*)"', body))
    return re.sub(r"<[^>]*>", " ", body) + alts


@pytest.mark.parametrize("run", ["digits_once", "two_once"])
def test_a_persian_page_holds_no_english(run, page):
    html = page(run, FA)
    assert '<html lang="fa" dir="rtl">' in html
    left = [word for word in re.findall(r"[A-Za-z]+", visible(html)) if word not in NAMES | {"Tasvir"}]
    assert [word for word in left if not re.fullmatch(r"quot|amp|lt|gt|x", word)] == []


@pytest.mark.parametrize("run", ["digits_once", "two_once"])
def test_its_numbers_are_written_in_persian_figures(run, page):
    html = page(run, FA)
    numbers = re.findall(r'<span class="number[^"]*"[^>]*>([^<]*)', html)
    assert len(numbers) > 200
    plain_ones = [text for text in numbers if "\N{FIRST STRONG ISOLATE}" not in text]
    assert not [text for text in plain_ones if re.search(r"[0-9]", text)]
    axes = re.findall(r"<text[^>]*>([^<]*)</text>", html)
    assert any(re.search("[۰-۹]", text) for text in axes)
    names = set("0123456789")  # classes of digits are called so
    assert not [
        text
        for text in axes
        if re.search(r"[0-9]", text.strip("\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"))
        and text.strip("\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}") not in names
        and "\N{FIRST STRONG ISOLATE}" not in text
    ]


def test_both_pages_have_the_same_numbers_in_the_same_places(page):
    pages = [page("digits_once", words) for words in (language(), FA)]
    records = [re.findall(r'data-record="([^"]*)"', page) for page in pages]
    assert sorted(records[0]) == sorted(records[1])
    assert [len(re.findall(tag, page)) for page in pages for tag in ("<figure", "<table", "<tr")] == 2 * [
        len(re.findall(tag, pages[0])) for tag in ("<figure", "<table", "<tr")
    ]


def test_figures_and_tables_are_exported_in_the_language(two_once, tmp_path):
    export_figures(two_once.report(), tmp_path, FA)
    assert (tmp_path / "table-02-split.csv").read_text(encoding="utf-8").startswith("بخش,تصویرها")
    assert (tmp_path / "table-02-split.txt").read_text(encoding="utf-8").startswith("جدول ۲. ")
    assert "دوره" in (next(tmp_path.glob("figure-*-autoencoder-loss.svg"))).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (percent(Reading(0.9724, 0.961, 0.98)), "۹۷٫۲٪ [۹۶٫۱ تا ۹۸٫۰]"),
        (points(Reading(-0.013)), "\N{LEFT-TO-RIGHT MARK}−۱٫۳ واحد درصد"),
        (count(60000), "۶۰٬۰۰۰"),
        (of_n(Reading(11.0, n=1200)), "۱۱ از ۱٬۲۰۰"),
        (p_value(Reading(0.0004)), "کمتر از ۰٫۰۰۱"),
        (seconds(Reading(99.96)), "۱ دقیقه و ۴۰ ثانیه"),
        (plain(0.001), "۰٫۰۰۱"),
        (plain([1, True, "PCA"]), "۱، بله، \N{FIRST STRONG ISOLATE}PCA\N{POP DIRECTIONAL ISOLATE}"),
        (literal("train/3"), "\N{FIRST STRONG ISOLATE}train/3\N{POP DIRECTIONAL ISOLATE}"),
        (Shown("plain", None), "–"),
    ],
)
def test_persian_numbers(shown, text):
    assert FA(shown).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(("n", "text"), [(1, "1 image"), (2, "2 images"), (0, "0 images")])
def test_plural_forms(n, text):
    assert language()(say_n("{n} image", "{n} images", n=count(n))) == text


def test_lists_are_joined_as_the_language_joins_them():
    names = listed(["a", "b", "c"])
    assert language()(names) == "a, b, and c"
    assert language()(listed([])) == ""
    assert FA(listed(["یک", "دو"], ", ")) == "یک، دو"


def test_a_sentence_that_begins_with_a_value_has_a_capital_and_k_nn_has_none():
    assert language()(say("{arm} helps.", arm=say("the net"))) == "The net helps."
    assert language()(say("{arm} helps.", arm=say("k-NN"))) == "k-NN helps."


def test_the_terminal_speaks_it_too(digits_once):
    data, *_ = summary_lines(digits_once.report(), FA)
    assert data.startswith("داده‌ها: ")
    assert "دسته‌بند" in report_text(digits_once.report(), FA)


def test_an_unknown_language_lists_those_there_are():
    with pytest.raises(BadInputError, match="no language 'xx': choose en or fa"):
        check_language("xx")


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Catalogues of another place."""
    monkeypatch.setattr(languages_module, "CATALOGUES", tmp_path)
    language.cache_clear()
    yield tmp_path
    language.cache_clear()


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b'msgid "a\nmsgstr'])
def test_a_damaged_catalogue_falls_back_to_english_and_says_so(elsewhere, content):
    if content is not None:
        (elsewhere / "fa.po").write_bytes(content)
    words = language("fa")
    assert words(say("Data card")) == "Data card"
    assert words.code == "en"
    assert "the words of language 'fa' cannot be read" in words.problem


def test_another_language_is_one_file(elsewhere):
    template = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Data card"\nmsgstr "Datenblatt"\n'
    (elsewhere / "de.po").write_text(template, encoding="utf-8")
    assert languages() == ("en", "de")
    german = language("de")
    assert german(say("Data card")) == "Datenblatt"
    assert german(percent(Reading(0.972))).startswith("97,2")


@pytest.mark.parametrize("words", ["{other}", "{", "{n.x}", "nothing"])
def test_a_translation_that_would_lose_a_number_is_damaged(elsewhere, words):
    catalogue = collected.Catalog("fa")
    catalogue.add("{n} images", words)
    collected.write(catalogue, elsewhere / "fa.po")
    assert "cannot be read" in language("fa").problem


def test_a_name_keeps_its_small_letter():
    assert language()(say("{title} has {n} images.", title="my_data", n=count(3))) == "my_data has 3 images."
