"""Every figure, table and caption as a file."""

import csv

import numpy as np

from tasvir.report.export import export_figures
from tasvir.report.summary import compose, summarise


def test_each_figure_table_and_caption_is_there(builder, add_classifiers, tmp_path):
    run = builder()
    add_classifiers(run, np.arange(100) % 2, 2, {"ResNet": 0.9})
    (tmp_path / "mine.txt").write_text("stays")
    export_figures(compose(summarise(run.all())), tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert {f"figure-04-roc.{kind}" for kind in ("png", "svg", "txt")} <= names
    assert {"table-01-classifier-scores.csv", "table-01-classifier-scores.txt", "mine.txt"} <= names
    assert not [name for name in names if name.endswith(".part")]
    assert (tmp_path / "figure-03-confusion.txt").read_text().startswith("Figure 3. Test images of each class")


def test_a_table_reads_back(digits, tmp_path):
    report = compose(summarise([r for r in digits.all() if r.kind == "run" or r.cell == digits.addresses["data"]]))
    export_figures(report, tmp_path)
    with (tmp_path / "table-02-split.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["Part", "Images", "Smallest class", "Largest class"]
    assert rows[-1] == ["test", "397", "39", "41"]
