"""The difference between two recipes, and its judgement in words.

`tasvir.measures.verdict` judges; a report adds only the words, so whoever changes a record changes the sentence.
"""

from dataclasses import dataclass, replace

from tasvir.measures.verdict import Verdict
from tasvir.report.cells import Reading
from tasvir.report.document import Sentence, capital, say
from tasvir.report.numbers import p_value, points, span


@dataclass(frozen=True)
class Difference:
    """Balanced accuracy of `arm` minus that of `against`; `without`: on test images that are no near-duplicates."""

    arm: str
    against: str
    d: Reading
    without: Reading | None = None
    p: Reading | None = None
    smallest: Reading | None = None
    refused: str = ""

    def outcome(self, d: Reading | None = None) -> str:
        """'helps', 'hurts' or 'cannot tell', by the one function that judges; of `d` where another reading is given."""
        d = d or self.d
        nothing = {"p": None, "smallest_detectable": None, "se": None, "df": None}
        sizes = {"n": d.n or 0, "n_seeds": 0, "n_folds": 1, "this_training_set_only": True}
        names = {"arm": self.arm, "against": self.against, "metric": "balanced accuracy"}
        return Verdict(**names, d=d.value, low=d.low, high=d.high, **nothing, **sizes, refused=self.refused).outcome

    def seen_from(self, arm: str) -> "Difference":
        """The same with `arm` on the left: recorded the other way round, its signs turn."""
        if self.arm == arm:
            return self
        turned = {"d": _negative(self.d), "without": self.without and _negative(self.without)}
        return replace(self, arm=self.against, against=self.arm, **turned)


def verdict_sentence(d: Difference) -> Sentence:
    """What was found, and whether that is enough to say so."""
    if d.refused or d.d.low is None or d.d.high is None:
        reason = d.refused or "its difference has no interval"
        return say("No verdict on {arm} against {against}: {why}.", arm=d.arm, against=d.against, why=reason)
    shown = {"arm": d.arm, "Arm": capital(d.arm), "against": d.against, "d": points(d.d)}
    chance = " (p-value {p})." if d.p else "."
    if d.outcome() == "helps":
        return say("{Arm} helps by {d} of balanced accuracy against {against}" + chance, p=p_value(d.p), **shown)
    if d.outcome() == "hurts":
        return say("{Arm} hurts: balanced accuracy differs by {d} against {against}" + chance, p=p_value(d.p), **shown)
    power = "; only an effect of about {least} or more would have been found with a probability of 80 %" if d.smallest else ""
    text = "Cannot tell whether {arm} helps or hurts against {against}: balanced accuracy differs by {d}" + power + "."
    return say(text, least=span(d.smallest), **shown)


def _negative(reading: Reading) -> Reading:
    low, high = (None if end is None else -end for end in (reading.high, reading.low))
    return replace(reading, value=-reading.value, low=low, high=high)
