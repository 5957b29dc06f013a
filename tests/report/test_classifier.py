"""Does the net win? The sentence follows the records."""

from dataclasses import replace

import numpy as np
import pytest
from recorded import Run, measure, store, trace

from tasvir.report.cells import Reading
from tasvir.report.chapters import classifier
from tasvir.report.chapters.classifier_training import _shifted
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


def judge(run: Run, low: float, high: float, against: str = "baseline/knn", refused: dict | None = None) -> None:
    """Nets of enough seeds were judged against one baseline."""
    labels = {"arm": "classifier", "against": against}
    measure(run, "comparison", "difference", (low + high) / 2, low, high, labels=labels)
    measure(run, "comparison", "p_holm", 0.01, labels=labels)
    measure(run, "comparison", "smallest_detectable", 0.03, labels=labels)
    run.tell("comparison", verdicts={"all": [{**labels, "refused": refused}]})


def test_nets_stand_above_baselines(digits):
    table = blocks(digits, Table)["classifier-scores"]
    assert [row[0] for row in table.rows] == [
        "Convolution net",
        "Majority class",
        "k-NN on raw pixels",
        "Logistic regression",
        "SVM on principal components",
    ]
    assert table.bold == {0}


@pytest.mark.parametrize(
    ("low", "high", "sentence", "headline"),
    [
        (0.004, 0.034, "The convolution net helps by +1.9 points", "the net is better, +1.9 points [+0.4, +3.4]."),
        (
            -0.01,
            0.034,
            "Cannot tell whether the convolution net helps or hurts",
            "these images and seeds cannot tell, +1.2 points",
        ),
        (-0.04, -0.01, "The convolution net hurts", "the net loses, −2.5 points [−4.0, −1.0]."),
    ],
)
def test_the_interval_over_seeds_decides(digits, low, high, sentence, headline):
    judge(digits, low, high)
    assert sentence in said(digits)
    assert headline in digits.chapter(classifier).headline
    assert "net-differences" in blocks(digits, Table)
    assert "differences" not in blocks(digits, Table)  # of one training


def test_several_baselines_are_told_apart_in_the_table(digits):
    judge(digits, 0.004, 0.034)
    table = blocks(digits, Table)["net-differences"]
    assert table.columns[:2] == ("Arm", "Against")
    assert [row[1] for row in table.rows] == [
        "k-NN on raw pixels",
        "Majority class",
        "Logistic regression",
        "SVM on principal components",
    ]
    assert "against" not in table.caption


def test_too_few_images_are_told_though_there_are_seeds_enough(digits):
    judge(digits, -0.1, 0.1, refused={"what": "images", "n": 4, "fewest": 10, "label": 1})
    assert "class 1 has 4 independent test images; 10 are the fewest" in said(digits)
    assert "with 3 seeds and more" not in said(digits)


def test_one_training_is_described_and_not_judged(digits):
    text = said(digits)
    baselines = {
        "majority": "the majority class",
        "knn": "k-NN on raw pixels",
        "logistic": "logistic regression",
        "svm": "an SVM on principal components",
    }
    told = ", ".join(f"{title} {difference(digits, f'baseline/{name}')}" for name, title in baselines.items())
    assert f"The net's balanced accuracy minus that of the baselines: {told}. " in text
    assert "This is the first seed alone, described and not judged" in text
    assert "differences" in blocks(digits, Table)
    assert "net-differences" not in blocks(digits, Table)
    headline = digits.chapter(classifier).headline
    net, knn = (balanced_accuracy(digits, cell) for cell in (NET, "baseline/knn"))
    assert headline.startswith(f"Convolution net: balanced accuracy {net}; k-NN on raw pixels {knn}, ")
    assert "better" not in headline
    assert "loses" not in headline


def balanced_accuracy(run: Run, cell: str) -> str:
    """As it was recorded, in percent."""
    found = run.asked().metric(cell, "balanced_accuracy")
    value, low, high = (f"{100 * end:.1f}" for end in (found.value, found.low, found.high))
    return f"{value} % [{low}, {high}]"


def difference(run: Run, against: str) -> str:
    """The net's balanced accuracy minus that of a baseline, as it was recorded, in points."""
    found = run.asked().metric("comparison", "balanced_accuracy_difference", arm="classifier", against=against)
    value, low, high = (in_points(end) for end in (found.value, found.low, found.high))
    return f"{value} points [{low}, {high}]"


def in_points(share: float) -> str:
    """With a sign, which nothing has none of."""
    written = f"{100 * share:+.1f}".replace("-", "\N{MINUS SIGN}")
    return "0.0" if written.endswith("0.0") and len(written) == 4 else written


def test_the_gap_between_training_and_validation_is_that_of_the_last_epoch(digits):
    trace(digits, NET, "accuracy", train=(0.5, 0.1, 0.99), valid=(0.4, 0.1, 0.9))
    assert "After its last epoch it is right for 99.0 % of the training and 90.0 % of the validation" in said(digits)


@pytest.mark.parametrize("again", [False, True])
def test_curves_of_a_first_training_are_called_so(digits, again):
    digits.tell(NET, trained_again=again)
    caption = blocks(digits, Figure)["classifier-curves"].caption
    assert ("the net that is tested is trained anew, on these images too" in caption) is again
    assert ("The net of the last epoch is kept." in caption) is not again
    assert ("first training of the convolution net" in said(digits)) is again


@pytest.mark.parametrize(("valid", "told"), [(0.94, False), (0.999, True)])
def test_test_images_that_are_harder_than_chance_explains_are_told(digits, valid, told):
    trace(digits, NET, "accuracy", train=(0.99,) * 4, valid=(valid,) * 4)
    measure(digits, NET, "accuracy", 0.9, 0.86, 0.93, n=300)
    digits.tell(NET, n_valid=100 if told else 50)
    assert ("This is far above test accuracy" in said(digits)) is told


@pytest.mark.parametrize(
    ("n_valid", "n_test", "share"), [(50, 624, 0.9), (50, 10_000, 0.8), (20, 60, 0.95), (5000, 10_000, 0.98)]
)
def test_test_images_like_the_validation_images_are_seldom_said_to_be_others(n_valid, n_test, share):
    rng = np.random.default_rng(0)
    valid, test = rng.binomial(n_valid, share, 4000) / n_valid, rng.binomial(n_test, share, 4000) / n_test
    said = [_shifted(Reading(v), n_valid, Reading(t, n=n_test)) for v, t in zip(valid, test, strict=True)]
    assert np.mean(said) < 0.003


def test_the_most_frequent_mistake_is_named(digits):
    confusion = np.diag([10] * 10)
    store(digits, NET, "confusion", confusion)
    assert "mistake" not in said(digits)
    confusion = confusion.copy()
    confusion[8, 1] = 4
    store(digits, NET, "confusion", confusion)
    assert "4 of 14 images of class 8 are taken for 1" in said(digits)


def test_several_seeds_give_a_mean_and_a_range(seeds):
    assert [row[0] for row in blocks(seeds, Table)["classifier-scores"].rows][3] == "Convolution net, seed 3"
    assert "Over 4 seeds the convolution net reaches a balanced accuracy of" in said(seeds)
    headline = classifier.compose(seeds.asked()).headline
    assert seeds.chapter(classifier).headline.startswith("Convolution net: balanced accuracy")
    assert headline.values["value"].record.count(";") == 3
    assert "first 3 seeds" in blocks(seeds, Figure)["classifier-curves"].caption


def test_roc_only_for_two_classes_and_never_of_the_majority(digits, two):
    assert "roc" not in blocks(digits, Figure)
    figure = blocks(two, Figure)["roc"]
    assert [key.label for key in figure.keys] == [
        "Convolution net",
        "k-NN on raw pixels",
        "Logistic regression",
        "SVM on principal components",
    ]
    assert "the positive class is 8" in figure.caption


def test_a_test_part_of_one_class_has_no_roc(two):
    for name in two.cells:
        two.change(name, lambda r: replace(r, content=np.zeros_like(r.content)) if r.name == "y_true" else r)
    assert "roc" not in blocks(two, Figure)


def test_baselines_without_a_net_and_a_net_without_baselines(digits):
    assert digits.without("classifier").chapter(classifier).headline is None
    alone = digits.without("baseline").without("comparison")
    assert "k-NN" not in alone.chapter(classifier).headline
    assert "differences" not in blocks(alone, Table)


def test_a_failed_net_is_named_beside_the_baselines(digits):
    digits.failed(NET, "the loss became NaN")
    digits.failed("comparison", "classifier/0 failed")
    assert digits.chapter(classifier).blocks[1].sentences[0] == "This part failed: classifier/0: the loss became NaN."


@pytest.mark.parametrize("safe", [True, False])
def test_whether_images_are_mirrored_is_told_with_its_test(digits, safe):
    digits.tell(NET, mirror={"k": 5, "as_they_are": 0.975, "mirrored": 0.18, "informed": True, "safe": safe})
    told = dict(blocks(digits, Table)["training"].rows)["Mirror images"]
    words = "images are mirrored" if safe else "images are not mirrored"
    assert told == f"5-NN among training images: 97.5 % as they are, 18.0 % mirrored; {words}"


def test_where_k_nn_knows_nothing_that_is_the_reason(digits):
    digits.tell(NET, mirror={"k": 5, "as_they_are": 0.51, "mirrored": 0.5, "informed": False, "safe": False})
    assert "it cannot tell, so images are not mirrored" in dict(blocks(digits, Table)["training"].rows)["Mirror images"]


def test_a_run_without_classifiers_has_no_such_chapter(empty):
    assert empty.chapter(classifier) is None


def test_the_temperature_is_told_with_both_losses(digits):
    temperature = digits.asked().facts(NET)["temperature"]
    scaled, plain, brier_scaled, brier = (loss(digits, of) for of in ("log_loss_scaled", "log_loss", "brier_scaled", "brier"))
    assert f"Validation images ask for a temperature of {temperature:.2f} for" in said(digits)
    assert f"the log-loss is {scaled} instead of {plain}, the Brier score {brier_scaled} instead of {brier}" in said(digits)
    for metric, value in (("log_loss", 0.5), ("brier", 0.2), ("log_loss_scaled", 0.4), ("brier_scaled", 0.1)):
        measure(digits, NET, metric, value)
    digits.tell(NET, temperature=1.7)
    assert "a temperature of 1.70" in said(digits)
    assert "the log-loss is 0.400 instead of 0.500, the Brier score 0.100 instead of 0.200" in said(digits)


def loss(run: Run, metric: str) -> str:
    """A loss of the net, as it was recorded."""
    found = run.asked().metric(NET, metric)
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


@pytest.mark.parametrize("lacking", ["temperature", "loss"])
def test_without_a_temperature_or_what_it_does_nothing_is_told_of_it(digits, lacking):
    assert "temperature" in said(digits)
    if lacking == "temperature":
        digits.tell(NET, temperature=None)
    else:
        digits.cells[NET] = [record for record in digits.cells[NET] if record.name != "log_loss_scaled"]
    assert "temperature" not in said(digits)
