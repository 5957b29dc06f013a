"""The drawn split: at least a fifth, classes in proportion, groups whole."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tasvir.data.split import draw_test


@given(st.lists(st.integers(2, 60), min_size=2, max_size=5), st.integers(0, 5))
def test_a_fifth_of_each_class_rounded_up(counts, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    in_test = draw_test(labels, None, np.random.default_rng(seed))
    assert np.bincount(labels[in_test]).tolist() == [-(-count // 5) for count in counts]


@given(st.integers(0, 20), st.integers(2, 4), st.integers(20, 60))
def test_groups_stay_whole_and_every_class_is_trained(seed, n_classes, n_groups):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, n_groups)
    groups = np.repeat(np.arange(n_groups), sizes)
    labels = np.repeat(rng.permutation(np.arange(n_groups) % n_classes), sizes)
    in_test = draw_test(labels, groups, rng)
    assert not set(groups[~in_test]) & set(groups[in_test])
    assert set(labels[~in_test]) == set(range(n_classes))
    assert 0.2 <= np.mean(in_test) <= 0.35


def test_groups_may_be_words():
    groups = np.repeat([f"patient {i}" for i in range(10)], 3)
    assert draw_test(np.arange(30) % 2, groups, np.random.default_rng(0)).sum() == 6


def test_classes_within_one_group_each_cannot_be_split():
    assert not draw_test(np.repeat([0, 1], 5), np.repeat([0, 1], 5), np.random.default_rng(0)).any()
