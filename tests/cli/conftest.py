"""The command line as people meet it: words in, exit code and what was said out."""

import json
import sys
from dataclasses import dataclass

import pytest

from tasvir.cli import door


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def tasvir(monkeypatch, capsys, tmp_path):
    """``tasvir("data", "list")`` runs that command in an empty working folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words) -> Said:
        monkeypatch.setattr(sys, "argv", ["tasvir", *map(str, words)])
        capsys.readouterr()
        code = 0
        try:
            door.main()
        except SystemExit as end:
            code = end.code or 0
        return Said(code, *capsys.readouterr())

    return run


@pytest.fixture
def refused(tasvir, tmp_path):
    """The one line that a command ends with at bad input, which leaves nothing behind."""

    def run(*words) -> str:
        before = sorted(tmp_path.rglob("*"))
        said = tasvir(*words)
        assert said.code == 2, said
        assert said.out == ""
        assert said.err.startswith("tasvir: ")
        assert said.err.count("\n") == 1
        assert sorted(tmp_path.rglob("*")) == before
        return said.err

    return run
