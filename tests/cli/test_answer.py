"""What is said on a terminal, and what where there is none."""

import contextlib
import io
import re
import subprocess
import sys

import pytest

from tasvir.cli.answer import Table, answer, progress, table

ROWS = [{"name": "ant", "images": 3}, {"name": "[red]bee[/red] :cat:", "images": 12}]
PLAIN = "name                  images\nant                   3\n[red]bee[/red] :cat:  12\n"


class Terminal(io.StringIO):
    """A terminal that remembers."""

    def isatty(self):
        return True

    @property
    def text(self) -> str:
        """Without colours and movements."""
        return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", self.getvalue())


@pytest.fixture
def terminal(monkeypatch):
    """One of 80 columns that knows colours."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    return Terminal()


@contextlib.contextmanager
def shown_on(terminal, *, out=None):
    """Both streams lead to the terminal, stdout to `out` where that is given."""
    with contextlib.redirect_stdout(out or terminal), contextlib.redirect_stderr(terminal):
        yield


def test_without_a_terminal_a_table_is_aligned_lines(capsys):
    answer(ROWS, ["before", *table(ROWS), "after"], as_json=False)
    assert capsys.readouterr().out == f"before\n{PLAIN}after\n"


def test_on_a_terminal_a_table_is_drawn_in_colour(terminal):
    with shown_on(terminal):
        answer(ROWS, ["before", *table(ROWS), "after"], as_json=False)
    assert "\x1b[" in terminal.getvalue()
    assert "━" in terminal.text or "─" in terminal.text
    for word in ("before", "name", "ant", "12", "[red]bee[/red] :cat:", "after"):  # the words of a set are no markup
        assert word in terminal.text


def test_no_cell_is_cut_however_narrow_the_terminal_is(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "24")
    with shown_on(terminal):
        answer([], table([{"word": "abcdefghijklmnopqrstuvwxyz", "more": "0123456789" * 3}]), as_json=False)
    letters = re.sub(r"[^a-z]", "", terminal.text.replace("word", "").replace("more", ""))
    assert letters == "abcdefghijklmnopqrstuvwxyz"
    assert re.sub(r"\D", "", terminal.text) == "0123456789" * 3


def test_colours_can_be_refused(terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    with shown_on(terminal):
        answer(ROWS, table(ROWS), as_json=False)
    assert not re.search(r"\x1b\[[\d;]*3[0-7]", terminal.getvalue())


@pytest.mark.parametrize("kind", ["dumb", "unknown"])
def test_a_terminal_that_shows_only_lines_gets_lines(terminal, monkeypatch, kind):
    monkeypatch.setenv("TERM", kind)
    with shown_on(terminal):
        answer(ROWS, table(ROWS), as_json=False)
    assert terminal.getvalue() == PLAIN


def test_with_json_the_table_looks_at_where_it_goes(terminal):
    pipe = io.StringIO()
    with shown_on(terminal, out=pipe):
        answer({"n": 1}, table(ROWS), as_json=True)
    assert pipe.getvalue() == '{"n": 1}\n'
    assert "\x1b[" in terminal.getvalue()


def test_no_rows_are_no_table():
    assert table([]) == []


def test_progress_is_a_line_each_time_without_a_terminal(capsys):
    with progress("epoch") as tell:
        tell(1, 2, "loss 0.5")
        tell(2, 2, "")
    assert capsys.readouterr().err == "epoch 1/2  loss 0.5\nepoch 2/2\n"


def test_progress_is_a_bar_on_a_terminal(terminal):
    with shown_on(terminal), progress("epoch") as tell:
        tell(1, 2, "loss 0.5")
        tell(2, 2, "loss [b]")
    assert "━" in terminal.text
    assert re.search(r"epoch\s+2/2.*loss \[b\]", terminal.text)


def test_where_nothing_is_told_there_is_no_bar(terminal):
    with shown_on(terminal), progress("epoch"):
        pass
    assert terminal.getvalue() == ""


@pytest.mark.parametrize("words", ["--help", "data list", "fit --help"])
def test_rich_is_not_loaded_for_a_pipe(words):
    code = (
        "import sys; from tasvir.cli import door; sys.argv = ['tasvir', *sys.argv[1:]]\n"
        "try: door.main()\nexcept SystemExit as end: assert not end.code\n"
        "print('rich:', [name for name in sys.modules if name.partition('.')[0] == 'rich'])"
    )
    done = subprocess.run([sys.executable, "-c", code, *words.split()], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("rich: []\n")


def test_words_of_the_data_cannot_command_the_terminal(capsys):
    answer({}, ["class \x1b[31mred", Table([{"\x9bname": "a\u202eb\r"}])], as_json=False)
    said = capsys.readouterr().out
    assert r"class \x1b[31mred" in said
    assert r"\x9bname" in said
    assert r"a\u202eb\x0d" in said
