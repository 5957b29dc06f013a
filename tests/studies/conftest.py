"""A study of toy cells, few images, and the command line where the planted study has moved in."""

import contextlib
import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
import toy
from studies.residents.door import ASK, open_door

from tasvir.data.dataset import Dataset
from tasvir.records.run import RunFolder, open_run


@pytest.fixture
def tiny(few_digits) -> Dataset:
    """Sixty digits of three classes."""
    rows = np.flatnonzero(few_digits.labels < 3)[:60]
    parts = {name: getattr(few_digits, name)[rows].copy() for name in ("images", "labels", "split")}
    return dataclasses.replace(few_digits, class_names=few_digits.class_names[:3], **parts)


@pytest.fixture
def study(tmp_path):
    """Makes toy studies that share one folder."""
    return lambda cells, **how: toy.Study(tmp_path / "run", cells, **how)


@dataclasses.dataclass(frozen=True)
class Said:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str


def call(*words) -> Said:
    """`tasvir words...` in this process, where the planted study has moved in."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            open_door(*map(str, words))
        except SystemExit as end:
            code = end.code or 0
    return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture
def tasvir(monkeypatch, tmp_path):
    """``tasvir("study", "list")`` runs that command in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    return call


@pytest.fixture(scope="session")
def planted_out(tmp_path_factory) -> Path:
    """The folder that holds the finished run of the planted study."""
    out = tmp_path_factory.mktemp("toy") / "runs"
    said = call(*ASK, "--out", out)
    assert said.code == 0, said.err
    return out


@pytest.fixture(scope="session")
def planted(planted_out) -> RunFolder:
    """The finished run of the planted study."""
    (path,) = planted_out.iterdir()
    return open_run(path)
