"""Does the net win? The sentence follows the records."""

from dataclasses import replace

import numpy as np
import pytest
from recorded import Run, measure, store, trace

from tasvir.report.chapters import classifier
from tasvir.report.document import Figure, Table

NET = "classifier/0"


@pytest.fixture
def seeds(two):
    """Four nets of two classes: the two that were recorded, twice."""
    ours, others = (({n: r for n, r in two.cells.items() if n.startswith("classifier") is net}) for net in (True, False))
    nets = {f"classifier/{s}": ours[f"classifier/{s % 2}"] for s in range(4)}
    return replace(two, cells=nets | others)


def said(run: Run) -> str:
    return " ".join(run.chapter(classifier).blocks[-1].sentences)


def blocks(run: Run, kind: type) -> dict:
    return {b.name: b for b in run.chapter(classifier).blocks if isinstance(b, kind)}


def differ(run: Run, low: float | None, high: float | None, d: float = 0.0) -> None:
    ends = () if low is None else (low, high)
    measure(run, "comparison", "balanced_accuracy_difference", d, *ends, labels={"arm": "classifier", "against": "knn"})


def test_nets_stand_above_baselines(digits):
    table = blocks(digits, Table)["classifier-scores"]
    assert [row[0] for row in table.rows] == ["Residual net", "Majority class", "k-NN on raw pixels", "Logistic regression"]
    assert table.bold == {0}


@pytest.mark.parametrize(
    ("low", "high", "sentence", "headline"),
    [
        (0.004, 0.034, "lies above zero, so the net is better", "the net is better"),
        (-0.01, 0.034, "includes zero, so these test images cannot tell", "these test images cannot tell"),
        (-0.04, -0.01, "lies below zero, so the net loses", "the net loses"),
    ],
)
def test_the_interval_of_the_difference_decides_the_sentence(digits, low, high, sentence, headline):
    differ(digits, low, high)
    assert sentence in said(digits)
    assert digits.chapter(classifier).headline.endswith(f"{headline}.")


def test_a_difference_without_an_interval_decides_nothing(digits):
    differ(digits, None, None)
    assert "decides nothing" in said(digits)
    assert digits.chapter(classifier).headline.endswith("these test images cannot tell.")


def test_the_gap_between_training_and_validation_is_that_of_the_kept_epoch(digits):
    trace(digits, NET, "accuracy", train=(0.5, 0.99, 0.1, 0.1), valid=(0.4, 0.9, 0.1, 0.1))
    digits.tell(NET, best_epoch=2)
    assert "right for 99.0 % of the training and 90.0 % of the validation" in said(digits)


@pytest.mark.parametrize(("valid", "told"), [(0.96, False), (0.99, True)])
def test_test_images_that_are_harder_than_chance_explains_are_told(digits, valid, told):
    trace(digits, NET, "accuracy", train=(0.99,) * 4, valid=(valid,) * 4)
    measure(digits, NET, "accuracy", 0.9, 0.86, 0.93)
    assert ("This is far above test accuracy" in said(digits)) is told


def test_the_most_frequent_mistake_is_named(digits):
    confusion = np.diag([10] * 10)
    store(digits, NET, "confusion", confusion)
    assert "mistake" not in said(digits)
    confusion = confusion.copy()
    confusion[8, 1] = 4
    store(digits, NET, "confusion", confusion)
    assert "4 of 14 images of class 8 are taken for 1" in said(digits)


def test_several_seeds_give_a_mean_and_a_range(seeds):
    assert [row[0] for row in blocks(seeds, Table)["classifier-scores"].rows][3] == "Residual net, seed 3"
    assert "Over 4 seeds the residual net reaches a balanced accuracy of" in said(seeds)
    headline = classifier.compose(seeds.asked()).headline
    assert seeds.chapter(classifier).headline.startswith("Residual net: balanced accuracy")
    assert headline.items[0].values["value"].record.count(";") == 3
    differ(seeds, 0.05, 0.2, d=0.1)
    assert "balanced accuracy differs by +10.0 points [+5.0, +20.0] at the first seed. Its interval lies above" in said(seeds)
    assert "Difference +10.0 points [+5.0, +20.0]: the net is better." in seeds.chapter(classifier).headline
    assert "first 3 seeds" in blocks(seeds, Figure)["classifier-curves"].caption


def test_roc_only_for_two_classes_and_never_of_the_majority(digits, two):
    assert "roc" not in blocks(digits, Figure)
    figure = blocks(two, Figure)["roc"]
    assert [key.label for key in figure.keys] == ["Residual net", "k-NN on raw pixels", "Logistic regression"]
    assert "the positive class is 8" in figure.caption


def test_a_test_part_of_one_class_has_no_roc(two):
    for name in two.cells:
        two.change(name, lambda r: replace(r, content=np.zeros_like(r.content)) if r.name == "y_true" else r)
    assert "roc" not in blocks(two, Figure)


def test_baselines_without_a_net_and_a_net_without_baselines(digits):
    assert digits.without("classifier").chapter(classifier).headline is None
    alone = digits.without("baseline").without("comparison")
    assert "best baseline" not in alone.chapter(classifier).headline
    assert "differences" not in blocks(alone, Table)


def test_a_failed_net_is_named_beside_the_baselines(digits):
    digits.failed(NET, "the loss became NaN")
    digits.failed("comparison", "classifier/0 failed")
    assert digits.chapter(classifier).blocks[1].sentences[0] == "This part failed: classifier/0: the loss became NaN."


@pytest.mark.parametrize("safe", [True, False])
def test_whether_images_are_mirrored_is_told_with_its_test(digits, safe):
    digits.tell(NET, mirror={"k": 5, "as_they_are": 0.975, "mirrored": 0.18, "safe": safe})
    told = dict(blocks(digits, Table)["training"].rows)["Mirror images"]
    words = "images are mirrored" if safe else "images are not mirrored"
    assert told == f"5-NN among training images: 97.5 % as they are, 18.0 % mirrored; {words}"


def test_a_run_without_classifiers_has_no_such_chapter(empty):
    assert empty.chapter(classifier) is None
