"""A file or folder is there whole or not at all: after success, after an error, after a kill."""

import os
import signal
import subprocess
import sys

import pytest

from tasvir.contracts.atomic import atomic_file, atomic_folder


def test_a_file_appears_whole_and_alone(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    with atomic_file(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
        assert temporary.parent == path.parent  # renaming is atomic within one file system only
    assert path.read_text() == "new"
    assert os.listdir(path.parent) == ["file.txt"]


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with atomic_file(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"


def test_a_folder_is_replaced_whole(tmp_path):
    path = tmp_path / "folder"
    for text in ("old", "new"):
        with atomic_folder(path) as temporary:
            (temporary / f"{text}.txt").write_text(text)
    assert [file.name for file in path.iterdir()] == ["new.txt"]
    assert os.listdir(tmp_path) == ["folder"]


@pytest.mark.parametrize("atomic", [atomic_file, atomic_folder])
@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_leaves_what_was_there(tmp_path, atomic, error):
    path = tmp_path / "it"
    path.mkdir() if atomic is atomic_folder else path.write_text("old")

    def fail():
        with atomic(path) as temporary:
            (temporary / "new" if atomic is atomic_folder else temporary).write_text("new")
            raise error

    with pytest.raises(error):
        fail()
    assert os.listdir(tmp_path) == ["it"]
    assert path.is_dir() if atomic is atomic_folder else path.read_text() == "old"


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_the_users_permissions_hold(tmp_path, umask):
    old = os.umask(umask)
    try:
        with atomic_file(tmp_path / "file") as temporary:
            temporary.write_text("x")
        with atomic_folder(tmp_path / "folder") as temporary:
            pass
        assert os.umask(umask) == umask
    finally:
        os.umask(old)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o666 & ~umask
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o777 & ~umask


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
import tasvir.contracts.atomic as atomic

def die(*given, **how):
    os.kill(os.getpid(), signal.SIGKILL)

where, moment = Path(sys.argv[1]), sys.argv[2]
with atomic.atomic_folder(where) as part:
    (part / "a.txt").write_text("new")
    (part / "b.txt").write_text("new")
    if moment == "before":
        die()
    real, count = Path.replace, []
    def replace(self, target):
        count.append(1)
        if moment == f"rename {len(count)}":
            die()
        return real(self, target)
    Path.replace = replace
    def half(folder, *given, **how):
        for file in list(Path(folder).glob("*"))[:1]:
            file.unlink()
            die()
    if moment == "removing":
        shutil.rmtree = half
die()
"""


@pytest.mark.parametrize("moment", ["before", "rename 1", "rename 2", "removing", "after"])
def test_a_killed_folder_is_the_old_one_the_new_one_or_none(tmp_path, moment):
    path = tmp_path / "folder"
    path.mkdir()
    for name in ("a.txt", "b.txt"):
        (path / name).write_text("old")
    done = subprocess.run([sys.executable, "-c", KILLED, path, moment])
    assert done.returncode == -signal.SIGKILL
    found = [file.read_text() for file in sorted(path.iterdir())] if path.exists() else []
    assert found in (["old", "old"], ["new", "new"], [])
    with atomic_folder(path) as temporary:  # and the next attempt goes through
        (temporary / "c.txt").write_text("next")
    assert [file.name for file in path.iterdir()] == ["c.txt"]
