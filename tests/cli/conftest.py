"""The command line as people meet it: words in, exit code and what was said out; and a folder that its commands work on."""

import contextlib
import io
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import small
from PIL import Image

from tasvir.cli import door


@dataclass(frozen=True)
class Said:
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What is on stdout, which has to be JSON and nothing else."""

        def refuse(word):
            raise AssertionError(f"{word} is no JSON")

        return json.loads(self.out, parse_constant=refuse)


def call(*words) -> Said:
    """`tasvir words...` in this process."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    argv = mock.patch.object(sys, "argv", ["tasvir", *map(str, words)])
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), argv:
        try:
            door.main()
        except SystemExit as end:
            code = end.code or 0
    return Said(code, out.getvalue(), err.getvalue())


@pytest.fixture
def tasvir(monkeypatch, tmp_path):
    """``tasvir("data", "list")`` runs that command in an empty working folder."""
    monkeypatch.chdir(tmp_path)
    return call


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


@pytest.fixture(autouse=True, scope="session")
def own_folders(tmp_path_factory):
    """No test sees or fills the user's folders."""
    with mock.patch.dict(os.environ, {"TASVIR_CACHE": str(tmp_path_factory.mktemp("cache"))}):
        os.environ.pop("TASVIR_DATA", None)
        yield


@dataclass(frozen=True)
class World:
    """A folder with colour images of two classes, a run on them, and a model of each kind."""

    images: Path
    runs: Path
    autoencoder: Path
    classifier: Path
    sampler: Path

    @property
    def run(self) -> Path:
        (path,) = self.runs.iterdir()
        return path


@pytest.fixture(scope="session")
def world(tmp_path_factory, own_folders) -> World:
    root = tmp_path_factory.mktemp("world")
    found = World(*(root / name for name in ("images", "runs", "autoencoder", "classifier", "sampler")))
    rng = np.random.default_rng(0)
    for index in range(60):
        name = ("light", "dark")[index % 2]
        pixels = rng.integers(0, 128, (12, 10, 3)) + (100 if name == "light" else 0)
        (found.images / name).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(found.images / name / f"{index:02}.png")
    with small.small_profiles():
        run = call("run", found.images, "--out", found.runs, "--threads", 1, "--jobs", 1, "--device", "cpu", "--json")
    assert run.code == 0, run.err
    shared = ("--data", found.images, "--device", "cpu", "--set", "max_epochs=2")
    for model, out, *more in (
        ("autoencoder", found.autoencoder, "--set", "n_components=2", "--set", "net.hidden=8"),
        ("image-classifier", found.classifier, "--set", "net.widths=4,8"),
    ):
        assert call("fit", model, "--out", out, *shared, *more).code == 0
    assert call("fit", "gaussian-sampler", "--data", found.images, "--out", found.sampler).code == 0
    return found
