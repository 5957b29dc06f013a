"""Planted truth: noise is found to hurt, balancing is found to help where classes were cut to a handful."""

import os
from pathlib import Path

import numpy as np
import pytest

from tasvir import load_data
from tasvir.measures.verdict import verdict
from tasvir.studies import recipes
from tasvir.studies.families import evidence
from tasvir.studies.families.subset import missing_labels, unequal_subset
from tasvir.studies.inside import Inside
from tasvir.studies.place import Place

HANDFUL = 4
REAL_DATA = Path(os.environ.get("TASVIR_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")


def noise(X, y, wanted, *, seed, place):
    """A sampler that has learned nothing."""
    return np.random.default_rng(seed).integers(0, 256, (len(wanted), *X.shape[1:])).astype(np.uint8)


def judged(data, n_seeds, tmp_path):
    """(noise against duplicates, duplicates against real images alone) with every second class cut to four images."""
    X, y, _ = data.part("train")
    _, y_test, _ = data.part("test")
    rows = unequal_subset(data, 0).rows
    rows = np.concatenate([found if label % 2 else found[:HANDFUL] for label in range(10) for found in [rows[y[rows] == label]]])
    right = {
        name: evidence.predict_with_arm(Inside(data, 0, tmp_path), X[rows], y[rows], fill=fill, n_seeds=n_seeds)[0] == y_test
        for name, fill in {"real": None, "duplicates": evidence.duplicate, "noise": noise}.items()
    }
    compared = (("noise", "duplicates"), ("duplicates", "real"))
    return [verdict(right[a].astype(float), right[b].astype(float), strata=y_test, names=(a, b)) for a, b in compared]


def test_noise_hurts_and_balancing_helps_on_digits(monkeypatch, tmp_path):
    monkeypatch.setattr(recipes, "STEPS", 150)
    spoiled, balanced = judged(load_data("digits"), 3, tmp_path)
    assert spoiled.outcome == "hurts"
    assert spoiled.high < -0.1
    assert balanced.outcome == "helps"
    assert balanced.low > 0.1


@pytest.mark.real
def test_noise_hurts_and_balancing_helps_on_28_pixels(monkeypatch, tmp_path):
    if not (REAL_DATA / "mnist").is_dir():
        pytest.skip(f"needs MNIST in {REAL_DATA}")
    monkeypatch.setattr(recipes, "STEPS", 250)
    spoiled, balanced = judged(load_data("mnist", data_dir=REAL_DATA), 3, tmp_path)
    assert spoiled.outcome == "hurts"
    assert balanced.outcome == "helps"


def test_subset_cuts_equal_classes_and_leaves_unequal_ones():
    digits = load_data("digits")
    subset = unequal_subset(digits, 0)
    assert subset.before.sum() <= 1000
    assert all(after == max(10, before // 5) for before, after in zip(subset.before[::2], subset.after[::2], strict=True))
    assert (subset.before[1::2] == subset.after[1::2]).all()
    assert set(subset.rows) <= set(range(len(digits.part("train")[1])))


def test_completed_classes_are_equal():
    y = np.array([0, 0, 0, 2, 1])
    assert np.bincount(np.concatenate([y, missing_labels(y, 3)])).tolist() == [3, 3, 3]


def test_duplicates_are_real_images_of_the_wanted_class():
    X, y = np.arange(12, dtype=np.uint8).reshape(6, 1, 2), np.array([0, 0, 1, 1, 2, 2])
    drawn = evidence.duplicate(X, y, np.array([2, 0, 2]), seed=0, place=Place("cpu"))
    assert all(image.tolist() in X[y == label].tolist() for image, label in zip(drawn, [2, 0, 2], strict=True))


def test_near_duplicates_of_the_training_images_are_marked():
    rng = np.random.default_rng(0)
    train, test = (rng.integers(0, 256, (n, 16, 16)).astype(np.uint8) for n in (60, 20))
    test[7] = np.clip(train[3].astype(int) + 1, 0, 255)
    assert np.flatnonzero(evidence.near_duplicates(train, test)).tolist() == [7]
