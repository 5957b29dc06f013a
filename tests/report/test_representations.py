"""Which representation is best, by how much, and whether the records can tell."""

import numpy as np
import pytest
from recorded import Run, measure, trace

from tasvir.report.chapters import representations
from tasvir.report.document import Figure, Table


def said(run: Run) -> str:
    return " ".join(run.chapter(representations).blocks[-1].sentences)


def score(run: Run, cell: str, *value: float) -> None:
    """Another k-NN accuracy."""
    measure(run, f"representation/{cell}", "knn_accuracy", *value)


def blocks(run: Run, kind: type) -> dict:
    return {b.name: b for b in run.chapter(representations).blocks if isinstance(b, kind)}


def test_the_best_is_set_off_and_each_size_is_drawn(digits):
    table = blocks(digits, Table)["knn-scores"]
    (best,) = table.bold
    assert table.rows[best][:2] == ("PCA", "16")
    figures = blocks(digits, Figure)
    assert [panel.title for panel in figures["knn-accuracy"].panels] == ["2 components", "16 components"]
    assert [panel.title for panel in figures["autoencoder-loss"].panels] == [
        f"Autoencoder ({net}) · {size}" for net in ("dense", "conv") for size in (2, 16)
    ]


def test_best_and_second_with_overlapping_intervals(digits):
    text = said(digits)
    assert "Best of 10 is PCA with 16 components at 98.4 % [91.7, 99.7], ahead of Isomap with 16 components" in text
    assert "by 1.6 points; the intervals overlap, so the order of the two may be chance." in text


def test_other_records_give_another_sentence(digits):
    score(digits, "dense/16", 0.999, 0.998, 1.0)
    text = said(digits)
    assert "Best of 10 is the dense autoencoder with 16 components at 99.9 % [99.8, 100.0], ahead of PCA" in text
    assert "the intervals do not overlap" in text
    assert "1.5 points more, in 16 numbers instead of 64, beyond both intervals" in text


def test_raw_pixels_may_be_better(digits):
    score(digits, "raw/64", 0.998, 0.992, 1.0)
    assert "the best keeps 1.4 points less" in said(digits)


def test_over_fitting_is_named_where_it_is_worst(digits):
    assert "None of the 4 trained autoencoders over-fits" in said(digits)
    for cell, factor in {"dense/2": 1.2, "dense/16": 1.3}.items():
        trace(digits, f"representation/{cell}", "loss", valid=0.1 * np.array([1, *np.linspace(1.02, factor, 7)]))
    assert "The dense autoencoder with 16 components over-fits" in said(digits)


def test_originals_stand_above_what_became_of_them(digits):
    titles = [panel.title for panel in blocks(digits, Figure)["reconstructions"].panels]
    assert titles[:3] == ["Originals", "PCA · 2", "PCA · 16"]
    assert titles.count("Originals") == 1


def test_without_intervals_nothing_is_said_of_them(digits):
    for cell in [name for name in digits.cells if name.startswith("representation")]:
        measure(digits, cell, "knn_accuracy", 0.9)
    assert "do not overlap" not in said(digits)
    assert "by 0.0 points." in said(digits)


def test_failed_and_missing_parts_are_named_and_the_others_shown(digits):
    digits.failed("representation/isomap/16", "the graph is not connected")
    digits.unfinished("representation/conv/16")
    chapter = digits.chapter(representations)
    assert list(chapter.blocks[1].sentences) == [
        "This part failed: representation/isomap/16: the graph is not connected.",
        "This part failed: representation/conv/16: it was not finished.",
    ]
    assert "Best is PCA with 16 components" in chapter.headline


def test_a_run_that_failed_altogether(empty):
    assert empty.chapter(representations) is None
    empty.failed("representation/pca/2", "out of memory")
    chapter = empty.chapter(representations)
    assert chapter.headline is None
    assert len(chapter.blocks) == 2


@pytest.mark.parametrize("cell", ["representation/pca/2"])
def test_cells_that_recorded_nothing_do_not_stop_the_chapter(empty, cell):
    empty.found(cell)
    assert empty.chapter(representations).headline is None
