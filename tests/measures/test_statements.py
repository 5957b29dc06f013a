"""Every rule at planted measurements: a clear yes, a clear no, and noise, of which it cannot tell."""

import numpy as np
import pytest

from tasvir.measures.median import median_interval
from tasvir.measures.over_seeds import verdict_over_seeds
from tasvir.measures.statements import FALSE, RULES, TRUE, UNKNOWN, decided, judge
from tasvir.measures.verdict import verdict

S, N_IMAGES = 5, 400


def over_seeds(effect, noise, rng):
    """As the judge takes it: one number a training."""
    a, b = rng.normal([[effect], [0]], noise, (2, S))
    found = verdict_over_seeds(a, b, metric="planted")
    return found.low, found.high


def over_images(effect, noise, rng):
    """As the judge takes it: right or wrong by seed and image; a seed shifts its accuracy by the noise."""
    share = np.clip(0.5 + np.array([effect, 0.0])[:, None] + rng.normal(0, noise, (2, S)), 0, 1)
    found = verdict(*(rng.random((2, S, N_IMAGES)) < share[..., None]))
    return found.low, found.high


def over_pairs(effect, noise, rng):
    """As the judge takes it: logarithms of seconds in pairs."""
    found = median_interval(rng.normal(effect, noise, 41))
    return found.low, found.high


#: measurement -> how it is taken, an effect that is clear, the noise of a usual one, and one in which all drowns
PLANTED = {
    "batch_speedup": (over_pairs, 0.3, 0.05, 3.0),
    "uniform_sds": (over_seeds, 2.0, 0.2, 3.0),
    "uniform_means": (over_seeds, 2.0, 0.2, 3.0),
    "closer_gain": (over_images, 0.2, 0.01, 0.3),
    "scale_range": (over_seeds, 0.5, 0.05, 1.0),
    "batch_loss": (over_images, 0.2, 0.01, 0.3),
    "rate_width": (over_seeds, 1.0, 0.1, 2.0),
    "loss_updates": (over_seeds, 1.0, 0.1, 2.0),
    "loss_seconds": (over_seeds, 1.0, 0.1, 2.0),
}


def planted(statement, *, sign, loud, rng):
    """Intervals of all that the rule asks for; the second measurement of `because` always shows what it shows."""
    rule, found = RULES[statement], {}
    for name in filter(None, (rule.measured, rule.also, rule.because)):
        take, effect, noise, drowning = PLANTED[name]
        towards = 1 if name == rule.because else sign
        found[name] = take(towards * effect * (not loud), drowning if loud else noise, rng)
    return found


@pytest.mark.parametrize("statement", RULES)
@pytest.mark.parametrize(("sign", "verdict_"), [(1, TRUE), (-1, FALSE)])
def test_what_is_clear_is_told(statement, sign, verdict_):
    rng = np.random.default_rng(0)
    told = [judge(statement, planted(statement, sign=sign, loud=False, rng=rng)) for _ in range(20)]
    assert np.mean([one == verdict_ for one in told]) >= 0.95


@pytest.mark.parametrize("statement", RULES)
def test_noise_is_not_told_as_a_finding(statement):
    rng = np.random.default_rng(1)
    told = [judge(statement, planted(statement, sign=1, loud=True, rng=rng)) for _ in range(60)]
    assert np.mean([one == UNKNOWN for one in told]) >= 0.85
    assert np.mean([one == TRUE for one in told]) <= 0.07


def test_an_effect_that_would_not_matter_is_no_truth():
    assert decided(0.005, 0.015) == TRUE
    assert decided(0.005, 0.015, margin=0.02) == FALSE
    assert decided(0.005, 0.025, margin=0.02) == TRUE
    assert decided(-0.005, 0.025, margin=0.02) == UNKNOWN


def test_both_measurements_must_hold_where_both_are_asked_for():
    yes, no, noise = (0.1, 0.2), (-0.2, -0.1), (-0.1, 0.2)
    both = {(a, b): judge("uniform", {"uniform_sds": a, "uniform_means": b}) for a in (yes, no, noise) for b in (yes, no, noise)}
    assert {pair for pair, told in both.items() if told == TRUE} == {(yes, yes)}
    assert {pair for pair, told in both.items() if told == FALSE} == {pair for pair in both if no in pair}


def test_closer_to_zero_is_false_only_where_the_first_weights_are_shown_to_matter_less():
    nothing, gain, shrinks = (-0.02, 0.01), (0.1, 0.2), (0.3, 0.5)
    assert judge("closer_to_zero", {"closer_gain": nothing, "scale_range": shrinks}) == FALSE
    assert judge("closer_to_zero", {"closer_gain": nothing, "scale_range": (-0.1, 0.5)}) == UNKNOWN
    assert judge("closer_to_zero", {"closer_gain": nothing}) == UNKNOWN
    assert judge("closer_to_zero", {"closer_gain": gain, "scale_range": shrinks}) == TRUE
    assert judge("closer_to_zero", {"closer_gain": (None, None), "scale_range": shrinks}) == UNKNOWN


@pytest.mark.parametrize("statement", RULES)
def test_what_was_not_measured_tells_nothing(statement):
    assert judge(statement, {}) == UNKNOWN
