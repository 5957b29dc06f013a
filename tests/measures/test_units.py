"""What an interval resamples: groups that were given, not images that only look alike. Simulated truth decides.

Independent images: each shows one of 20 appearances of its class, some of them far more often; a classifier answers alike where
images look alike. Copies: each picture is there several times.
"""

import numpy as np
import pytest

from tasvir.measures.classification import score_classifier

N, REPEATS = 100, 150


def independent(rng):
    """(labels, right, clusters, true accuracy): appearances are drawn anew for each image."""
    right = np.random.default_rng(7).random((2, 20)) < 0.8
    weight = 1 / np.arange(1, 21)
    weight /= weight.sum()
    y, shown = np.arange(N) % 2, rng.choice(20, N, p=weight)
    return y, right[y, shown], 20 * y + shown, float((right * weight).sum() / 2)


def copies(rng):
    """Every picture is there four times; right are 80 % of the pictures."""
    picture = np.repeat(np.arange(N // 4), 4)
    return picture % 2, (rng.random(N // 4) < 0.8)[picture], picture, 0.8


def intervals(world, *, together):
    """Whether each of many intervals of the accuracy covers the truth, and their mean width."""
    covers, widths = [], []
    for seed in range(REPEATS):
        y, right, clusters, truth = world(np.random.default_rng(seed))
        proba = np.eye(2)[np.where(right, y, 1 - y)]
        found = score_classifier(y, proba, clusters if together else None)["accuracy"]
        covers.append(found.low <= truth <= found.high)
        widths.append(found.high - found.low)
    return np.mean(covers), np.mean(widths)


def test_images_that_look_alike_and_are_independent_are_resampled_one_by_one():
    alone, width = intervals(independent, together=False)
    assert alone > 0.9
    assert intervals(independent, together=True)[1] > 2 * width  # clusters as units would blow the interval up


def test_copies_are_resampled_together():
    assert intervals(copies, together=True)[0] > 0.9
    assert intervals(copies, together=False)[0] < 0.85


@pytest.mark.parametrize("world", [independent, copies])
def test_both_worlds_are_what_they_say(world):
    found = [np.mean(world(np.random.default_rng(seed))[1]) for seed in range(400)]
    assert np.mean(found) == pytest.approx(world(np.random.default_rng(0))[3], abs=0.015)
