"""Does the net win? The sentence follows the records."""

from dataclasses import replace

import numpy as np
import pytest

from tasvir.report.cells import Reading
from tasvir.report.chapters import classifier
from tasvir.report.document import Figure, Table
from tasvir.report.text import plain_spaces


@pytest.fixture
def summary(digits_once):
    return classifier.summarise(digits_once.asked())


@pytest.fixture
def seeds(two):
    """Four nets of two classes: the two that were recorded, twice."""
    ours, others = (({n: r for n, r in two.cells.items() if n.startswith("classifier") is net}) for net in (True, False))
    nets = {f"classifier/{s}": ours[f"classifier/{s % 2}"] for s in range(4)}
    return classifier.summarise(replace(two, cells=nets | others).asked())


def said(summary) -> str:
    return " ".join(str(s) for s in classifier.compose(summary).blocks[-1].sentences).replace("\N{NO-BREAK SPACE}", " ")


def figures(summary) -> dict[str, Figure]:
    return {b.name: b for b in classifier.compose(summary).blocks if isinstance(b, Figure)}


def test_the_summary_is_data(summary):
    assert [row.title for row in summary.nets + summary.baselines] == [
        "Residual net",
        "Majority class",
        "k-NN on raw pixels",
        "Logistic regression",
    ]
    assert summary.best_baseline.title == "k-NN on raw pixels"
    assert [d.labels["against"] for d in summary.against_best()] == ["knn"]
    assert summary.nets[0].confusion.sum() == 64


@pytest.mark.parametrize(
    ("low", "high", "sentence", "headline"),
    [
        (0.004, 0.034, "lies above zero, so the net is better", "the net is better"),
        (-0.01, 0.034, "includes zero, so these test images cannot tell", "these test images cannot tell"),
        (-0.04, -0.01, "lies below zero, so the net loses", "the net loses"),
    ],
)
def test_the_interval_of_the_difference_decides_the_sentence(summary, low, high, sentence, headline):
    turned = replace(summary, differences=tuple(replace(d, low=low, high=high) for d in summary.differences))
    assert sentence in said(turned)
    assert str(classifier.compose(turned).headline).endswith(f"{headline}.")


def test_a_difference_without_an_interval_decides_nothing(summary):
    bare = replace(summary, differences=tuple(replace(d, low=None, high=None) for d in summary.differences))
    assert "decides nothing" in said(bare)
    assert str(classifier.compose(bare).headline).endswith("these test images cannot tell.")


def test_the_gap_between_training_and_validation_is_that_of_the_kept_epoch(summary):
    net = summary.nets[0]
    curve = replace(net.accuracy_curve, series={"train": (0.5, 0.99, 0.1, 0.1), "valid": (0.4, 0.9, 0.1, 0.1)})
    assert "right for 99.0 % of the training and 90.0 % of the validation" in said(
        replace(summary, nets=(replace(net, accuracy_curve=curve, facts=net.facts | {"best_epoch": 2}),))
    )


@pytest.mark.parametrize(("valid", "told"), [(0.96, False), (0.99, True)])
def test_test_images_that_are_harder_than_chance_explains_are_told(summary, valid, told):
    net = summary.nets[0]
    curve = replace(net.accuracy_curve, series={"train": (0.99,) * 4, "valid": (valid,) * 4})
    scored = replace(net, accuracy=Reading(0.9, 0.86, 0.93), accuracy_curve=curve)
    assert ("unlike the training images" in said(replace(summary, nets=(scored,)))) is told


def test_the_most_frequent_mistake_is_named(summary):
    confusion = np.diag([10] * 10)
    confusion[8, 1] = 4
    confused = replace(summary, nets=(replace(summary.nets[0], confusion=confusion),))
    assert "4 of 14 images of class 8 are taken for 1" in said(confused)
    perfect = replace(summary, nets=(replace(summary.nets[0], confusion=np.diag([10] * 10)),))
    assert "mistake" not in said(perfect)


def test_several_seeds_give_a_mean_and_a_range(seeds):
    assert [net.title for net in seeds.nets][-1] == "Residual net, seed 3"
    assert "Over 4 seeds Residual net reaches a balanced accuracy of" in said(seeds)
    headline = classifier.compose(seeds).headline
    assert str(headline).startswith("Residual net: balanced accuracy")
    assert headline.parts[2].record.count(";") == 3
    (of_best,) = seeds.against_best()
    summary = replace(seeds, differences=(replace(of_best, value=0.1, low=0.05, high=0.2),))
    assert "accuracy is +10.0 points [+5.0, +20.0] (first seed): its interval lies above" in said(summary)
    assert "difference (first seed) +10.0 points" in plain_spaces(str(classifier.compose(summary).headline))
    assert "first 3 seeds" in figures(summary)["classifier-curves"].caption


def test_roc_only_for_two_classes_and_never_of_the_majority(summary, two_once):
    two = classifier.summarise(two_once.asked())
    assert "roc" not in figures(summary)
    labels = [key.label for key in figures(two)["roc"].keys]
    assert labels == ["Residual net, seed 0", "k-NN on raw pixels", "Logistic regression"]
    assert "the positive class is 8" in figures(two)["roc"].caption


def test_a_test_part_of_one_class_has_no_roc(two):
    for name in two.cells:
        two.change(name, lambda r: replace(r, content=np.zeros_like(r.content)) if r.name == "y_true" else r)
    assert "roc" not in figures(classifier.summarise(two.asked()))


def test_baselines_without_a_net_and_a_net_without_baselines(summary):
    assert classifier.compose(replace(summary, nets=())).headline is None
    alone = replace(summary, baselines=(), differences=())
    assert "best baseline" not in str(classifier.compose(alone).headline)
    assert len([b for b in classifier.compose(alone).blocks if isinstance(b, Table) and b.name == "differences"]) == 0


def test_a_failed_net_is_named_beside_the_baselines(digits):
    digits.failed("classifier/0", "the loss became NaN")
    digits.failed("comparison", "classifier/0 failed")
    chapter = classifier.compose(classifier.summarise(digits.asked()))
    assert str(chapter.blocks[1].sentences[0]) == "This part failed: classifier/0: the loss became NaN."


def test_a_run_without_classifiers_has_no_such_chapter(empty):
    assert classifier.summarise(empty.asked()) is None
