"""The command line where the planted study has moved in, and its run on the bundled digits."""

import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from studies.residents.toy_door import ASK, ROW

from tasvir.cli import door
from tasvir.records.run import RunFolder, open_run
from tasvir.studies.study import STUDIES


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str


def call(*words) -> Said:
    """`tasvir words...` in this process, where the table has one more row."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    argv = mock.patch.object(sys, "argv", ["tasvir", *map(str, words)])
    row = mock.patch.dict(STUDIES, ROW)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), argv, row:
        try:
            door.main()
        except SystemExit as end:
            code = end.code or 0
    return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture
def tasvir(monkeypatch, tmp_path):
    """``tasvir("study", "list")`` runs that command in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    return call


@pytest.fixture(scope="session")
def out(tmp_path_factory) -> Path:
    """The folder that holds its finished run."""
    out = tmp_path_factory.mktemp("toy") / "runs"
    said = call(*ASK, "--out", out)
    assert said.code == 0, said.err
    return out


@pytest.fixture(scope="session")
def run(out) -> RunFolder:
    (path,) = out.iterdir()
    return open_run(path)
