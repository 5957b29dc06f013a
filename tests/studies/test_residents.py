"""A study moves in by one row: listed, estimated, run, reported, asked again, resumed; bad input is one line."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import catalogues
import numpy as np
import pytest
from PIL import Image
from studies.residents import door, toy_chapter, toy_study
from studies.residents.door import ASK

import tasvir as package
from tasvir.records.run import open_run
from tasvir.records.same import same_records
from tasvir.report.text import report_text
from tasvir.report.words import language as language_module
from tasvir.report.write import read_report


def only(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_it_is_small_and_nothing_in_src_knows_it():
    lines = {module: len(Path(module.__file__).read_text().splitlines()) for module in (toy_study, toy_chapter)}
    assert lines[toy_study] <= 60
    assert lines[toy_chapter] <= 100
    source = "".join(path.read_text() for path in Path(package.__file__).parent.rglob("*.py"))
    assert "toy_" not in source
    assert "residents" not in source


def test_it_is_listed_with_its_question(tasvir):
    rows = json.loads(tasvir("study", "list", "--json").out)
    assert {"study": "toy", "question": toy_study.STUDY.question} in rows
    assert toy_study.STUDY.question in tasvir("study", "list").out


def test_its_options_are_flags(tasvir):
    said = tasvir("study", "toy", "--help").out
    assert toy_study.STUDY.question in said
    for words in ("--n-seeds", "Trainings of the net.", "--max-epochs", "--jobs", "--image-size"):
        assert words in said, words


def test_it_is_estimated_and_nothing_is_made(tasvir, tmp_path):
    few, many = (json.loads(tasvir("study", "estimate", "toy", "digits", "--n-seeds", n, "--json").out) for n in (3, 30))
    assert list(few["seconds"]) == ["toy/arms", "toy/verdict"]
    assert list(few["smallest"]) == ["toy/verdict"]
    assert 0 < few["total_s"] < many["total_s"]
    assert 0 < many["smallest"]["toy/verdict"] < few["smallest"]["toy/verdict"] < 0.2
    assert "toy/verdict: the smallest difference" in tasvir("study", "estimate", "toy", "digits").out
    assert list(tmp_path.iterdir()) == []


def test_both_cells_are_complete(planted):
    made = planted.run_record().data
    asked = {
        "n_seeds": 3,
        "max_epochs": 3,
        "seed": 0,
        "threads": 1,
        "device": "cpu",
        "precision": "fp32",
    }
    assert made["settings"] == asked | {"image_shape": [8, 8]}
    assert made["command"].startswith("tasvir study toy digits ")
    assert [record.name for record in planted.records() if record.kind == "cell"] == ["toy/arms", "toy/verdict"]
    assert not (planted.path / "scratch").exists()


def test_each_seed_is_a_training_of_its_own(planted):
    (predicted,) = (planted.load_array(record) for record in planted.records() if record.name == "predictions net")
    assert len(np.unique(predicted, axis=0)) == 3


def test_the_same_question_again_computes_nothing(planted_out, planted, tasvir):
    before = (planted.path / "records.jsonl").read_bytes()
    said = tasvir(*ASK, "--out", planted_out)
    assert said.code == 0
    assert "This run is finished already" in said.err
    assert (planted.path / "records.jsonl").read_bytes() == before
    assert only(planted_out) == planted.path


def test_it_is_reported(planted, tasvir, tmp_path):
    page = (planted.path / "report.html").read_text(encoding="utf-8")
    for words in ('<section id="toy">', 'class="verdict"', "The nearest images", "Loss of the first seed", 'id="toy-hardest"'):
        assert words in page, words
    assert "n_seeds 3 · max_epochs 3 · seed 0" in page
    assert '<section id="classifier">' not in page
    (planted.path / "report.html").unlink()
    said = tasvir("report", planted.path, "--figures", tmp_path / "figures", "--json")
    assert (planted.path / "report.html").read_text(encoding="utf-8") == page
    (line,) = json.loads(said.out)["summary"]
    assert line.startswith("Learned: ")
    assert "the nearest images" in line
    names = {path.name.split("-", 2)[2] for path in (tmp_path / "figures").iterdir()}
    assert {"toy-arms.csv", "toy-seeds.png", "toy-loss.svg", "toy-hardest.png"} <= names


def test_asked_again_it_says_the_same(planted_out, planted, tasvir, tmp_path):
    said = json.loads(tasvir("rerun", planted.path, "--out", tmp_path / "again", "--json").out)
    assert (said["same_data"], said["differences"]) == (True, [])
    assert only(tmp_path / "again").name == planted.path.name


def test_runs_list_knows_it(planted_out, planted, tasvir):
    (row,) = json.loads(tasvir("runs", "list", "--out", planted_out, "--json").out)
    told = {"run": planted.path.name, "study": "toy", "data": "digits", "options": "n_seeds 3, max_epochs 3", "seed": 0}
    assert row == told | {"state": "finished"}
    assert planted.path.name in tasvir("runs", "list", "--out", planted_out).out


@pytest.mark.parametrize(("place", "count"), [("append", 1), ("epoch", 2), ("epoch", 5), ("epoch", 9)])
def test_killed_and_resumed_it_ends_as_an_unbroken_run(planted, tasvir, tmp_path, place, count):
    words = (door.__file__, "--die", place, str(count), *ASK)
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, stderr=subprocess.DEVNULL)
    assert done.returncode == -signal.SIGKILL
    path = only(tmp_path / "runs")
    kept = len(open_run(path).records()) > 1
    assert kept == (place == "append")
    assert bool(list((path / "scratch").glob("*/net *.safetensors"))) or kept
    assert tasvir(*ASK).code == 0
    assert only(tmp_path / "runs") == path
    assert same_records(open_run(path).records(), planted.records()) == []
    assert not (path / "scratch").exists()


def test_jobs_change_no_record(planted, tasvir, tmp_path):
    assert tasvir(*ASK, "--jobs", 2).code == 0
    assert same_records(open_run(only(tmp_path / "runs")).records(), planted.records()) == []


def images(folder: Path, **classes: int) -> Path:
    """So many images of each class."""
    rng = np.random.default_rng(0)
    for name, n in classes.items():
        (folder / name).mkdir(parents=True)
        for i in range(n):
            Image.fromarray(rng.integers(0, 255, (8, 8), dtype=np.uint8)).save(folder / name / f"{i:02}.png")
    return folder


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("study", "toi", "digits"), "did you mean 'toy'"),
        (("study", "estimate", "toi", "digits"), "did you mean 'toy'"),
        (("study", "toy", "digits", "--n-seed", "3"), "--n-seeds"),
        (("study", "toy", "digits", "--profile", "quick"), "--profile"),
        (("study", "toy", "digits", "--n-seeds", "many"), "--n-seeds"),
        (("study", "toy", "digits", "--jobs", "0"), "--jobs 0"),
        (("study", "toy", "{one class}"), "has one class only"),
        (("study", "toy", "{few}"), "has 16 training images of 2 classes: give 30 or more"),
        (("study", "estimate", "toy", "{few}"), "has 16 training images of 2 classes: give 30 or more"),
    ],
    ids=lambda value: None if isinstance(value, str) else " ".join(value[1:]),
)
def test_bad_input_is_one_line_and_nothing_is_made(tasvir, tmp_path_factory, tmp_path, words, told):
    place = tmp_path_factory.mktemp("images")
    made = {"{few}": lambda: images(place, a=10, b=10), "{one class}": lambda: images(place, a=40)}
    said = tasvir(*(made[word]() if word in made else word for word in words))
    assert said.code == 2, said
    assert said.out == ""
    assert said.err.startswith("tasvir: ")
    assert said.err.count("\n") == 1
    assert told in said.err
    assert list(tmp_path.iterdir()) == []


#: The chapter's own words; all others stand in the catalogue.
PERSIAN = {
    "A net beside neighbours": "یک شبکه کنار همسایه‌ها",
    "The nearest images": "نزدیک‌ترین تصویرها",
    "the nearest images": "نزدیک‌ترین تصویرها",
    "The small net": "شبکهٔ کوچک",
    "the small net": "شبکهٔ کوچک",
    "Balanced accuracy on the test images, the mean over seeds.": "درستی متوازن روی تصویرهای آزمون، میانگین بذرها.",
    "Balanced accuracy, a dot for each seed.": "درستی متوازن، یک نقطه برای هر بذر.",
    "Rows of dots.": "سطرهایی از نقطه‌ها.",
    "Loss of the first seed's net.": "تابع هزینهٔ شبکهٔ بذر نخست.",
    "The ten test images of which the first net is least sure.": "ده تصویر آزمون که شبکهٔ نخست کمترین اطمینان را به آن‌ها دارد.",
    "A grid of images.": "جدولی از تصویرها.",
    "A seed is one more training of the same net on the same images.": "هر بذر یک آموزش دیگر همان شبکه روی همان تصویرهاست.",
}


def test_its_chapter_speaks_persian(planted, tmp_path, monkeypatch):
    catalogue = catalogues.read("fa")
    for template, words in PERSIAN.items():
        catalogue.add(template, words)
    catalogues.write(catalogue, tmp_path / "fa.po")
    monkeypatch.setattr(language_module, "CATALOGUES", tmp_path)
    language_module.language.cache_clear()
    try:
        text = report_text(read_report(planted.path, [toy_chapter]), language_module.language("fa"))
    finally:
        language_module.language.cache_clear()
    assert "شبکهٔ کوچک" in text
    assert "آنچه" not in text
    assert re.findall(r"[A-Za-z]{2,}", text.split("\n", 4)[4]) == []
