"""Every command has help, knows --json, and loads nothing heavy before it works."""

import importlib.util
import subprocess
import sys
import warnings
from pathlib import Path
from unittest import mock

import pytest
import small
from commands import COMMANDS

import tasvir as package
from tasvir.contracts.errors import BadInputError, LossNotFiniteError
from tasvir.train import precision


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_and_flag_says_what_it_is_for(tasvir, words):
    said = tasvir(*words.split(), "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: tasvir {words} ")
    assert COMMANDS[words].help.strip().endswith((".", "?"))
    silent = [p.name for p in COMMANDS[words].params if p.name != "help" and not getattr(p, "help", None)]
    assert silent == []


@pytest.mark.parametrize("words", ["", "data", "runs", "study", "study estimate"])
def test_without_a_command_the_help_is_told(tasvir, words):
    said = tasvir(*words.split())
    assert said.code == 2
    assert f"Usage: tasvir {words}".strip() in said.err
    assert "Commands:" in said.err


def test_a_warning_is_one_line(tasvir, monkeypatch, tmp_path):
    monkeypatch.setattr(precision, "has_bf16", lambda device: False)
    monkeypatch.setattr(precision, "slowdown", lambda device: 3.21)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        words = "fit autoencoder --data digits --set max_epochs=1 --precision bf16 --out"
        said = tasvir(*words.split(), str(tmp_path / "model"))
    assert said.code == 0
    assert "tasvir: precision='bf16' is emulated on cpu: a matrix product takes 3.2 times as long" in said.err.splitlines()[0]


def test_the_version(tasvir):
    said = tasvir("--version")
    assert (said.code, said.out, said.err) == (0, f"tasvir {package.__version__}\n", "")


LIGHT = """
import sys
import warnings
from tasvir.cli import door
sys.argv = ["tasvir", *sys.argv[1:]]
try:
    door.main()
except SystemExit as end:
    assert not end.code, end.code
heavy = {"torch", "sklearn", "matplotlib", "scipy", "pandas", "jinja2", "rich.table"} & set(sys.modules)
print("heavy:", sorted(heavy))
"""


@pytest.mark.parametrize(
    "words",
    ["--help", "--version", "run --help", "study list", "study estimate run --help", "fit --help", "data list", "layers --help"],
)
def test_nothing_heavy_is_loaded_for_words(words):
    done = subprocess.run([sys.executable, "-c", LIGHT, *words.split()], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("heavy: []\n")


def test_the_installed_command_is_the_door():
    script = Path(sys.executable).parent / "tasvir"
    if not script.exists() or importlib.util.find_spec("tasvir") is None:
        pytest.skip("the package is on the path, but not installed")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("tasvir ")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (BadInputError("x=1: give 2"), 2, "tasvir: x=1: give 2\n"),
        (LossNotFiniteError("loss became\nnan"), 1, "tasvir: loss became nan\n"),
        (PermissionError(13, "Permission denied", "/a/file"), 2, "tasvir: /a/file: Permission denied; check the path"),
        (MemoryError("Unable to allocate 745 GiB"), 1, "tasvir: not enough memory (Unable to allocate 745 GiB); ask for less"),
        (OSError(28, "No space left on device"), 2, "tasvir: No space left on device; check the path"),
    ],
)
def test_an_error_that_we_explain_is_one_line(tasvir, error, code, line):
    with mock.patch("tasvir.data.known.listing.list_data", side_effect=error):
        said = tasvir("data", "list")
    assert said.code == code
    assert said.err.startswith(line)
    assert said.err.count("\n") == 1


def test_a_defect_of_ours_is_not_hidden(tasvir):
    with mock.patch("tasvir.data.known.listing.list_data", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        tasvir("data", "list")


def test_a_reader_that_has_gone_is_no_error():
    code = "import sys; from tasvir.cli import door; sys.argv = ['tasvir', 'data', 'list']; door.main()"
    done = subprocess.run(f'{sys.executable} -c "{code}" | head -c 1', shell=True, capture_output=True, text=True)
    assert done.stderr == ""


def test_an_interrupt_says_how_to_go_on(tasvir):
    with mock.patch("tasvir.studies.run.run_study", side_effect=KeyboardInterrupt):
        said = tasvir("run", "digits", "--seed", 3, "--fresh", "--out", "my runs")
    assert said.code == 1
    assert said.err.endswith("go on with:  tasvir run digits --seed 3 --out 'my runs'\n")


@pytest.mark.parametrize(
    ("epochs", "line"), [(1, "No epoch was finished; begin again"), (2, "The last checkpoint is in my model; go on")]
)
def test_an_interrupted_fit_says_how_to_go_on(tasvir, epochs, line):
    told = []

    def stop(epoch, max_epochs, row):
        told.append(epoch)
        if len(told) == epochs:
            raise KeyboardInterrupt

    words = ("fit", "autoencoder", "--data", "digits", "--out", "my model", "--set", "max_epochs=3", "--set", "net.hidden=8")
    with mock.patch("tasvir.cli.model._losses_told", return_value=stop):
        said = tasvir(*words)
    assert said.code == 1
    again = "tasvir fit autoencoder --data digits --out 'my model' --set max_epochs=3 --set net.hidden=8"
    assert said.err == f"\nStopped. {line} with:  {again}\n"
    assert tasvir(*words).code == 0


def test_an_interrupt_anywhere_else_is_a_failure_without_a_traceback(tasvir):
    with mock.patch("tasvir.data.known.listing.list_data", side_effect=KeyboardInterrupt):
        assert tasvir("data", "list").code == 1


@pytest.fixture(scope="session")
def asked(world, tmp_path_factory):
    """Each command, asked for something that it can answer."""
    out, images = tmp_path_factory.mktemp("asked"), ("--data", world.images)
    predictions = out / "predictions.csv"
    predictions.write_text("label,predicted\na,a\nb,a\nb,b\n")
    played = (world.images, "--vary", "net", "--epochs", 1, "--threads", 1, "--device", "cpu")
    coded = (world.images, "--hidden", "8", "--code", 3, "--epochs", 1, "--threads", 1, "--device", "cpu")
    looked = (world.images, "--n", 2, "--betas", 0.5, 2, "--epochs", 1, "--threads", 1, "--device", "cpu")
    seen = (world.images, "--epochs", 1, "--threads", 1, "--device", "cpu")
    normed = (world.images, "--rates", "0.1,1", "--batch-sizes", "4,8", "--batch-size", 8, "--updates", 2, "--seeds", 1)
    reduced = (world.images, "--methods", "raw,pca", "--dims", "2,3", "--threads", 1, "--device", "cpu")
    cleaned = (world.images, "--variances", "0.01", "--epochs", 1, "--threads", 1, "--device", "cpu")
    return {
        "run": ("run", world.images, "--out", world.runs, "--threads", 1, "--device", "cpu"),
        "study run": ("study", "run", world.images, "--out", world.runs, "--threads", 1, "--device", "cpu"),
        "study denoise": ("study", "denoise", *cleaned, "--jobs", 1, "--out", out / "runs"),
        "study estimate denoise": ("study", "estimate", "denoise", *cleaned),
        "study gan": ("study", "gan", *played, "--jobs", 1, "--out", out / "runs"),
        "study estimate gan": ("study", "estimate", "gan", *played),
        "study latent": ("study", "latent", *looked, "--jobs", 1, "--out", out / "runs"),
        "study estimate latent": ("study", "estimate", "latent", *looked),
        "study reduction": ("study", "reduction", *reduced, "--out", out / "runs"),
        "study estimate reduction": ("study", "estimate", "reduction", *reduced),
        "study codes": ("study", "codes", *coded, "--jobs", 1, "--out", out / "runs"),
        "study estimate codes": ("study", "estimate", "codes", *coded),
        "study saliency": ("study", "saliency", *seen, "--jobs", 1, "--out", out / "runs"),
        "study estimate saliency": ("study", "estimate", "saliency", *seen),
        "study batchnorm": ("study", "batchnorm", *normed, "--threads", 1, "--device", "cpu", "--jobs", 1, "--out", out / "runs"),
        "study estimate batchnorm": ("study", "estimate", "batchnorm", *normed, "--threads", 1, "--device", "cpu"),
        "study list": ("study", "list"),
        "study estimate run": ("study", "estimate", "run", world.images, "--threads", 1, "--device", "cpu"),
        "rerun": ("rerun", world.run),
        "fit": ("fit", "gaussian-sampler", *images, "--out", out / "model"),
        "transform": ("transform", world.autoencoder, *images, "--out", out / "codes.csv"),
        "predict": ("predict", world.classifier, *images, "--out", out / "classes.npz"),
        "explain": ("explain", world.classifier, world.images / "light", *images, "--out", out / "explained"),
        "evaluate": ("evaluate", world.classifier, *images),
        "score": ("score", predictions),
        "sample": ("sample", world.sampler, "-n", 3, "--out", out / "drawn.npz"),
        "report": ("report", world.run),
        "layers": ("layers", "conv(8,3,same) maxpool(2) flatten dense(2)", "--input", "12x12x3"),
        "data list": ("data", "list"),
        "data info": ("data", "info", world.images),
        "data cache list": ("data", "cache", "list"),
        "data cache clear": ("data", "cache", "clear"),
        "data audit": ("data", "audit", world.images),
        "data fetch": ("data", "fetch", "digits"),
        "runs list": ("runs", "list", "--out", world.runs),
        "runs models": ("runs", "models", world.run),
        "runs rm": ("runs", "rm", world.run, "--out", world.runs),
    }


#: What may not be asked twice of the shared folder, or needs the network: their own tests ask.
ASKED_ELSEWHERE = {"rerun", "runs rm", "data fetch"}


@pytest.mark.parametrize("words", COMMANDS)
def test_json_is_all_that_stdout_holds(asked, tasvir, words):
    assert words in asked, "a new command: ask it for something here"
    if words in ASKED_ELSEWHERE:
        assert "--json" in tasvir(*words.split(), "--help").out
        return
    with small.small_profiles():
        said = tasvir(*asked[words], "--json")
    assert said.code == 0, said
    assert said.json or said.json == []
    assert said.err.strip(), "nothing was said to people"
    assert "Traceback" not in said.err
