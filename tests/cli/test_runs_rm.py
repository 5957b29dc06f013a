import io

import pytest

from tasvir.records.record import Record
from tasvir.records.run import RunFolder


@pytest.fixture
def runs(tmp_path):
    """Two runs, and a folder that is none."""
    for name in ("one", "two"):
        RunFolder.create(tmp_path / "runs" / name, Record("run", "run", data={"addresses": {}}))
    (tmp_path / "runs" / "thesis").mkdir()
    return tmp_path / "runs"


def names(folder):
    return sorted(path.name for path in folder.iterdir())


class Terminal(io.StringIO):
    """Somebody sits there, and has typed this."""

    def isatty(self) -> bool:
        return True


def test_with_yes_runs_go_by_name_and_by_path(runs, tasvir):
    said = tasvir("runs", "rm", "one", runs / "two", "--yes", "--json")
    assert said.code == 0, said
    assert said.json == {"removed": ["runs/one", str(runs / "two")]}
    assert names(runs) == ["thesis"]


def test_one_run_called_twice_is_one_run(runs, tasvir):
    assert tasvir("runs", "rm", "one", runs / "one", "-y").code == 0
    assert names(runs) == ["thesis", "two"]


def test_where_nobody_can_be_asked_nothing_goes(runs, refused):
    assert "add --yes" in refused("runs", "rm", "one")
    assert names(runs) == ["one", "thesis", "two"]


@pytest.mark.parametrize(("text", "left"), [("n", ["one", "thesis", "two"]), ("y", ["thesis", "two"])])
def test_a_person_is_asked(runs, tasvir, monkeypatch, text, left):
    monkeypatch.setattr("sys.stdin", Terminal(f"{text}\n"))
    said = tasvir("runs", "rm", "one")
    assert said.code == (text == "n")
    assert names(runs) == left


@pytest.mark.parametrize("wrong", ["thesis", "none", "."])
def test_if_one_is_no_run_none_is_removed(runs, refused, wrong):
    refused("runs", "rm", "one", wrong, "--yes")
    assert names(runs) == ["one", "thesis", "two"]
