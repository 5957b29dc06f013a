"""How wide the good part of a setting is."""

import numpy as np
import pytest

from tasvir.contracts.errors import BadInputError
from tasvir.measures.reach import decades_within

RATES = [0.001, 0.01, 0.1, 1.0]


@pytest.mark.parametrize(
    ("scores", "wide"),
    [
        ([1, 1, 1, 1], 3.0),
        ([0, 0, 0, 0], 0.0),
        ([0, 1, 1, 0], 2.0),  # half of each side
        ([1, 0, 0, 1], 1.0),  # two parts
        ([0, 0.25, 1, 0.25], 2 / 3 + 2 / 3),
        ([0, 0.5, 0, 0], 0.0),  # a point that is just good enough has no width
    ],
)
def test_known_widths(scores, wide):
    assert decades_within(RATES, scores, level=0.5) == pytest.approx(wide, abs=1e-9)


def test_units_of_the_setting_do_not_matter_and_a_lower_level_is_never_narrower():
    rng = np.random.default_rng(0)
    for scores in rng.random((50, 4)):
        widths = [decades_within(RATES, scores, level) for level in (0.2, 0.5, 0.8)]
        assert widths == sorted(widths, reverse=True)
        assert decades_within(np.multiply(RATES, 7), scores, 0.5) == pytest.approx(widths[1])


@pytest.mark.parametrize(("settings", "scores"), [([0.0, 1], [1, 1]), ([1, 1], [1, 1]), ([1, 2], [1, np.nan]), ([1], [1])])
def test_what_is_no_range_is_refused(settings, scores):
    with pytest.raises(BadInputError, match="rising settings above 0"):
        decades_within(settings, scores, 0.5)
