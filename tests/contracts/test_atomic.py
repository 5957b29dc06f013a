"""A file or folder is there whole or not at all: after success, after an error, after a kill."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tasvir.contracts.atomic import atomic_file, atomic_folder, full_disk_told, must_be_replaceable, must_be_writable
from tasvir.contracts.errors import DataFileError, DiskFullError


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


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"),  # safetensors'
        shutil.Error([("a", "b", "[Errno 28] No space left on device: 'b'")]),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("atomic", [atomic_file, atomic_folder])
def test_a_full_disk_is_one_line_and_leaves_nothing(tmp_path, atomic, error):
    path = tmp_path / "new" / "folder" / "it"

    def fail():
        with atomic(path) as temporary:
            (temporary / "half" if atomic is atomic_folder else temporary).write_text("half")
            raise error

    with pytest.raises(DiskFullError, match=r"new/folder/it cannot be written: its disk is full; make room there and") as told:
        fail()
    assert "\n" not in str(told.value)
    assert told.value.exit_code == 2
    assert os.listdir(tmp_path) == []


def test_it_is_told_too_when_it_shows_at_the_end_only(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError, match="it cannot be written"), atomic_file(tmp_path / "it") as temporary:
        temporary.write_text("new")
    assert os.listdir(tmp_path) == []


def test_the_outer_place_is_the_one_that_is_named(tmp_path):
    def fail():
        with atomic_folder(tmp_path / "outer") as folder, atomic_file(folder / "inner"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFullError, match="outer cannot"):
        fail()


def test_another_error_is_left_as_it_is(tmp_path):
    with pytest.raises(OSError, match=r"^\[Errno 5\] broken$"), full_disk_told(tmp_path):
        raise OSError(errno.EIO, "broken")


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there")
    with atomic_folder(tmp_path / "link") as temporary:
        (temporary / "new").write_text("")
    assert sorted(os.listdir(tmp_path)) == ["link", "there"]
    assert (tmp_path / "link").is_symlink()
    assert os.listdir(tmp_path / "there") == ["new"]


@pytest.mark.parametrize("folder", ["", "new", "deep/and/new"])
def test_a_place_that_can_be_written_is_left_as_it_is(tmp_path, folder):
    must_be_writable(tmp_path / folder)
    assert os.listdir(tmp_path) == []


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFileError, match=r"/file is a file, so nothing can be written in it: name another place"):
        must_be_writable(tmp_path / "file" / "deep" / "new")


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (errno.EACCES, "new cannot be written .Permission denied.: name another place"),
        (errno.EROFS, "new cannot be written .Read-only file system.: name another place"),
        (errno.ENOSPC, "new cannot be written: its disk is full"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused(tmp_path, monkeypatch, number, line):
    def refuse(**where):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(DataFileError, match=line):
        must_be_writable(tmp_path / "new")


def test_what_cannot_be_put_in_another_place_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    must_be_replaceable(tmp_path / "new")
    for folder in (".", "/", "/proc"):
        with pytest.raises(DataFileError, match=f"{folder} cannot be replaced as a whole: name a folder in it"):
            must_be_replaceable(Path(folder))
