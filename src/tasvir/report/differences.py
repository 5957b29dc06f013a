"""The differences between arms, as a judging cell recorded them, and their judgement in words: for every study that compares."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tasvir.measures.verdict import outcome
from tasvir.report.cells import Reading, labelled
from tasvir.report.document import Figure, Table, figure, table
from tasvir.report.name import Name
from tasvir.report.names import name_of
from tasvir.report.numbers import count, p_value, points, span
from tasvir.report.plots.dots import difference_plot
from tasvir.report.quantities import quantity
from tasvir.report.view import View
from tasvir.report.words.message import Sentence, Words, say, say_n

#: On which test images a difference was taken.
ALL, WITHOUT = "all", "without_near_duplicates"
#: How a judgement is called in a table.
OUTCOMES = {"helps": say("helps"), "hurts": say("hurts"), "cannot tell": say("cannot tell")}


@dataclass(frozen=True)
class Difference:
    """The score of `arm` minus that of `against`; `without`: on test images that are no near-duplicates."""

    arm: str
    against: str
    of_arm: Name
    of_against: Name
    d: Reading
    without: Reading | None = None
    p: Reading | None = None
    smallest: Reading | None = None
    refused: Any = None

    @property
    def too_few_seeds(self) -> bool:
        """Whether there is no verdict because recipes were trained too seldom, and not for the images."""
        return isinstance(self.refused, dict) and self.refused.get("what") == "seeds"

    def outcome(self, d: Reading | None = None) -> str:
        """'helps', 'hurts' or 'cannot tell', by the one function that judges; of `d` where another reading is given."""
        d = d or self.d
        return "cannot tell" if self.refused else outcome(d.low, d.high)

    def seen_from(self, arm: str) -> "Difference":
        """The same with `arm` on the left: recorded the other way round, its signs turn."""
        if self.arm == arm:
            return self
        turned = replace(self, d=_negative(self.d), without=self.without and _negative(self.without))
        return replace(turned, arm=self.against, against=self.arm, of_arm=self.of_against, of_against=self.of_arm)


def read_differences(judge: View | None, arms: str) -> tuple[Difference, ...]:
    """The differences of a judging cell; the cells of its arms lie below `arms`, or are named in full."""
    readings = judge.readings("difference") if judge else ()
    told = (judge.facts.get("verdicts") or {}).get(ALL, ()) if judge else ()
    refused = {(one.get("arm"), one.get("against")): one.get("refused") for one in told}
    found = []
    for d in readings:
        arm, against = (d.labels.get(side) for side in ("arm", "against"))
        if judge and d.labels.get("test", ALL) == ALL and arm and against:
            p, smallest = (_known(judge.reading(name, arm=arm, against=against)) for name in ("p_holm", "smallest_detectable"))
            without = labelled(readings, arm=arm, against=against, test=WITHOUT)
            of_arm, of_against = (name_of(f"{arms}/{side}" if arms else side) for side in (arm, against))
            why = refused.get((arm, against))
            found.append(Difference(arm, against, of_arm, of_against, d, without, p, smallest, why))
    return tuple(found)


def verdict_sentence(d: Difference) -> Sentence:
    """What was found, and whether that is enough to say so."""
    sides = {"arm": d.of_arm.inside, "against": d.of_against.inside}
    if d.refused:
        return _refusal(d)
    if d.d.low is None or d.d.high is None:
        return say("No verdict on {arm} against {against}: its difference has no interval.", **sides)
    shown: dict[str, Words] = {**sides, "d": points(d.d), "p": p_value(d.p)}
    if d.outcome() == "helps" and d.p:
        return say("{arm} helps by {d} of balanced accuracy against {against} (p-value {p}).", **shown)
    if d.outcome() == "helps":
        return say("{arm} helps by {d} of balanced accuracy against {against}.", **shown)
    if d.outcome() == "hurts" and d.p:
        return say("{arm} hurts: balanced accuracy differs by {d} against {against} (p-value {p}).", **shown)
    if d.outcome() == "hurts":
        return say("{arm} hurts: balanced accuracy differs by {d} against {against}.", **shown)
    if d.smallest is None:
        return say("Cannot tell whether {arm} helps or hurts against {against}: balanced accuracy differs by {d}.", **shown)
    return say(
        "Cannot tell whether {arm} helps or hurts against {against}: balanced accuracy differs by {d}; only an effect of about "
        "{least} or more would have been found with a probability of 80 %.",
        least=span(d.smallest),
        **shown,
    )


def _refusal(d: Difference) -> Sentence:
    refused = d.refused if isinstance(d.refused, dict) else {}
    arm, against = d.of_arm.inside, d.of_against.inside
    n, fewest = (count(refused.get(name), d.d.record) for name in ("n", "fewest"))
    if d.too_few_seeds:
        return say_n(
            "No verdict on {arm} against {against}: with {n} seed its luck cannot be told from the recipe; train with "
            "{fewest} or more, better 5.",
            "No verdict on {arm} against {against}: with {n} seeds the luck of a seed cannot be told from the recipe; train with "
            "{fewest} or more, better 5.",
            n=n,
            fewest=fewest,
            arm=arm,
            against=against,
        )
    if refused.get("label") is not None:
        return say_n(
            "No verdict on {arm} against {against}: class {label} has {n} independent test image; {fewest} are the fewest to "
            "judge by.",
            "No verdict on {arm} against {against}: class {label} has {n} independent test images; {fewest} are the fewest to "
            "judge by.",
            label=str(refused["label"]),
            n=n,
            fewest=fewest,
            arm=arm,
            against=against,
        )
    return say_n(
        "No verdict on {arm} against {against}: there is {n} independent test image; {fewest} are the fewest to judge by.",
        "No verdict on {arm} against {against}: there are {n} independent test images; {fewest} are the fewest to judge by.",
        n=n,
        fewest=fewest,
        arm=arm,
        against=against,
    )


def short_verdict(d: Difference) -> Sentence:
    """The same for a summary, where it is said already against what."""
    shown: dict[str, Words] = {"arm": d.of_arm.inside, "d": points(d.d)}
    if d.refused or d.d.low is None or d.d.high is None:
        return say("no verdict on {arm}, {d}", **shown)
    if d.outcome() == "helps":
        return say("{arm} helps, {d}", **shown)
    if d.outcome() == "hurts":
        return say("{arm} hurts, {d}", **shown)
    return say("cannot tell for {arm}, {d}", **shown)


def differences_table(name: str, differences: Sequence[Difference], *, caption: Words | None = None) -> Table | None:
    """One row a difference: its p-value, the verdict, and what could have been found; against what, where that is not one.

    `caption` where the differences are not of test images.
    """
    has_copies = any(d.without is not None for d in differences)
    several = len({d.against for d in differences}) > 1
    d, p, least = (quantity(name).title for name in ("difference", "p_holm", "smallest_detectable"))
    columns: list[Words] = [say("Arm"), d, p, say("Verdict"), least]
    rows: list[list[Words]] = [
        [one.of_arm.alone, points(one.d), p_value(one.p), OUTCOMES[one.outcome()], span(one.smallest)] for one in differences
    ]
    if has_copies:
        columns.insert(2, say("Without near-duplicates"))
        for row, one in zip(rows, differences, strict=True):
            row.insert(2, points(one.without))
    if several:
        columns.insert(1, say("Against"))
        for row, one in zip(rows, differences, strict=True):
            row.insert(1, one.of_against.alone)
    return table(name, caption or _caption(differences, several=several), columns=columns, rows=rows)


def _caption(differences: Sequence[Difference], *, several: bool) -> Sentence:
    if several:
        return say(
            "Differences in balanced accuracy on the test images. Intervals and p-values are adjusted by Holm's rule for several "
            "comparisons; the last number is the smallest true effect that would be found with a probability of 80 %."
        )
    return say(
        "Differences in balanced accuracy on the test images against {against}. Intervals and p-values are adjusted by Holm's "
        "rule for several arms; the last number is the smallest true effect that would be found with a probability of 80 %.",
        against=differences[0].of_against.inside if differences else "",
    )


def differences_figure(name: str, differences: Sequence[Difference], *, caption: Words | None = None) -> Figure | None:
    """Each arm left or right of zero; beside it without near-duplicates, where some are; `caption` where against several."""
    whole = [(d.of_arm.alone, d.d) for d in differences]
    without = [(d.of_arm.alone, d.without) for d in differences if d.without is not None]
    first = difference_plot(say("All test images") if without else "", whole) if whole else None
    second = difference_plot(say("Without near-duplicates of training images"), without) if without else None
    caption = caption or say(
        "Differences in balanced accuracy against {against} with their intervals; coloured where the interval leaves out zero.",
        against=differences[0].of_against.inside if differences else "",
    )
    return figure(name, caption, alt=say("Dots with intervals left and right of a line at zero."), panels=(first, second))


def clear(differences: Sequence[Difference]) -> list[Difference]:
    """Those with a verdict; where none has one, the first, which says why."""
    return [one for one in differences if one.outcome() != "cannot tell"] or list(differences[:1])


def _known(reading: Reading | None) -> Reading | None:
    return reading if reading is not None and math.isfinite(reading.value) else None


def _negative(reading: Reading) -> Reading:
    low, high = (None if end is None else -end for end in (reading.high, reading.low))
    return replace(reading, value=-reading.value, low=low, high=high)
