"""The two published tests, by hand and against their limits."""

import numpy as np
import pytest
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.corrected import nadeau_bengio, over_retrainings

D = np.array([0.02, -0.01, 0.03, 0.01, 0.04])


def test_without_overlap_or_images_both_are_the_t_test():
    theirs = stats.ttest_1samp(D, 0).confidence_interval()
    for ours in (nadeau_bengio(D, 0.0), over_retrainings(D, 0.0)):
        assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_the_correction_of_five_folds_is_one_and_a_half():
    plain, corrected = nadeau_bengio(D, 0.0), nadeau_bengio(D, 0.25)
    assert (corrected.high - corrected.low) / (plain.high - plain.low) == pytest.approx(np.sqrt(0.45 / 0.2))


def test_images_add_to_retrainings():
    found = over_retrainings(D, 1e-4)
    assert found.high - found.value == pytest.approx(2.776445 * np.sqrt(D.var(ddof=1) / 5 + 1e-4), rel=1e-6)


def test_too_few_are_refused():
    for call in (lambda: nadeau_bengio(D[:1], 0.2), lambda: nadeau_bengio(D, -1), lambda: over_retrainings(D[:1], 0)):
        with pytest.raises(BadInputError):
            call()
