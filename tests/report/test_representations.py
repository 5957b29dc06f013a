"""Which representation is best, by how much, and whether the records can tell."""

from dataclasses import replace

import numpy as np
import pytest

from tasvir.report.cells import Reading
from tasvir.report.chapters import representations
from tasvir.report.document import Figure


@pytest.fixture
def summary(digits):
    return representations.summarise(digits.asked())


def said(summary) -> str:
    return " ".join(str(s) for s in representations.compose(summary).blocks[-1].sentences).replace("\N{NO-BREAK SPACE}", " ")


def scored(summary, **values: tuple[float, float, float]):
    """The summary with other k-NN accuracies, by 'method_size'."""
    rows = []
    for row in summary.rows:
        value = values.get(f"{row.method}_{row.n_components}")
        rows.append(replace(row, knn=Reading(*value, record=row.knn.record)) if value else row)
    return replace(summary, rows=tuple(rows))


def test_the_summary_is_data(summary):
    assert [row.label for row in summary.ranking[:2]] == ["PCA · 16", "Isomap · 16"]
    assert summary.raw.n_components == 64
    assert summary.sizes() == (2, 16)
    assert summary.rows[1].embedding.shape == (64, 2)
    assert [row.label for row in summary.rows if row.training] == [
        f"Autoencoder ({net}) · {size}" for net in ("dense", "conv") for size in (2, 16)
    ]


def test_best_and_second_with_overlapping_intervals(summary):
    text = said(summary)
    assert "Best of 10 is PCA with 16 components at 98.4 % [91.7, 99.7], ahead of Isomap with 16 components" in text
    assert "by 1.6 points; the intervals overlap, so the order of the two may be chance." in text


def test_other_records_give_another_sentence(summary):
    text = said(scored(summary, dense_16=(0.999, 0.998, 1.0)))
    assert "Best of 10 is Autoencoder (dense) with 16 components at 99.9 % [99.8, 100.0], ahead of PCA" in text
    assert "the intervals do not overlap" in text
    assert "1.5 points more than they do, in 16 numbers instead of 64, beyond both intervals" in text


def test_raw_pixels_may_be_better(summary):
    assert "1.4 points less than they do" in said(scored(summary, raw_64=(0.998, 0.992, 1.0)))


def test_over_fitting_is_named_where_it_is_worst(summary):
    assert "None of the 4 trained autoencoders over-fits" in said(summary)
    risen = {"dense/2": 1.2, "dense/16": 1.3}

    def with_rise(row):
        factor = risen.get(row.cell.partition("/")[2])
        if not factor:
            return row
        valid = tuple(min(row.loss.series["valid"]) * np.array([1, *np.linspace(1.02, factor, 7)]))
        return replace(row, loss=replace(row.loss, x=tuple(map(float, range(1, 9))), series={"valid": valid}))

    over = replace(summary, rows=tuple(map(with_rise, summary.rows)))
    assert "Autoencoder (dense) with 16 components over-fits" in said(over)


def test_originals_stand_above_what_became_of_them(summary):
    figure = next(b for b in representations.compose(summary).blocks if isinstance(b, Figure) and b.name == "reconstructions")
    titles = [panel.title for panel in figure.panels]
    assert titles[:3] == ["Originals", "PCA · 2", "PCA · 16"]
    assert titles.count("Originals") == 1


def test_without_intervals_nothing_is_said_of_them(summary):
    rows = tuple(replace(row, knn=replace(row.knn, low=None, high=None)) for row in summary.rows)
    assert "interval" not in said(replace(summary, rows=rows))


def test_failed_and_missing_parts_are_named_and_the_others_shown(digits):
    digits.failed("representation/isomap/16", "the graph is not connected")
    digits.unfinished("representation/conv/16")
    summary = representations.summarise(digits.asked())
    chapter = representations.compose(summary)
    trouble = [str(s) for s in chapter.blocks[1].sentences]
    assert trouble == [
        "This part failed: representation/isomap/16: the graph is not connected.",
        "This part failed: representation/conv/16: it was not finished.",
    ]
    assert "Best is PCA with 16 components" in str(chapter.headline)


def test_a_run_that_failed_altogether(empty):
    assert representations.summarise(empty.asked()) is None
    empty.failed("representation/pca/2", "out of memory")
    chapter = representations.compose(representations.summarise(empty.asked()))
    assert chapter.headline is None
    assert len(chapter.blocks) == 2


def test_cells_that_recorded_nothing_do_not_stop_the_chapter(empty):
    empty.found("representation/pca/2")
    assert representations.compose(representations.summarise(empty.asked())).headline is None
