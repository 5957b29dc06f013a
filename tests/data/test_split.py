"""The drawn split: at least a fifth, classes in proportion, groups whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasvir.contracts.errors import BadInputError
from tasvir.data.split import draw_split


@given(st.lists(st.integers(2, 60), min_size=2, max_size=5), st.integers(0, 5))
def test_a_fifth_of_each_class_rounded_up(counts, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    split = draw_split(labels, None, seed, "here")
    for label, count in enumerate(counts):
        in_test = (split[labels == label] == "test").sum()
        assert in_test == -(-count // 5)


@given(st.integers(0, 20), st.integers(2, 4), st.integers(20, 60))
def test_groups_stay_whole_and_every_class_is_trained(seed, n_classes, n_groups):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, n_groups)
    groups = np.repeat(np.arange(n_groups), sizes)
    labels = np.repeat(rng.permutation(np.arange(n_groups) % n_classes), sizes)
    split = draw_split(labels, groups, seed, "here")
    assert not set(groups[split == "train"]) & set(groups[split == "test"])
    assert set(labels[split == "train"]) == set(range(n_classes))
    assert 0.2 <= np.mean(split == "test") <= 0.35


def test_groups_may_be_words():
    groups = np.repeat([f"patient {i}" for i in range(10)], 3)
    split = draw_split(np.arange(30) % 2, groups, 0, "here")
    assert (split == "test").sum() == 6


def test_classes_within_one_group_each_cannot_be_split():
    with pytest.raises(BadInputError, match="cannot be split"):
        draw_split(np.repeat([0, 1], 5), np.repeat([0, 1], 5), 0, "here")
