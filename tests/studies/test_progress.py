"""One line a chapter where it is written to a file; one line that renews itself on a terminal; how much is left."""

import io
import time

import pytest
import toy

from tasvir.records.record import cell_done, failure
from tasvir.studies.cell import Cell
from tasvir.studies.progress import Progress, time_left
from tasvir.studies.voices import Writing, listening

CELLS = [Cell("data", toy.number), Cell("net/1", toy.number), Cell("net/2", toy.number), Cell("end", toy.number)]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def closing(cell, elapsed_s):
    return cell_done(cell.name, parameters={}, seed=0, facts={}, elapsed_s=elapsed_s)


def told(stream, expected_s, elapsed_s, *, done=(), failed=()):
    progress = Progress(stream, expected_s)
    progress.begin(CELLS, list(done))
    for cell in CELLS:
        if cell.name in failed:
            progress.done(cell, failure("ValueError: no\nmore"))
        elif cell.name not in done:
            progress.done(cell, closing(cell, elapsed_s[cell.name]))
    return stream.getvalue()


EXPECTED = {"data": 10.0, "net/1": 20.0, "net/2": 20.0, "end": 100.0}


def test_a_chapter_has_a_line_when_it_ends():
    lines = told(io.StringIO(), EXPECTED, EXPECTED).splitlines()
    assert [line.split() for line in lines] == [
        ["data", "1/1", "about", "2", "min", "left"],
        ["net", "2/2", "about", "2", "min", "left"],
        ["end", "1/1", "about", "0", "s", "left"],
    ]


def test_what_is_left_follows_the_pace():
    slow = {name: 2 * seconds for name, seconds in EXPECTED.items()}
    assert "about 3 min left" in told(io.StringIO(), EXPECTED, slow).splitlines()[1]


def test_a_first_short_part_does_not_decide_it():
    """The first part was thought to take 1 s and took 0.02: the other 600 s will not take 12."""
    expected = {"data": 1.0, "net/1": 300.0, "net/2": 300.0, "end": 1.0}
    lines = told(io.StringIO(), expected, expected | {"data": 0.02}).splitlines()
    assert "about 10 min left" in lines[0]


def test_what_was_there_is_said_and_not_waited_for():
    lines = told(io.StringIO(), EXPECTED, EXPECTED, done=["data", "net/1"]).splitlines()
    assert lines[0] == "2 of 4 parts are there already"
    assert lines[1].split() == ["net", "2/2", "about", "2", "min", "left"]


def test_a_failure_is_one_line():
    lines = told(io.StringIO(), EXPECTED, EXPECTED, failed=["net/2"]).splitlines()
    assert lines[1] == "net/2 failed: ValueError: no more"
    assert len(lines) == 4


def test_a_terminals_line_is_renewed():
    text = told(Terminal(), EXPECTED, EXPECTED)
    assert text.count("\r\x1b[K") == 4
    assert text.count("\n") == 3


def test_what_several_processes_have_done_is_taken_off():
    progress = Progress(Terminal(), {"data": 10.0, "net/1": 60.0, "net/2": 20.0, "end": 10.0}, jobs=2)
    progress.begin(CELLS, [])
    assert progress.left_s() == 60.0
    progress.inside(CELLS[1])(0.5), progress.inside(CELLS[2])(0.5)
    assert progress.left_s() == 30.0
    progress.inside(CELLS[1])(0.9)
    assert progress.left_s() == (10 + 6 + 10 + 10) / 2


def test_a_voice_reaches_the_parent(tmp_path):
    heard = []
    with listening({tmp_path: heard.append, tmp_path / "not begun": heard.append}):
        Writing(tmp_path)(0.25)
        (tmp_path / "torn").mkdir()
        for _ in range(100):
            if heard:
                break
            time.sleep(0.1)
    assert set(heard) == {0.25}


def test_within_a_cell_a_terminal_sees_it_move(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr("tasvir.studies.progress.time.monotonic", lambda: next(clock))
    for stream, lines in ((Terminal(), 2), (io.StringIO(), 0)):
        progress = Progress(stream, EXPECTED)
        progress.begin(CELLS, ["data", "net/1", "net/2"])
        tell = progress.inside(CELLS[-1])
        tell(0.25), tell(0.5)
        assert stream.getvalue().count("left") == lines
    assert "about 75 s left" in str(stream.getvalue()) or lines == 0


@pytest.mark.parametrize(("seconds", "words"), [(0, "about 0 s"), (89, "about 89 s"), (90, "about 2 min"), (600, "about 10 min")])
def test_time_is_said_as_people_do(seconds, words):
    assert time_left(seconds) == words


def test_by_default_it_goes_to_stderr(capsys):
    Progress().say("hello")
    assert capsys.readouterr() == ("", "hello\n")
