"""Predictions of any framework: the same numbers as for a model of ours, arms that are compared, and files that are refused."""

import numpy as np
import pytest

from tasvir.apply.rows import predicted_rows, write_rows
from tasvir.apply.scored import score_predictions
from tasvir.contracts.errors import TasvirError
from tasvir.measures.classification import score_classifier

RNG = np.random.default_rng(0)
PROBA = RNG.dirichlet((1, 1, 1), 60)
Y = np.arange(60) % 3
NAMES = np.array(["ant", "bee", "cat"])


def write(path, head, rows):
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


@pytest.fixture
def table(tmp_path):
    """``table(head, rows)`` writes them."""
    return lambda head, rows: write(tmp_path / "predictions.csv", head, rows)


@pytest.mark.parametrize("head", ["label,probability_ant,probability_bee,probability_cat", "label,ant,bee,cat"])
def test_probabilities_have_the_scores_of_the_library(head, table):
    found = score_predictions(table(head, ((NAMES[y], *row) for y, row in zip(Y, PROBA.tolist(), strict=True))))
    assert found.class_names == ("ant", "bee", "cat")
    for name, score in score_classifier(Y, PROBA).items():
        told = found.arms[0].scores[name]
        assert (told.value, told.low, told.high) == pytest.approx((score.value, score.low, score.high))
    assert found.arms[0].calibration is not None


def test_what_predict_writes_is_read_and_only_its_test_images_are_scored(named_classifier, dataset, tmp_path):
    rows = predicted_rows(named_classifier, dataset)
    write_rows(rows, tmp_path / "out.csv")
    found = score_predictions(tmp_path / "out.csv")
    X, y, _ = dataset.part("test")
    assert found.n == len(X)
    expected = score_classifier(y, named_classifier.predict_proba(X))
    assert found.arms[0].scores["accuracy"].value == expected["accuracy"].value
    assert found.arms[0].scores["log_loss"].value == pytest.approx(expected["log_loss"].value, rel=1e-5)
    assert score_predictions(tmp_path / "out.csv", part="train").n == dataset.counts["train"]


def test_answers_alone_have_no_auc(table):
    found = score_predictions(table("label,predicted", zip(NAMES[Y], NAMES[PROBA.argmax(1)], strict=True)))
    expected = score_classifier(Y, PROBA)
    (arm,) = found.arms
    assert set(arm.scores) == {"accuracy", "balanced_accuracy"}
    assert arm.scores["balanced_accuracy"] == expected["balanced_accuracy"]
    assert arm.calibration is None


def test_groups_widen_the_intervals(table):
    rows = [(NAMES[y], NAMES[guess], group) for y, guess, group in zip(Y, PROBA.argmax(1), np.arange(60) // 6, strict=True)]
    found = score_predictions(table("label,predicted,group", rows))
    assert found.groups == 10
    assert found.arms[0].scores["accuracy"].method == "Wilson over groups"


def arms_of(right, seeds, *, shuffled=False):
    """Rows of arms that are right with these probabilities, each image named."""
    rng = np.random.default_rng(1)
    for arm, chance in right.items():
        for seed in range(seeds):
            order = rng.permutation(120) if shuffled else range(120)
            for image in order:
                y = image % 2
                yield y, y if rng.random() < chance else 1 - y, arm, seed, f"i{image}"


def test_arms_are_judged_against_the_first_or_the_one_that_is_named(table):
    path = table("label,predicted,arm,seed,id", arms_of({"plain": 0.7, "better": 0.95, "same": 0.7}, 4, shuffled=True))
    found = score_predictions(path)
    assert [(one.arm, one.against) for one in found.verdicts] == [("better", "plain"), ("same", "plain")]
    assert [one.outcome for one in found.verdicts] == ["helps", "cannot tell"]
    assert len(found.arms) == 12
    assert score_predictions(path, against="better").verdicts[0].outcome == "hurts"


def test_one_seed_is_refused_a_verdict_and_not_an_error(table):
    (one,) = score_predictions(table("label,predicted,arm,seed,id", arms_of({"a": 0.7, "b": 0.9}, 1))).verdicts
    assert one.refused.what == "seeds"
    assert one.low is None


def test_images_that_stand_in_another_order_are_paired(table):
    rows = [(y, guess, arm, i) for arm, step in (("a", 1), ("b", -1)) for i, y, guess in list(ROWS)[::step]]
    (one,) = score_predictions(table("label,predicted,arm,id", rows)).verdicts
    assert one.d == 0


ROWS = [(i, i % 2, int(i % 3 > 0)) for i in range(60)]
GOOD = [("ant", 0.9, 0.1), ("bee", 0.2, 0.8)] * 15


@pytest.mark.parametrize(
    ("head", "rows", "words"),
    [
        ("label,ant,bee", [*GOOD, ("ant", 0.9, 0.3)], "line 32 sum to 1.2, not to 1"),
        ("label,ant,bee", [*GOOD, ("ant", 1.9, -0.9)], "from -0.9 to 1.9 in .*line 32"),
        ("label,ant,bee", [*GOOD, ("ant", "nan", 0.3)], "line 32 are not finite"),
        ("label,ant,bee", [*GOOD, ("ant", "much", 0.3)], "line 32: 'much' is no probability"),
        ("label,ant,bee", [*GOOD, ("", 0.5, 0.5)], "line 32 has nothing in column 'label': fill"),
        ("label,ant,bee", [*GOOD, ("cat", 0.5, 0.5)], r"labels without a column of probabilities \(cat\): add"),
        ("label,probability_ant,probability_bee,probability_cat", [(*row, 0) for row in GOOD], r"no row with the label cat: add"),
        ("label,ant,bee,group", [(*row, "p1") for row in GOOD], "one group only"),
        ("name,ant,bee", GOOD, "no column 'label'"),
        ("label,file,path", GOOD, "give 'predicted', or probabilities of each class"),
        ("label,predicted", [("ant", "ant"), ("bee", "fly")], "line 3: the predicted class 'fly' is no label"),
        ("label,predicted", [("ant", "ant")] * 3, "labels of one class only"),
        ("label,predicted", [], "has no rows"),
        ("label,predicted,id", [("ant", "ant", 1), ("bee", "bee", 1)], "image '1' in lines 2 and 3 of one arm and seed"),
        (
            "label,predicted,arm",
            [("ant", "ant", "a"), ("bee", "bee", "a"), ("bee", "bee", "b"), ("ant", "ant", "b")],
            "labels of .* differ",
        ),
        ("label,predicted,arm", [("ant", "ant", "a"), ("bee", "bee", "a"), ("ant", "ant", "b")], "1 and 2 rows"),
        (
            "label,predicted,arm,id",
            [("ant", "ant", "a", 1), ("bee", "bee", "a", 2), ("ant", "ant", "b", 1), ("bee", "bee", "b", 3)],
            r"not every arm and seed has the same images \(2, 3\)",
        ),
        (
            "label,predicted,arm,seed",
            [("ant", "ant", "a", 1), ("bee", "bee", "a", 1), ("ant", "ant", "b", 2), ("bee", "bee", "b", 2)],
            "give every arm the same seeds",
        ),
    ],
)
def test_files_that_cannot_be_scored_are_told_in_one_line(head, rows, words, table):
    with pytest.raises(TasvirError, match=words) as raised:
        score_predictions(table(head, rows))
    assert raised.value.exit_code == 2
    assert "\n" not in str(raised.value)


def test_an_arm_or_a_part_that_is_not_there_is_refused(table):
    path = table("label,predicted,arm,part", [("ant", "ant", "a", "train"), ("bee", "bee", "a", "train")])
    with pytest.raises(TasvirError, match="no arm 'c'"):
        score_predictions(path, against="c")
    with pytest.raises(TasvirError, match="no rows of part 'val'"):
        score_predictions(path, part="val")
