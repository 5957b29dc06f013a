"""What is called far is 1 % where codes fill the prior; a planted hole is found at its size."""

import numpy as np
import pytest
from scipy.stats import norm

from tasvir.contracts.errors import BadInputError
from tasvir.measures.far_codes import far_places, filled_distance

RNG = np.random.default_rng(0)
PRIOR = RNG.standard_normal((10_000, 2))


@pytest.mark.parametrize("n", [300, 3000])
def test_of_a_filled_plane_one_percent_is_far(n):
    distance = filled_distance(n)
    shares = [far_places(PRIOR, RNG.standard_normal((n, 2)), distance).mean() for _ in range(5)]
    assert np.mean(shares) == pytest.approx(0.01, abs=0.003)


def test_a_planted_hole_is_found_at_its_size():
    """No code right of 0.8: what lies further right than the distance beyond it is far."""
    codes = RNG.standard_normal((5000, 2))
    codes, distance = codes[codes[:, 0] < 0.8], filled_distance(4000)
    share = far_places(PRIOR, codes, distance).mean()
    assert norm.sf(0.8 + distance) <= share <= norm.sf(0.8 + distance) + 0.02
    assert far_places([[2.0, 0.0], [-0.5, 0.0]], codes, distance).tolist() == [True, False]


def test_codes_in_one_place_leave_the_plane_empty():
    assert far_places(PRIOR, np.zeros((1000, 2)), filled_distance(1000)).mean() > 0.85


def test_more_codes_lie_nearer():
    assert filled_distance(200) > filled_distance(2000)
    assert filled_distance(200, 5) > filled_distance(200, 2)
    assert filled_distance(200, seed=1) == filled_distance(200, seed=1)


@pytest.mark.parametrize(("places", "codes"), [([[np.nan, 0]], [[0, 0]]), ([[0, 0]], []), ([0, 0], [[0, 0]])])
def test_what_is_no_plane_of_codes_is_refused(places, codes):
    with pytest.raises(BadInputError, match="give rows of finite numbers"):
        far_places(places, codes, 1.0)
