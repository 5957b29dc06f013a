"""The test part is the set in small: whatever the seed, and as chance would have it over many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasvir.contracts.seeds import stream_rng
from tasvir.data.draw import can_be_split, draw_test

SEEDS = 200


@given(st.lists(st.integers(2, 60), min_size=2, max_size=5), st.integers(0, 5), st.sampled_from([0.1, 0.2, 0.5]))
def test_a_share_of_each_class_rounded_up(counts, seed, share):
    labels = np.repeat(np.arange(len(counts)), counts)
    in_test = draw_test(labels, None, np.random.default_rng(seed), share=share)
    assert np.bincount(labels[in_test]).tolist() == [int(np.ceil(round(count * share, 9))) for count in counts]


@given(st.integers(0, 20), st.integers(2, 4), st.integers(20, 60))
def test_groups_stay_whole_and_every_class_is_trained_and_tested(seed, n_classes, n_groups):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, n_groups)
    groups = np.repeat(np.arange(n_groups), sizes)
    labels = np.repeat(rng.permutation(np.arange(n_groups) % n_classes), sizes)
    in_test = draw_test(labels, groups, rng, share=0.2)
    assert not set(groups[~in_test]) & set(groups[in_test])
    assert set(labels[~in_test]) == set(labels[in_test]) == set(range(n_classes))
    assert 0.1 <= np.mean(in_test) <= 0.35


def test_groups_may_be_words():
    groups = np.repeat([f"patient {i}" for i in range(10)], 3)
    assert draw_test(np.arange(30) % 2, groups, np.random.default_rng(0), share=0.2).sum() == 6


def test_classes_within_one_group_each_cannot_be_split():
    labels = np.repeat([0, 1], 5)
    assert not can_be_split(labels, labels)
    assert not draw_test(labels, labels, np.random.default_rng(0), share=0.2).any()
    assert can_be_split(labels, np.arange(10))


def patients(*, pure: bool):
    """76 patients of 1 to 10 images, of one class each or of all."""
    rng = np.random.default_rng(0)
    sizes = rng.integers(1, 11, 76)
    groups = np.repeat(np.arange(76), sizes)
    return np.repeat(rng.permutation(76) % 3, sizes) if pure else rng.integers(0, 3, len(groups)), groups


def look_alikes():
    """200 images, 60 of them in 15 clusters of look-alikes."""
    sizes = [10, 8, 6, 5, 5, 4, 4, 3, 3, 2, 2, 2, 2, 2, 2]
    groups = np.concatenate([np.repeat(np.arange(15), sizes), 15 + np.arange(140)])
    return np.random.default_rng(0).integers(0, 2, groups.max() + 1)[groups], groups


CASES = {"patients": patients(pure=True), "mixed patients": patients(pure=False), "look-alikes": look_alikes()}


@pytest.mark.parametrize("case", CASES)
def test_over_many_seeds_the_test_part_is_the_set_in_small(case):
    labels, groups = CASES[case]
    drawn = np.array([draw_test(labels, groups, stream_rng(seed, "split"), share=0.2) for seed in range(SEEDS)])
    sizes = np.bincount(groups)
    assert len({row.tobytes() for row in drawn}) > 0.9 * SEEDS  # other seeds, other images
    assert np.abs(drawn.mean(1) - 0.2).mean() < 0.02
    assert 0.8 * 0.2 <= drawn.mean(1).min() <= drawn.mean(1).max() <= 1.5 * 0.2
    # Its groups are as large as so many that are drawn blindly, at all seeds but one in twenty.
    apart = [_standardised(sizes, np.unique(groups[row])) for row in drawn]
    assert np.mean(np.abs(apart) > 1.96) <= 0.08
    # Each group has the same chance, the largest too: within four standard errors of 200 draws.
    chances = np.array([drawn[:, groups == group].all(1).mean() for group in range(len(sizes))])
    assert np.abs(chances - chances.mean()).max() < 4 * np.sqrt(0.2 * 0.8 / SEEDS)
    shares = np.array([np.bincount(labels[row], minlength=labels.max() + 1) / row.sum() for row in drawn])
    np.testing.assert_allclose(shares.mean(0), np.bincount(labels) / len(labels), atol=0.02)


def _standardised(sizes: np.ndarray, chosen: np.ndarray) -> float:
    """The mean size of the chosen groups, in standard errors of as many drawn without replacement."""
    n, G = len(chosen), len(sizes)
    return (sizes[chosen].mean() - sizes.mean()) / np.sqrt(sizes.var(ddof=1) / n * (1 - n / G))


def test_few_groups_are_not_always_the_same():
    labels, groups = np.random.default_rng(0).integers(0, 4, 240), np.repeat(np.arange(12), 20)
    drawn = {draw_test(labels, groups, stream_rng(seed, "split"), share=0.2).tobytes() for seed in range(30)}
    assert len(drawn) >= 4
