"""Bad input, a line of a table each: exit code 2, one line that says what was wrong and what to do, nothing left behind."""

import os
import re
import shlex
import shutil
from pathlib import Path
from unittest import mock

import pytest
import small
from cli.bad.commands import COMMANDS
from cli.bad.folders import FOLDERS
from cli.bad.layers import LAYERS_BAD
from cli.bad.more_sets import MORE_SETS
from cli.bad.sets import SETS
from cli.bad.studies import STUDIES

TABLE = [*SETS, *MORE_SETS, *COMMANDS, *STUDIES, *FOLDERS, *LAYERS_BAD]
#: What to do stands behind a colon or a semicolon.
REMEDY = re.compile(
    r"[:;] (?:[\w' ]+, )?(?:put|check|download|save|add|remove|repair|give|name|move|choose|say|use|make|fill|write|change|see)"
)


@pytest.fixture(scope="module")
def places(world, tmp_path_factory):
    root = tmp_path_factory.mktemp("bad")
    (root / "file").write_text("x")
    (root / "empty").mkdir()
    (root / "one_class" / "only").mkdir(parents=True)
    for path in list((world.images / "light").iterdir())[:5]:
        os.link(path, root / "one_class" / "only" / path.name)
    named = {name: getattr(world, name) for name in ("images", "run", "autoencoder", "classifier", "sampler")}
    return named | {name: root / name for name in ("file", "empty", "one_class", "new")}


@pytest.fixture
def offline(monkeypatch, tmp_path_factory):
    """A cache of its own, and no network."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("TASVIR_CACHE", str(folder))
    monkeypatch.setenv("TASVIR_OFFLINE", "1")
    return folder


def everything(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*"))


def test_there_are_three_hundred_and_no_two_share_reader_and_cause():
    keys = [(bad.reader, bad.cause) for bad in TABLE]
    assert len(set(keys)) == len(keys) >= 300


@pytest.mark.parametrize("bad", TABLE, ids=str)
def test_it_is_one_line_and_leaves_nothing(bad, tasvir, places, tmp_path, offline):
    if bad.of:
        shutil.copytree(places[bad.of], tmp_path / bad.of)
    bad.make(tmp_path)
    before = everything(tmp_path, places["new"].parent)
    with small.small_profiles():  # a minute less, should something go through
        said = tasvir(*(word.format(**places) for word in shlex.split(bad.words)))
    assert said.code == 2, said
    assert "Traceback" not in said.err
    assert everything(tmp_path, places["new"].parent) == before
    if "Usage" not in bad.says:
        assert said.out == ""
        assert re.fullmatch(r"tasvir: [^\n]+\n", said.err), said.err
        assert re.search(bad.says, said.err), said.err
    if bad.words.startswith("data info ") and "Usage" not in bad.says:
        assert REMEDY.search(said.err), said.err
        assert [path for path in everything(offline) if path.is_file()] == []


def test_a_bad_folder_in_the_environment_is_named(tasvir):
    with mock.patch.dict(os.environ, {"TASVIR_DATA": "no/such/folder"}):
        answer = tasvir("data", "list")
    assert answer.code == 2
    assert "TASVIR_DATA" in answer.err
    assert "no/such/folder" in answer.err


def test_with_json_the_line_is_for_people(tasvir):
    answer = tasvir("data", "info", "nowhere", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("tasvir: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tasvir, tmp_path):
    tmp_path.chmod(0o500)
    answer = tasvir("fit", "gaussian-sampler", "--data", "digits", "--out", tmp_path / "model")
    assert answer.code == 2
    assert str(tmp_path) in answer.err
