"""The smallest effect: what it does with data, and that `verdict` then finds it."""

import numpy as np
import pytest
from scipy import stats

from tasvir.contracts.errors import BadInputError
from tasvir.measures.power import Spread, measured_spread, smallest_effect
from tasvir.measures.verdict import verdict

SPREAD = Spread(image=0.1, noise=0.4, seed=0.01, training=0.03)


def draw(rng, S, n, folds=None, effect=0.0, spread=SPREAD):
    difference = effect + spread.image * rng.normal(size=n) + spread.noise * rng.normal(size=(S, n))
    difference += spread.seed * rng.normal(size=(S, 1))
    if folds is not None:
        difference += spread.training * rng.normal(size=(S, 5))[:, folds]
    return difference


def test_more_of_anything_finds_less():
    usual = smallest_effect(SPREAD, (100, 200), 5, n_folds=5)
    assert smallest_effect(SPREAD, (400, 800), 5, n_folds=5) < usual
    assert smallest_effect(SPREAD, (100, 200), 10, n_folds=5) < usual
    assert smallest_effect(SPREAD, (100, 200), 5, n_folds=5, power=0.5) < usual
    assert smallest_effect(Spread(0.2, 0.8, 0.02, 0.06), (100, 200), 5, n_folds=5) == pytest.approx(2 * usual, rel=1e-4)


def test_a_verdict_states_the_same_once_its_spread_is_the_stated_one():
    """Before the training and after it, one function answers."""
    rng = np.random.default_rng(0)
    spread, strata = Spread(image=0.1, noise=0.4, seed=0.05), np.repeat([0, 1], [100, 200])
    stated = smallest_effect(spread, (100, 200), 8)
    found = [verdict(draw(rng, 8, 300, spread=spread), np.zeros((8, 300)), strata=strata) for _ in range(200)]
    ends = np.quantile([one.smallest_detectable for one in found], [0.3, 0.7])
    assert ends[0] < stated < ends[1]


def test_with_seeds_alone_it_is_the_t_tests_and_somewhat_more():
    """More, as a spread is never known exactly."""
    effect = smallest_effect(Spread(0, 0, seed=1.0), (1000,), 8, power=0.9) / np.sqrt(1 / 8)
    t = stats.t.ppf(0.975, 7)
    power = stats.nct.sf(t, 7, effect) + stats.nct.cdf(-t, 7, effect)
    assert 0.9 < power < 0.98


@pytest.mark.parametrize("n_folds", [1, 5])
def test_verdict_finds_it(n_folds):
    rng = np.random.default_rng(0)
    folds = np.arange(300) % 5 if n_folds == 5 else None
    effect = smallest_effect(SPREAD, (300,), 5, n_folds=n_folds)
    found = [verdict(draw(rng, 5, 300, folds, effect), np.zeros((5, 300)), folds=folds).outcome for _ in range(300)]
    assert np.mean([outcome == "helps" for outcome in found]) >= 0.8


def test_a_pilot_gives_the_spread_back():
    rng = np.random.default_rng(1)
    folds = np.broadcast_to(np.arange(500) % 5, (10, 500))
    pilots = [measured_spread(draw(rng, 10, 500, folds[0]), None, folds) for _ in range(60)]
    for name, wanted in (("image", 0.1), ("noise", 0.4), ("training", 0.03)):
        found = np.sqrt(np.mean([getattr(p, name) ** 2 for p in pilots]))
        assert found == pytest.approx(wanted, rel=0.15)
    fixed = [measured_spread(draw(rng, 20, 2000, spread=Spread(0.1, 0.4, 0.03))) for _ in range(30)]
    assert np.sqrt(np.mean([p.seed**2 for p in fixed])) == pytest.approx(0.03, rel=0.15)


def test_no_spread_still_needs_an_effect_and_one_seed_is_refused():
    """The floor of the verdict: one of ten images differs."""
    scores = np.ones((5, 10))
    assert smallest_effect(Spread(0, 0), (10,), 5) == pytest.approx(verdict(scores, scores).smallest_detectable)
    with pytest.raises(BadInputError, match="give 2 seeds"):
        smallest_effect(SPREAD, (10,), 1)
    with pytest.raises(BadInputError, match="at least 2"):
        measured_spread(np.zeros((1, 5)))
