"""A paired t over seeds, as scipy has it; refused where it would promise too much."""

import numpy as np
import pytest
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.over_seeds import verdict_over_seeds


def test_it_is_students_paired_t():
    a, b = np.random.default_rng(0).normal([[1.0], [0.5]], 0.3, (2, 6))
    found, known = verdict_over_seeds(a, b, names=("new", "old"), metric="loss"), stats.ttest_rel(a, b)
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval()))
    assert found.p == pytest.approx(known.pvalue)
    assert (found.d, found.n_seeds, found.arm, found.against) == (pytest.approx((a - b).mean()), 6, "new", "old")


@pytest.mark.parametrize("S", [3, 5])
def test_one_in_twenty_is_told_apart_by_luck_alone(S):
    rng = np.random.default_rng(0)
    told = [verdict_over_seeds(*rng.normal(size=(2, S)), metric="loss").outcome != "cannot tell" for _ in range(400)]
    assert np.mean(told) == pytest.approx(0.05, abs=0.03)


def test_few_seeds_and_lost_trainings_are_no_verdict():
    few, lost = verdict_over_seeds([1, 2], [0, 0], metric="w"), verdict_over_seeds([1, 2, 3, np.nan], [0, 0, 0, 0], metric="w")
    assert (few.refused.what, few.refused.n, few.refused.fewest) == ("seeds", 2, 3)
    assert (lost.refused.n, lost.refused.fewest, lost.outcome) == (3, 4, "cannot tell")
    assert (few.low, few.p, few.d) == (None, None, 1.5)
    assert np.isnan(lost.d)


def test_seeds_that_all_differ_by_the_same_are_no_proof():
    sure = verdict_over_seeds([1.0] * 3, [0.9] * 3, metric="w")
    coarse = verdict_over_seeds([1.0] * 3, [0.9] * 3, metric="w", resolution=0.5)
    assert (sure.outcome, coarse.outcome) == ("helps", "cannot tell")


@pytest.mark.parametrize(("a", "b"), [([1.0], [1.0, 2.0]), ([], []), ([[1.0]], [[1.0]])])
def test_shapes_that_do_not_fit_are_refused(a, b):
    with pytest.raises(BadInputError, match="one of each a seed"):
        verdict_over_seeds(a, b, metric="w")
