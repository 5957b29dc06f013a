"""Every figure, table and caption as a file."""

import csv
from dataclasses import replace

from recorded import Run

from tasvir.report.export import export_figures
from tasvir.report.words.language import language


def test_each_figure_table_and_caption_is_there(two_once, tmp_path):
    run = Run(two_once.about, {"classifier/0": two_once.cells["classifier/0"]})
    (tmp_path / "mine.txt").write_text("stays")
    export_figures(run.report(), tmp_path, language())
    names = {path.name for path in tmp_path.iterdir()}
    assert {f"figure-04-roc.{kind}" for kind in ("png", "svg", "txt")} <= names
    assert {"table-01-classifier-scores.csv", "table-01-classifier-scores.txt", "mine.txt"} <= names
    assert not [name for name in names if name.endswith(".part")]
    assert (tmp_path / "figure-03-confusion.txt").read_text().startswith("Figure 3. Test images of each class")


def test_a_table_reads_back(digits_once, tmp_path):
    export_figures(Run(digits_once.about, {"data": digits_once.cells["data"]}).report(), tmp_path, language())
    with (tmp_path / "table-02-split.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["Part", "Images", "Smallest class", "Largest class"]
    assert rows[-1] == ["test", "64", "4", "10"]


def test_numbers_have_columns_of_their_own(two_once, tmp_path):
    run = Run(two_once.about, {"classifier/0": two_once.cells["classifier/0"]})
    export_figures(run.report(), tmp_path, language())
    with (tmp_path / "table-01-classifier-scores.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert float(row["Accuracy low"]) <= float(row["Accuracy"]) <= float(row["Accuracy high"]) <= 1
    assert float(row["Fit"]) > 0


def test_a_label_is_no_formula(digits_once, tmp_path):
    data = digits_once.cells["data"]
    named = [replace(r, data=renamed(r.data)) if r.kind == "cell" else r for r in data]
    net = digits_once.cells["classifier/0"]
    export_figures(Run(digits_once.about, {"data": named, "classifier/0": net}).report(), tmp_path, language())
    assert "'=cmd()" in "".join(path.read_text() for path in tmp_path.glob("*.csv"))


def renamed(data):
    names = ["=cmd()", *data["facts"]["class_names"][1:]]
    return {**data, "facts": {**data["facts"], "class_names": names}}
