"""`tasvir study`: what stops a study stops it whole, and what is asked in vain leaves nothing."""

import os
import subprocess
import sys
import time

import pytest

DOOR = "import sys; from tasvir.cli import door; sys.argv = ['tasvir', *sys.argv[1:]]; door.main()"


def begun(words, out):
    """The command, in a session of its own, when a training of it has written its first checkpoint."""
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    process = subprocess.Popen([sys.executable, "-c", DOOR, *words, "--out", str(out)], **how)
    while not list(out.glob("*/scratch/*/training.safetensors")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    return process


def gone(group: int) -> bool:
    """Whether every process of a group ends within a few seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_signal_stops_it_and_it_says_how_to_go_on(tmp_path, jobs):
    process = begun(["run", "digits", "--threads", "1", "--device", "cpu", "--jobs", jobs], tmp_path)
    process.terminate()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert out == ""
    assert err.splitlines()[-1].startswith("Stopped. What is finished is kept; go on with:  tasvir run digits --threads 1")
    assert "Traceback" not in err
    assert gone(process.pid)


def test_a_killed_study_leaves_no_process_behind(tmp_path):
    process = begun(["run", "digits", "--threads", "1", "--device", "cpu", "--jobs", "2"], tmp_path)
    process.kill()
    process.communicate(timeout=60)
    assert gone(process.pid)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["study", "rum", "digits"], "no study is called 'rum': did you mean 'run'?"),
        (["study", "estimate", "dream", "digits"], "no study is called 'dream': choose one of run"),
        (["run", "digits", "--profil", "quick"], "--profile"),
        (["study", "run", "digits", "--profile", "fast"], "--profile 'fast' is not known: give one of quick, standard, full"),
        (["run", "digits", "--jobs", "0"], "--jobs 0: give a whole number of at least 1"),
        (["run", "digits", "--jobs", "many"], "--jobs many: give a whole number of at least 1, or auto"),
        (["run", "digits", "--backend", "threads"], "--backend 'threads' is not known: give one of loky, dask"),
        (["run", "digits", "--backend", "dask"], "give --backend dask --scheduler ADDRESS"),
        (
            ["run", "digits", "--backend", "dask", "--scheduler", "nowhere"],
            "--scheduler 'nowhere' is no address: give one as tcp://host:8786",
        ),
    ],
)
def test_what_is_asked_in_vain_is_one_line(refused, words, said, monkeypatch):
    monkeypatch.setattr("tasvir.studies.jobs.PATIENCE_S", 1)
    assert said in refused(*words)


def test_an_estimate_says_what_it_takes_and_shows_and_makes_nothing(tasvir, tmp_path):
    said = tasvir("study", "estimate", "run", "digits", "--threads", 1, "--device", "cpu", "--json").json
    assert said["total_s"] == pytest.approx(sum(said["seconds"].values()))
    assert set(said["smallest"]) == {"evidence/verdict"}
    assert 0.01 < said["smallest"]["evidence/verdict"] < 0.1
    assert list(tmp_path.iterdir()) == []
