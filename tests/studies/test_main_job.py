"""The main job in small: complete, the same twice, the same after kills, and reported where torch is not installed."""

import dataclasses
import io
import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
import small
from recorded import write_unchained

from tasvir import load_model, open_run
from tasvir.contracts.errors import BadInputError
from tasvir.records.same import same_records
from tasvir.studies.families import classifier_judge
from tasvir.studies.families.main_job import STUDY, MainJobOptions
from tasvir.studies.families.represent import representation_cells
from tasvir.studies.run import run_study

CHAPTERS = ["data", "audit", "representation", "classifier", "baseline", "comparison", "generation", "evidence"]


@pytest.fixture
def again(main_job, few_digits):
    """Asks the same question with `out`, a folder that holds a copy of the finished run or is empty."""

    def ask(out, **how):
        stream = io.StringIO()
        with small.small_profiles():
            return small.run(few_digits, out, stream=stream, **how), stream.getvalue()

    return ask


@pytest.fixture
def copied(main_job, tmp_path):
    shutil.copytree(main_job.out, tmp_path / "runs")
    return tmp_path / "runs"


def test_every_cell_is_complete(main_job):
    run = main_job.finished.run
    assert main_job.finished.failed == ()
    assert main_job.finished.computed
    done = [record.name for record in run.records() if record.kind == "cell"]
    assert sorted(done) == sorted(run.run_record().data["addresses"])
    assert not (run.path / "scratch").exists()


def test_a_line_a_chapter_is_told(main_job):
    lines = [line for line in main_job.told.splitlines() if not line.startswith("This takes about")]
    assert [line.split()[0] for line in lines] == CHAPTERS
    assert all(re.search(r" (\d+)/\1 +about \d+ (s|min) left$", line) for line in lines)
    assert "\x1b" not in main_job.told


def test_the_run_record_says_how_it_was_made(main_job, few_digits):
    made = main_job.finished.run.run_record().data
    assert made["settings"] == {
        "profile": "quick",
        "seed": 0,
        "threads": 1,
        "device": "cpu",
        "precision": "fp32",
        "image_shape": [8, 8],
    }
    assert {"python", "torch", "numpy", "scikit-learn", "tasvir"} <= set(made["versions"])
    assert {"processor", "cores", "memory_gib", "system"} == set(made["machine"])
    assert made["source"] == few_digits.card.source


def test_every_metric_of_a_classifier_has_an_interval(main_job, few_digits):
    run = main_job.finished.run
    names = {"accuracy", "balanced_accuracy", "auc", "knn_accuracy", "balanced_accuracy_difference"}
    addresses = {at for name, at in run.run_record().data["addresses"].items() if not name.startswith(("generation", "evidence"))}
    found = [r for r in run.records() if r.kind == "metric" and r.name in names and r.cell in addresses]
    assert {record.name for record in found} == names
    for record in found:
        assert record.data["low"] <= record.data["value"] <= record.data["high"], record
        assert record.data["n"] == (few_digits.split == "test").sum()


def test_the_models_that_were_fitted_can_be_loaded(main_job, few_digits):
    run = main_job.finished.run
    folders = [run.file(record) for record in run.records() if record.kind == "model"]
    assert len(folders) > 6
    kinds = set()
    for folder in folders:
        model = load_model(folder)
        kinds.add(type(model).__name__)
        method = next(name for name in ("predict", "transform", "sample") if hasattr(model, name))
        given = 3 if method == "sample" else few_digits.images[:3]
        assert len(getattr(model, method)(given)) == 3
    assert {"Autoencoder", "ImageClassifier", "VAE"} <= kinds


def test_the_same_question_again_computes_nothing(copied, again):
    before = [path.read_bytes() for path in sorted(copied.glob("*/records.jsonl"))]
    finished, told = again(copied)
    assert not finished.computed
    assert [path.read_bytes() for path in sorted(copied.glob("*/records.jsonl"))] == before
    assert "parts are there already" in told


def test_two_fresh_runs_say_the_same(main_job, copied, again):
    finished, _ = again(copied, fresh=True)
    assert len(list(copied.iterdir())) == 2
    assert same_records(finished.run.records(), main_job.finished.run.records()) == []


def test_killed_twice_it_ends_as_an_unbroken_run(main_job, again, tmp_path):
    for place, count in (("append", 4), ("epoch", 23)):
        done = subprocess.run([sys.executable, small.__file__, tmp_path, place, str(count)], stderr=subprocess.DEVNULL)
        assert done.returncode == -signal.SIGKILL
    (path,) = tmp_path.iterdir()
    assert list((path / "scratch").glob("*/training.safetensors"))
    finished, _ = again(tmp_path)
    assert finished.run.path == path
    assert same_records(finished.run.records(), main_job.finished.run.records()) == []
    assert not (path / "scratch").exists()


def test_a_part_that_fails_is_tried_again(main_job, copied, again):
    (path,) = copied.iterdir()
    at = main_job.finished.run.run_record().data["addresses"]["comparison"]
    lines = (path / "records.jsonl").read_text().splitlines(keepends=True)
    write_unchained(path / "records.jsonl", (line for line in lines if json.loads(line).get("cell") != at))
    with mock.patch.object(classifier_judge, "paired_bootstrap", side_effect=ValueError("no luck")):
        finished, told = again(copied)
    assert finished.failed == ("comparison",)
    assert "comparison failed: ValueError: no luck" in told
    finished, _ = again(copied)
    assert finished.failed == ()
    assert same_records(finished.run.records(), main_job.finished.run.records()) == []


REPORT = """
import sys
class NotInstalled:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "safetensors"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NotInstalled())
from tasvir.studies.page import draw_page, summary_of
print(draw_page(sys.argv[1]))
print(*summary_of(sys.argv[1]), sep="\\n")
"""


def test_its_report_is_drawn_where_torch_is_not_installed(copied):
    (path,) = copied.iterdir()
    done = subprocess.run([sys.executable, "-c", REPORT, path], capture_output=True, text=True)
    assert done.stderr == ""
    page, *summary = done.stdout.splitlines()
    text = Path(page).read_text(encoding="utf-8")
    assert len(text) < 5_000_000
    assert len(summary) >= 3
    for words in ("Isomap", "Autoencoder (conv)", "Convolution net", "Logistic regression"):
        assert words in text, words


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"profile": "fast"}, "profile='fast' is not known: give one of quick, standard, full"),
        ({"seed": -1}, "seed=-1 is negative"),
        ({"threads": 0}, "threads=0"),
        ({"jobs": 0}, "jobs=0"),
        ({"device": "abacus"}, "device='abacus' cannot be used here"),
    ],
)
def test_a_bad_setting_is_refused_before_anything_is_made(few_digits, tmp_path, wrong, words):
    with pytest.raises(BadInputError, match=re.escape(words)):
        run_study(STUDY, few_digits, MainJobOptions(wrong.pop("profile", "quick")), out=tmp_path / "runs", **wrong)
    assert not (tmp_path / "runs").exists()


def test_a_run_is_opened_by_its_path(main_job):
    assert open_run(str(main_job.finished.run.path)).records() == main_job.finished.run.records()


def test_a_set_too_small_for_every_part_is_refused_before_anything_is_made(few_digits, tmp_path):
    train = np.flatnonzero(few_digits.split == "train")
    split = few_digits.split.copy()
    split[train[29:]] = "test"
    with pytest.raises(BadInputError, match="has 29 training images: a run needs at least 30"):
        run_study(STUDY, dataclasses.replace(few_digits, split=split), out=tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("n_train", "sizes"), [(30, {"2", "7"}), (64, {"2", "16"})])
def test_codes_have_never_more_numbers_than_a_quarter_of_the_images(few_digits, n_train, sizes):
    train = np.flatnonzero(few_digits.split == "train")
    split = few_digits.split.copy()
    split[train[n_train:]] = "test"
    names = [cell.name.split("/") for cell in representation_cells(dataclasses.replace(few_digits, split=split), 1e3, 0)]
    assert {size for _, method, size in names if method != "raw"} == sizes


def test_no_real_image_is_shown_twice(main_job):
    """Samples stand beside eight images of each class, all different where the class has eight."""
    run = main_job.finished.run
    at = run.run_record().data["addresses"]["generation/gaussian"]
    (shown,) = [run.load_array(r) for r in run.records() if r.cell == at and r.name == "real"]
    assert all(len(np.unique(images.reshape(len(images), -1), axis=0)) == len(images) for images in shown)
