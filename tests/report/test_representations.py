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


def prefer(run: Run, cell: str, cv: float) -> None:
    """Cross-validation gives this accuracy."""
    run.tell(f"representation/{cell}", cv_accuracy={"1": cv - 0.1, "3": cv})


def test_the_best_is_chosen_by_cross_validation_and_not_by_the_test(digits):
    score(digits, "dense/16", 1.0, 0.99, 1.0)
    prefer(digits, "pca/16", 0.999)
    prefer(digits, "isomap/16", 0.998)
    text = said(digits)
    assert "By cross-validation on training images the best of 10 is PCA with 16 components, before Isomap with 16" in text
    assert "on the test images they reach 98.4 % [91.7, 99.7] and 96.9 %" in text
    assert digits.chapter(representations).headline.startswith(
        "Cross-validation prefers PCA with 16 components: k-NN accuracy 98.4 %"
    )
    prefer(digits, "dense/16", 1.0)
    assert digits.chapter(representations).headline.startswith(
        "Cross-validation prefers the dense autoencoder with 16 components: k-NN accuracy 100.0"
    )


def test_raw_pixels_are_told_beside_it(digits):
    assert "Raw pixels reach 98.4 % [91.7, 99.7] on them, in 64 numbers an image instead of 16." in said(digits)


def test_over_fitting_is_named_where_it_is_worst(digits):
    assert "None of the 4 trained autoencoders over-fits" in said(digits)
    for cell, factor in {"dense/2": 1.2, "dense/16": 1.3}.items():
        trace(digits, f"representation/{cell}", "loss", valid=0.1 * np.array([1, *np.linspace(1.02, factor, 7)]))
    assert "The dense autoencoder with 16 components over-fits" in said(digits)


def test_originals_stand_above_what_became_of_them(digits):
    titles = [panel.title for panel in blocks(digits, Figure)["reconstructions"].panels]
    assert titles[:3] == ["Originals", "PCA · 2", "PCA · 16"]
    assert titles.count("Originals") == 1


def test_failed_and_missing_parts_are_named_and_the_others_shown(digits):
    digits.failed("representation/isomap/16", "the graph is not connected")
    digits.unfinished("representation/conv/16")
    chapter = digits.chapter(representations)
    assert list(chapter.blocks[1].sentences) == [
        "This part failed: representation/isomap/16: the graph is not connected.",
        "This part failed: representation/conv/16: it was not finished.",
    ]
    assert "Cross-validation prefers PCA with 16 components" in chapter.headline


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
