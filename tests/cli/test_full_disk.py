"""A full disk ends a command with one line and leaves nothing half written; with room, the same command goes on."""

import errno
import subprocess

import numpy as np
import pytest
from safetensors import SafetensorError

from tasvir import GaussianSampler, load_data, load_model, save_model
from tasvir.records.record import Record, array, model
from tasvir.records.run import RunFolder

FIT = ("fit", "autoencoder", "--data", "digits", "--set", "max_epochs=3", "--set", "net.hidden=8", "--device", "cpu")


@pytest.fixture
def disk(tmp_path):
    """A disk of its own; ``disk("300k")`` gives it another size."""
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True).returncode:
        pytest.skip("only root can make a disk")

    def resize(size):
        subprocess.run(["mount", "-o", f"remount,size={size}", place], check=True)
        return place

    yield resize
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture(scope="module")
def sampler(tmp_path_factory):
    X, y, _ = load_data("digits").part("train")
    return save_model(GaussianSampler().fit(X, y), tmp_path_factory.mktemp("sampler"))


def assert_full(said, place):
    assert said.code == 2, said
    *_, line = said.err.splitlines()
    assert line.startswith("tasvir: ")
    assert str(place) in line
    assert "disk is full; make room there and give the same command again" in line
    assert "Traceback" not in said.err


def leftovers(place):
    return sorted(str(path.relative_to(place)) for path in place.rglob("*"))


def full(*given, **how):
    raise OSError(errno.ENOSPC, "No space left on device")


def full_in_rust(*given, **how):
    raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("tasvir.train.checkpoint.save_file", full_in_rust),
        ("tasvir.models.folder.save_file", full_in_rust),
        ("tasvir.models.folder.shutil.copy2", full),
        ("tasvir.contracts.atomic.os.fsync", full),
    ],
)
def test_a_fit_goes_on_when_there_is_room(tasvir, tmp_path, monkeypatch, what, error):
    with monkeypatch.context() as patch:
        patch.setattr(what, error)
        assert_full(tasvir(*FIT, "--out", "model"), "model")
    assert [name for name in leftovers(tmp_path) if name.endswith((".part", ".old"))] == []
    assert not (tmp_path / "model" / "model.json").exists()
    assert tasvir(*FIT, "--out", "model").code == 0
    assert tasvir(*FIT, "--out", "whole").code == 0
    X = load_data("digits").images
    both = (load_model(tmp_path / name).transform(X) for name in ("model", "whole"))
    np.testing.assert_array_equal(*both)


def test_a_fit_on_a_real_full_disk(tasvir, disk):
    place = disk("16k")
    assert_full(tasvir(*FIT, "--out", place / "new" / "model"), "model")
    assert leftovers(place) == []
    disk("10m")
    assert tasvir(*FIT, "--out", place / "new" / "model").code == 0


@pytest.mark.parametrize("name", ["codes.csv", "codes.npz"])
def test_rows_on_a_real_full_disk(tasvir, disk, tmp_path, name):
    assert tasvir(*FIT, "--out", "model").code == 0
    place = disk("64k")
    assert_full(tasvir("transform", "model", "--data", "digits", "--out", place / name), name)
    assert leftovers(place) == []
    disk("10m")
    assert tasvir("transform", "model", "--data", "digits", "--out", place / name).code == 0


@pytest.mark.parametrize("name", ["drawn.npz", "drawn"])
def test_samples_on_a_real_full_disk(tasvir, disk, sampler, name):
    place = disk("16k")
    words = ("sample", sampler, "-n", 1000, "--out", place / name)
    assert_full(tasvir(*words), name)
    assert leftovers(place) == []
    refused = tasvir("sample", sampler, "-n", 1_000_000_000, "--out", place / name)
    assert refused.code == 2
    assert "1000000000 images need about" in refused.err
    disk("20m")
    assert tasvir(*words).code == 0


def test_records_on_a_real_full_disk(disk, sampler, tmp_path):
    """What a run writes: a line of its journal, an array, a model folder."""
    from tasvir.contracts.errors import DiskFullError

    place = disk("1m")
    run = RunFolder.create(place / "run", Record("run", "run", data={"addresses": {"fit": "a1"}}))
    (tmp_path / "big").mkdir()
    (tmp_path / "big" / "weights").write_bytes(bytes(2_000_000))
    before = leftovers(place)
    long = Record("metric", "long", "a1", {"text": "x" * 2_000_000})
    for record in (array("big", np.zeros(2_000_000)), model("big", tmp_path / "big"), long):
        with pytest.raises(DiskFullError, match="cannot be written: its disk is full"):
            run.append([record])
        assert leftovers(place) == before
        assert [found.kind for found in run.records()] == ["run"]
    done = Record("cell", "fit", "a1", {"parameters": {}, "seed": 0, "facts": {}, "elapsed_s": 0.1})
    run.append([done])
    assert [found.kind for found in run.records()] == ["run", "cell"]
