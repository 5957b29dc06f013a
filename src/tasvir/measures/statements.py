"""Statements that a measurement decides: true, false, or cannot tell. Every level of the rules for batch norm stands here.

What is measured is so signed that above 0 speaks for the statement. A margin is the smallest effect that would matter: where the
interval ends below it the statement is false, also if there is a smaller effect.
"""

from dataclasses import dataclass

TRUE, FALSE, UNKNOWN = "true", "false", "cannot tell"

#: A setting does nearly as well as the best one where it keeps this share of what the best is above chance.
NEARLY = 0.9
#: Where the best is not so far above chance, in accuracy, nothing was learned, and no setting is a good one.
LEARNED = 0.05
#: Beginnings that are "closer to zero" have weights of this size or less, in parts of the usual one.
CLOSER = 0.1
#: Parts of the cross-entropy of chance, ln K: the losses that updates are counted to.
LOSS_LEVELS = (0.75, 0.5, 0.25, 0.1)


@dataclass(frozen=True)
class Rule:
    """Which measurement decides a statement, and by which margin.

    `because`: a second measurement without which a false statement is not called so: it shows what is the case instead.
    `also`: a second one that must hold as well.
    """

    measured: str
    margin: float = 0.0
    because: str = ""
    also: str = ""


#: Statement -> its rule, laid down before anything was measured. The ids of measurements are metrics of the judging cell.
RULES = {
    "faster_batch": Rule("batch_speedup"),  # ln of seconds of an update without over with
    "uniform": Rule("uniform_sds", also="uniform_means"),  # ln of spreads over dimensions, without over with
    "closer_to_zero": Rule("closer_gain", margin=0.02, because="scale_range"),  # accuracy; accuracy range without minus with
    "batch_sensitive": Rule("batch_loss", margin=0.02),  # accuracy that a small batch costs, with minus without
    "less_tuning": Rule("rate_width", margin=0.25),  # decades of good learning rates, with minus without
    "faster_updates": Rule("loss_updates"),  # ln of training losses after equal updates, without over with
    "faster_seconds": Rule("loss_seconds"),  # the same after equal seconds
}


def decided(low: float | None, high: float | None, margin: float = 0.0) -> str:
    """The verdict of one interval.

    >>> decided(0.01, 0.05), decided(-0.05, -0.01), decided(-0.01, 0.05), decided(None, None)
    ('true', 'false', 'cannot tell', 'cannot tell')
    >>> decided(0.01, 0.015, margin=0.02), decided(-0.01, 0.015, margin=0.02)
    ('false', 'false')
    """
    if low is None or high is None or low != low or high != high:
        return UNKNOWN
    if high < margin:
        return FALSE
    return TRUE if low > 0 else UNKNOWN


def judge(statement: str, intervals: dict[str, tuple[float | None, float | None]]) -> str:
    """The verdict on a statement, by the intervals of what was measured; what is missing tells nothing.

    >>> judge("faster_batch", {"batch_speedup": (-0.4, -0.3)})
    'false'
    """
    rule, nothing = RULES[statement], (None, None)
    found = decided(*intervals.get(rule.measured, nothing), rule.margin)
    if rule.also:
        other = decided(*intervals.get(rule.also, nothing))
        return found if found == other else FALSE if FALSE in (found, other) else UNKNOWN
    if rule.because and found == FALSE:
        return FALSE if decided(*intervals.get(rule.because, nothing)) == TRUE else UNKNOWN
    return found
