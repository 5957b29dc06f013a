"""`tasvir score`: what is told of a file of predictions, in words and as JSON."""

import numpy as np
import pytest


@pytest.fixture
def predictions(tmp_path):
    """``predictions(arms, seeds)`` writes a file; each arm is right with its probability."""

    def make(arms, seeds=1, name="predictions.csv"):
        rng = np.random.default_rng(0)
        rows = [
            f"{('cat', 'dog')[y]},{('cat', 'dog')[y if rng.random() < chance else 1 - y]},{arm},{seed},{i}"
            for arm, chance in arms.items()
            for seed in range(seeds)
            for i, y in enumerate(np.arange(200) % 2)
        ]
        (tmp_path / name).write_text("\n".join(["label,predicted,arm,seed,id", *rows]) + "\n")
        return name

    return make


def test_one_arm_is_told_as_evaluate_tells_it(tasvir, tmp_path):
    (tmp_path / "p.csv").write_text("label,cat,dog\n" + "cat,0.9,0.1\ndog,0.3,0.7\ncat,0.4,0.6\n" * 20)
    said = tasvir("score", "p.csv")
    assert said.code == 0, said.err
    for words in (
        "60 images of 2 classes (cat, dog)",
        "balanced accuracy",
        "log loss",
        "brier",
        "Images by true class",
        "Calibration error",
    ):
        assert words in said.out
    assert tasvir("score", "p.csv", "--json").json["arms"][0]["scores"]["accuracy"]["value"] == pytest.approx(2 / 3)


def test_arms_are_compared(tasvir, predictions):
    said = tasvir("score", predictions({"plain": 0.7, "better": 0.95}, seeds=4))
    assert said.code == 0, said.err
    assert "helps" in said.out
    found = tasvir("score", "predictions.csv", "--against", "better", "--json").json
    assert [one["outcome"] for one in found["verdicts"]] == ["hurts"]


def test_a_refused_verdict_says_why(tasvir, predictions):
    said = tasvir("score", predictions({"a": 0.7, "b": 0.9}))
    assert said.code == 0, said.err
    assert "No verdict: 1 seed(s), 3 are needed" in said.out


def test_few_groups_are_told(tasvir, tmp_path):
    rows = [f"{y},{y},p{i % 3}" for i, y in enumerate(np.arange(60) % 2)]
    (tmp_path / "p.csv").write_text("\n".join(["label,predicted,group", *rows]))
    assert "no interval: 3 groups, 5 are needed" in tasvir("score", "p.csv").out
